// A checkpoint: the signed head of the tree, as C2SP tlog-checkpoint text in a C2SP signed note. Not where it is kept
// (checkpoint-history.ts). https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint
import { assert } from "../stdx/assert.ts";
import { WritError } from "../stdx/writ-error.ts";
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type VerifyKey, verifySignature } from "./ledger-key.ts";
import { HASH_BYTES } from "./merkle-tree.ts";
import { keyIdOf, type NoteKey, signatureLine } from "./signed-note.ts";
import { strictBase64 } from "./strict-base64.ts";

/** Longest note that is read. */
export const NOTE_BYTES_MAX = 1024;

/** What a checkpoint says. */
export interface Checkpoint {
  /** Records covered: those with a sequence below it. */
  readonly size: number;
  /** RFC 6962 root over them. */
  readonly root: Uint8Array;
  /** Signed at an orderly close: nothing may stand behind it until the ledger is opened again. */
  readonly closing: boolean;
  /** Its key signs nothing behind it: another one does. Absent: it goes on. */
  readonly handover?: Handover;
}

/** A change of the log's key, as 32 raw bytes each. */
export interface Handover {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** Who signs: the origin is both the log's and the key's name. */
export interface NoteVerifier {
  readonly origin: string;
  readonly key: VerifyKey;
}

export type Sign = (bytes: Uint8Array) => Uint8Array;

/** Extension line (C2SP tlog-checkpoint) of a checkpoint signed at an orderly close. */
const CLOSING_LINE = "writ-closed";
/** Extension line of the last checkpoint that a key signs, before both keys in base64. */
const HANDOVER_WORD = "writ-rotated";
const KEY_ID_BYTES = 4;
const SIGNATURE_MARK = "— ";
const ORIGIN_PATTERN = /^[!-*,-~]{1,200}$/;

/** Throws WRIT_USAGE unless `origin` can name a key: 1 to 200 visible ASCII characters without `+` (C2SP signed-note). */
export function checkOrigin(origin: string): void {
  if (ORIGIN_PATTERN.test(origin)) return;
  throw new WritError("WRIT_USAGE", `ledger origin ${JSON.stringify(origin)} cannot name a key`, {
    hint: "use 1 to 200 visible ASCII characters without a space or `+`",
  });
}

/** The signed note of `checkpoint`, ending in a line feed. */
export function signCheckpoint(checkpoint: Checkpoint, verifier: NoteVerifier, sign: Sign): string {
  const text = checkpointText(checkpoint, verifier.origin);
  return `${text}\n${signatureLine(logKey(verifier), sign(Buffer.from(text, "utf8")))}\n`;
}

/** The key that signs the log's checkpoints, as notes name keys. */
export function logKey({ origin, key }: NoteVerifier): NoteKey {
  return { name: origin, algorithm: "ed25519", key };
}

/**
 * What a note says, if it is byte for byte the one that `verifier` signed; otherwise null. One spelling is accepted:
 * standard base64 with zero spare bits, decimal size without leading zeros, one signature line.
 */
export function openCheckpoint(note: Uint8Array, verifier: NoteVerifier): Checkpoint | null {
  const parsed = parseNote(note, verifier.origin);
  if (parsed?.id.equals(keyIdOf(logKey(verifier))) !== true) return null;
  const signed = verifySignature(verifier.key, Buffer.from(parsed.body, "utf8"), parsed.signature);
  return signed ? parsed.checkpoint : null;
}

/** What a note of the log `origin` says, without verifying it: for bytes that were verified before, or are afterwards. */
export function rereadCheckpoint(
  note: Uint8Array,
  { origin }: Pick<NoteVerifier, "origin">,
): Checkpoint | null {
  return parseNote(note, origin)?.checkpoint ?? null;
}

/** Whether the signature line of a note names `verifier`'s key. Nothing is verified. */
export function namesKey(note: Uint8Array, verifier: NoteVerifier): boolean {
  return parseNote(note, verifier.origin)?.id.equals(keyIdOf(logKey(verifier))) === true;
}

interface ParsedNote {
  readonly checkpoint: Checkpoint;
  readonly body: string;
  readonly id: Buffer;
  readonly signature: Uint8Array;
}

function parseNote(note: Uint8Array, origin: string): ParsedNote | null {
  const bytes = Buffer.from(note.buffer, note.byteOffset, note.byteLength);
  const text = bytes.toString("utf8");
  // Bytes that are not UTF-8 come back changed; the signed text must be the one that was read.
  if (!Buffer.from(text, "utf8").equals(bytes)) return null;
  const split = text.indexOf(`\n\n${SIGNATURE_MARK}`);
  if (split < 0) return null;
  const body = text.slice(0, split + 1);
  const checkpoint = parseCheckpointText(body, origin);
  const signed = parseSignatureLine(text.slice(split + 2), origin);
  return checkpoint === null || signed === null ? null : { checkpoint, body, ...signed };
}

function checkpointText({ size, root, closing, handover }: Checkpoint, origin: string): string {
  assert(!closing || handover === undefined, "a key hands over while the ledger is open");
  const rotated =
    handover === undefined ? "" : `${HANDOVER_WORD} ${inBase64(handover.from)} ${inBase64(handover.to)}\n`;
  return `${origin}\n${size}\n${inBase64(root)}\n${closing ? `${CLOSING_LINE}\n` : rotated}`;
}

function inBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** What the text of a checkpoint says; null: it is none, or not of the log `origin`. */
export function parseCheckpointText(text: string, origin: string): Checkpoint | null {
  const found = CHECKPOINT_TEXT.exec(text);
  if (found === null || found[1] !== origin) return null;
  const [, , digits, root64 = "", closed, from64, to64] = found;
  const size = Number(digits);
  const root = strictBase64(root64);
  if (root?.length !== HASH_BYTES || !Number.isSafeInteger(size)) return null;
  const head = { size, root, closing: closed !== undefined };
  if (from64 === undefined || to64 === undefined) return head;
  const [from, to] = [strictBase64(from64), strictBase64(to64)];
  if (from?.length !== PUBLIC_KEY_BYTES || to?.length !== PUBLIC_KEY_BYTES) return null;
  return { ...head, handover: { from, to } };
}

const CHECKPOINT_TEXT =
  /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/=]+)\n(?:(writ-closed)\n|writ-rotated ([A-Za-z0-9+/=]+) ([A-Za-z0-9+/=]+)\n)?$/;

function parseSignatureLine(line: string, origin: string): Pick<ParsedNote, "id" | "signature"> | null {
  const prefix = `${SIGNATURE_MARK}${origin} `;
  if (!line.startsWith(prefix) || line.indexOf("\n") !== line.length - 1) return null;
  const blob = strictBase64(line.slice(prefix.length, -1));
  if (blob?.length !== KEY_ID_BYTES + SIGNATURE_BYTES) return null;
  return { id: blob.subarray(0, KEY_ID_BYTES), signature: blob.subarray(KEY_ID_BYTES) };
}
