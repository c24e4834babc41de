// Whose cosignatures count for a home's ledger: the witnesses of its spec, as a policy. Folders sign nothing and count for nobody
// who reads the files alone.
import { readFileSync } from "node:fs";
import { importRawPublicKey } from "../ledger/ledger-key.ts";
import { type LedgerPolicy, logOnly, withWitnesses } from "../ledger/ledger-policy.ts";
import type { NoteKey } from "../ledger/signed-note.ts";
import type { LedgerWitnesses } from "../spec/spec.ts";
import { WritError } from "../stdx/writ-error.ts";
import { adoptedSpec } from "./spec-in-force.ts";

const NOBODY: LedgerWitnesses = { quorum: 0, members: [] };

/** The witnesses of the spec at `path`; nobody where it cannot be read or holds none: then nothing counts as witnessed. */
export function witnessesAt(path: string): LedgerWitnesses {
  try {
    return adoptedSpec(readFileSync(path), path).parsed.spec.witnesses;
  } catch (error) {
    if (error instanceof WritError || (error instanceof Error && "code" in error)) return NOBODY;
    throw error;
  }
}

/** The policy that believes `log` and asks for as many of its spec's witnesses as that does. */
export function policyOfSpec(path: string, log: NoteKey): LedgerPolicy {
  const { quorum, members } = witnessesAt(path);
  const keys = members.flatMap(({ name, key }) =>
    key === null
      ? []
      : [{ name, algorithm: "cosignature", key: importRawPublicKey(Buffer.from(key, "base64")) } as const],
  );
  return withWitnesses(logOnly(log), keys, quorum);
}
