// One request to a witness and its answer, as text and judgement: C2SP tlog-witness, `add-checkpoint`. Holds no state, knows
// no HTTP. https://c2sp.org/tlog-witness
import { type Checkpoint, type NoteVerifier, parseCheckpointText } from "./checkpoint.ts";
import { verifyConsistency } from "./merkle-proof.ts";
import { parseSignedNote, type SignedNote, signedBy } from "./signed-note.ts";
import { strictBase64 } from "./strict-base64.ts";

/** Hashes of a consistency proof at most, by the specification. */
const PROOF_LINES_MAX = 63;
/** Longest request that is read: a proof and a note with a few signatures. */
export const REQUEST_BYTES_MAX: number = 16 * 1024;

/** The log's request to have `note`, a checkpoint, cosigned after the one of `old` records. */
export interface AddCheckpoint {
  readonly old: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly note: string;
}

export function formatAddCheckpoint({ old, proof, note }: AddCheckpoint): string {
  const lines = proof.map((one) => `${Buffer.from(one).toString("base64")}\n`);
  return `old ${old}\n${lines.join("")}\n${note}`;
}

/** The request in `body`; null: it is none. */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint | null {
  if (body.length > REQUEST_BYTES_MAX) return null;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const text = bytes.toString("utf8");
  const split = text.indexOf("\n\n");
  if (split < 0 || !Buffer.from(text, "utf8").equals(bytes)) return null;
  const [first = "", ...lines] = text.slice(0, split).split("\n");
  const old = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1];
  const proof = lines.map((line) => strictBase64(line)).filter((one) => one?.length === 32);
  if (old === undefined || !Number.isSafeInteger(Number(old))) return null;
  if (proof.length !== lines.length || lines.length > PROOF_LINES_MAX) return null;
  return { old: Number(old), proof: proof as readonly Uint8Array[], note: text.slice(split + 2) };
}

/** What a witness held of a log before; null: nothing yet. */
export type HeldHead = Pick<Checkpoint, "size" | "root"> | null;

/** What a witness does with a request. `cosign`: it keeps the head first and then signs `text`. */
export type Judgement =
  | { readonly status: 200; readonly head: Checkpoint; readonly text: string }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422 };

/** The log that `note` says it is of, and the note; null: it is no note. */
export function logOf(note: string): { readonly origin: string; readonly note: SignedNote } | null {
  const parsed = parseSignedNote(Buffer.from(note, "utf8"));
  if (parsed === null) return null;
  return { origin: parsed.text.slice(0, parsed.text.indexOf("\n")), note: parsed };
}

/** Judges a request of the log that `verifier` believes, after `held`, by the rules of the specification in their order. */
export function judgeAddCheckpoint(
  request: AddCheckpoint,
  note: SignedNote,
  verifier: NoteVerifier,
  held: HeldHead,
): Judgement {
  const { origin: name, key } = verifier;
  if (signedBy(note, { name, algorithm: "ed25519", key }).state !== "signed") return { status: 403 };
  const head = parseCheckpointText(note.text, name);
  if (head === null || request.old > head.size) return { status: 400 };
  const size = held?.size ?? 0;
  if (request.old !== size) return { status: 409, size };
  if (held === null || size === 0) return request.proof.length === 0 ? accepted(head, note) : { status: 422 };
  const same = Buffer.from(head.root).equals(held.root);
  if (head.size === size) return same ? accepted(head, note) : { status: 409, size };
  const claim = { oldSize: BigInt(size), newSize: BigInt(head.size), oldRoot: held.root, newRoot: head.root };
  return verifyConsistency({ ...claim, proof: request.proof }) ? accepted(head, note) : { status: 422 };
}

function accepted(head: Checkpoint, { text }: SignedNote): Judgement {
  return { status: 200, head, text };
}
