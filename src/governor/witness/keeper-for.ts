// The keeper of a governed ledger's witnesses, and the key that they know the ledger by.
import type { NoteVerifier } from "../../ledger/checkpoint.ts";
import { importPublicKey } from "../../ledger/ledger-key.ts";
import type { Spec } from "../../spec/spec.ts";
import type { GovernorKey } from "../governor-key.ts";
import type { KeptLedger } from "../keep-ledger.ts";
import { ledgerOrigin } from "../open-home-ledger.ts";
import { askedHead } from "./asked-head.ts";
import { WitnessKeeper } from "./witness-keeper.ts";
import type { Witnessed } from "./witnessed.ts";

export interface KeeperForParts {
  readonly ledger: KeptLedger;
  /** The ledger's folder. */
  readonly dir: string;
  readonly node: string;
  readonly key: GovernorKey;
  readonly witnessed: Witnessed;
  readonly spec: () => Spec;
}

export function keeperFor({ ledger, dir, node, key, witnessed, spec }: KeeperForParts): WitnessKeeper {
  const verifier = ledgerVerifier(node, key);
  return new WitnessKeeper({
    spec,
    witnessed,
    verifier,
    wall: () => new Date(),
    records: () => ledger.size,
    now: () => ledger.now(),
    head: () => askedHead(ledger, dir),
    append: (record) => ledger.append(record),
  });
}

/** Whom a witness of the node's ledger believes. */
export function ledgerVerifier(node: string, key: GovernorKey): NoteVerifier {
  return { origin: ledgerOrigin(node), key: importPublicKey(key.public_key) };
}
