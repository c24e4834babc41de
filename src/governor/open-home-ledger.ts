// Opens the ledger of a home with the home's key and this machine's clocks.
import { sign } from "node:crypto";
import type { Ledger } from "../ledger/ledger.ts";
import { type LedgerKey, openLedger } from "../ledger/open-ledger.ts";
import type { RememberedHead } from "../ledger/scan-state.ts";
import type { GovernorKey } from "./governor-key.ts";
import { bootClock, random } from "./ports.ts";
import type { Progress } from "./progress.ts";

/** The name of a node's log, which its checkpoints carry. */
export function ledgerOrigin(node: string): string {
  return `writ/${node}`;
}

/** How a ledger is opened: `create` only for a home in the making; `remembered` is what it must continue. */
export interface Opening {
  readonly create: boolean;
  readonly remembered: RememberedHead | null;
  /** The key of a rotation that was interrupted. */
  readonly nextKey?: LedgerKey;
  /** Of the verification; absent: told to nobody. */
  readonly progress?: Progress;
}

/** The ledger in `dir`. Throws as `openLedger` does. */
export function openHomeLedger(
  dir: string,
  node: string,
  key: GovernorKey,
  { create, remembered, nextKey, progress }: Opening,
): Promise<Ledger> {
  return openLedger({
    dir,
    origin: ledgerOrigin(node),
    key: { sign: (bytes) => sign(null, bytes, key.private_key), publicKey: key.public_key },
    time: bootClock,
    wall: () => new Date(),
    random,
    create,
    ...(nextKey === undefined ? {} : { nextKey }),
    ...(progress === undefined ? {} : { progress }),
    ...(remembered === null ? {} : { rememberedHead: remembered }),
  });
}
