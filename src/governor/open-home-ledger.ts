// Opens the ledger of a home with the home's key and this machine's clocks.
import { randomBytes, sign } from "node:crypto";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import type { GovernorKey } from "./governor-key.ts";
import { bootClock } from "./ports.ts";

/** The name of a node's log, which its checkpoints carry. */
export function ledgerOrigin(node: string): string {
  return `writ/${node}`;
}

/** The ledger in `dir`. `create`: only for a home in the making. Throws as `openLedger` does. */
export function openHomeLedger(
  dir: string,
  node: string,
  key: GovernorKey,
  create: boolean,
): Promise<Ledger> {
  return openLedger({
    dir,
    origin: ledgerOrigin(node),
    key: { sign: (bytes) => sign(null, bytes, key.private_key), publicKey: key.public_key },
    time: bootClock,
    wall: () => new Date(),
    random: (length) => randomBytes(length),
    create,
  });
}
