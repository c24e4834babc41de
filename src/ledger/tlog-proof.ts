// A proof that one record is in the log, as a file that verifies offline against a policy (C2SP tlog-proof). Makes the text
// and reads it; the hashes in it come from merkle-prover.ts. https://c2sp.org/tlog-proof
import { type Checkpoint, parseCheckpointText } from "./checkpoint.ts";
import { judgeNote, type LedgerPolicy } from "./ledger-policy.ts";
import { verifyInclusion } from "./merkle-proof.ts";
import { HASH_BYTES, leafHash } from "./merkle-tree.ts";
import { parseSignedNote, SIGNED_NOTE_BYTES_MAX } from "./signed-note.ts";
import { strictBase64 } from "./strict-base64.ts";

const HEADER = "c2sp.org/tlog-proof@v1";
/** A tree of 2^53 leaves has no longer path. */
const HASHES_MAX = 53;
/** Longest file that is read: a record of 1 MiB in base64, the hashes and the note. */
export const PROOF_BYTES_MAX: number = 1_500_000 + SIGNED_NOTE_BYTES_MAX;

export interface LogProof {
  readonly index: number;
  /** From the leaf's sibling to the root's child. */
  readonly hashes: readonly Uint8Array[];
  /** Not authenticated by itself. Writ puts the record's bytes there. */
  readonly extra: Uint8Array | null;
  /** The checkpoint, verbatim. */
  readonly note: Uint8Array;
}

/** The file of a proof. */
export function formatProof({ index, hashes, extra, note }: LogProof): Buffer {
  const lines = [
    HEADER,
    ...(extra === null ? [] : [`extra ${Buffer.from(extra).toString("base64")}`]),
    `index ${index}`,
    ...hashes.map((hash) => Buffer.from(hash).toString("base64")),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\n")}\n\n`, "utf8"), note]);
}

/** What a proof file says; null: it is none. One spelling is accepted: no leading zero, strict base64, line feeds alone. */
export function parseProof(bytes: Uint8Array): LogProof | null {
  if (bytes.length > PROOF_BYTES_MAX) return null;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const split = file.indexOf("\n\n");
  if (split < 0) return null;
  const [header, ...rest] = file.subarray(0, split).toString("latin1").split("\n");
  const given = rest[0]?.startsWith("extra ") === true ? rest.shift() : undefined;
  const extra = given === undefined ? null : strictBase64(given.slice("extra ".length));
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(rest.shift() ?? "")?.[1];
  const hashes = rest.map(strictBase64);
  if (header !== HEADER || index === undefined || hashes.length > HASHES_MAX) return null;
  if ((given !== undefined && extra === null) || !Number.isSafeInteger(Number(index))) return null;
  if (!hashes.every((hash) => hash?.length === HASH_BYTES)) return null;
  return {
    index: Number(index),
    hashes: hashes.filter((hash) => hash !== null),
    extra,
    note: file.subarray(split + 2),
  };
}

/** What a proof file proves under a policy. */
export type CheckedProof =
  | {
      readonly ok: true;
      readonly index: number;
      readonly origin: string;
      readonly checkpoint: Checkpoint;
      /** The bytes that are in the log. */
      readonly record: Uint8Array;
      readonly witnesses: readonly { readonly name: string; readonly time: number }[];
      /** The policy asks for witnesses, and these are enough. */
      readonly witnessed: boolean;
    }
  | { readonly ok: false; readonly why: string };

/**
 * Whether the proof in `bytes` shows that `record` is in a log that `policy` accepts. Without `record` it is the one that the
 * file carries. Never throws for what is in the file.
 */
export function checkProof(bytes: Uint8Array, policy: LedgerPolicy, record?: Uint8Array): CheckedProof {
  const proof = parseProof(bytes);
  if (proof === null) return no("it is no tlog-proof");
  const body = record ?? proof.extra;
  if (body === null) return no("it carries no record, so the record must be given beside it");
  const note = parseSignedNote(proof.note);
  if (note === null) return no("its checkpoint is no signed note");
  const { log, witnesses, witnessed, accepted } = judgeNote(note, policy);
  if (log === null) return no("its checkpoint is not signed by a log of the policy");
  const checkpoint = parseCheckpointText(note.text, log.name);
  if (checkpoint === null) return no("what the log signed is no checkpoint of it");
  if (!accepted)
    return no(`its checkpoint has ${witnesses.length} known witnesses, which are not enough for the policy`);
  const { size, root } = checkpoint;
  const claim = {
    index: BigInt(proof.index),
    size: BigInt(size),
    leaf: leafHash(body),
    root,
    proof: proof.hashes,
  };
  if (!verifyInclusion(claim))
    return no(`the record is not record ${proof.index} of the log at size ${size}`);
  return { ok: true, index: proof.index, origin: log.name, checkpoint, record: body, witnesses, witnessed };
}

function no(why: string): CheckedProof {
  return { ok: false, why };
}
