// Signed notes with any number of signatures and the keys that verify them, as text (C2SP signed-note, tlog-cosignature).
// Blind to what a note says: that is checkpoint.ts. https://c2sp.org/signed-note, https://c2sp.org/tlog-cosignature
import { hash } from "node:crypto";
import { importRawPublicKey, SIGNATURE_BYTES, type VerifyKey, verifySignature } from "./ledger-key.ts";
import { strictBase64 } from "./strict-base64.ts";

/** Longest note that is read: a checkpoint of a few hundred bytes and SIGNATURES_MAX signatures. */
export const SIGNED_NOTE_BYTES_MAX: number = 64 * 1024;
/** Most signature lines of a note; more is no note. The Go implementation draws the same line. */
const SIGNATURES_MAX = 100;
const SIGNATURE_MARK = "— ";
const KEY_ID_BYTES = 4;
/** Of a cosignature, before its signature: when it was made, C2SP tlog-cosignature. */
const TIME_BYTES = 8;

/** Algorithm bytes of keys, C2SP signed-note and tlog-cosignature. */
const ALGORITHMS = { ed25519: 0x01, cosignature: 0x04 } as const;

/** A key that signs notes, or cosigns checkpoints as a witness. */
export interface NoteKey {
  readonly name: string;
  readonly algorithm: keyof typeof ALGORITHMS;
  readonly key: VerifyKey;
}

export interface SignedNote {
  /** What is signed, its last line feed included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  readonly id: Uint8Array;
  readonly blob: Uint8Array;
}

/** Whether `name` can name a key: not empty, no space, no `+`, no control character. */
export function isKeyName(name: string): boolean {
  return /^[^\s+\p{C}\p{Z}]+$/u.test(name);
}

/** The note in `bytes`, whoever signed it; null: no note with a signature line. */
export function parseSignedNote(bytes: Uint8Array): SignedNote | null {
  if (bytes.length > SIGNED_NOTE_BYTES_MAX) return null;
  const read = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = read.toString("utf8");
  // Bytes that are not UTF-8 come back changed; the signed text must be the one that was read.
  if (!Buffer.from(whole, "utf8").equals(read) || /[\u0000-\u0009\u000b-\u001f\u007f]/.test(whole))
    return null;
  const split = whole.lastIndexOf("\n\n");
  if (split < 0 || !whole.endsWith("\n")) return null;
  const lines = whole.slice(split + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) return null;
  const signatures = lines.map(parseSignature);
  return signatures.every((signature) => signature !== null)
    ? { text: whole.slice(0, split + 1), signatures }
    : null;
}

function parseSignature(line: string): NoteSignature | null {
  const [, name = "", base64 = ""] = /^— (\S+) (\S+)$/.exec(line) ?? [];
  const bytes = strictBase64(base64);
  if (!isKeyName(name) || bytes === null || bytes.length <= KEY_ID_BYTES) return null;
  return { name, id: bytes.subarray(0, KEY_ID_BYTES), blob: bytes.subarray(KEY_ID_BYTES) };
}

/**
 * What `key` says of the note. `absent`: no line of its name and id. `invalid`: such a line that it did not sign, or more
 * than one; a note with one is not to be believed whatever else it carries.
 */
export type Signed =
  | { readonly state: "absent" | "invalid" }
  | {
      readonly state: "signed";
      /** Seconds since 1970 by the witness's own clock; null: a signature, which has no time. */
      readonly time: number | null;
    };

export function signedBy({ text, signatures }: SignedNote, key: NoteKey): Signed {
  const id = keyIdOf(key);
  const lines = signatures.filter(({ name, id: own }) => name === key.name && id.equals(own));
  const [line] = lines;
  if (line === undefined) return { state: "absent" };
  if (lines.length > 1) return { state: "invalid" };
  return key.algorithm === "ed25519"
    ? checkPlain(text, line.blob, key)
    : checkCosignature(text, line.blob, key);
}

function checkPlain(text: string, blob: Uint8Array, { key }: NoteKey): Signed {
  const holds = verifySignature(key, Buffer.from(text, "utf8"), blob);
  return holds ? { state: "signed", time: null } : { state: "invalid" };
}

function checkCosignature(text: string, blob: Uint8Array, { key }: NoteKey): Signed {
  if (blob.length !== TIME_BYTES + SIGNATURE_BYTES) return { state: "invalid" };
  const time = Number(Buffer.from(blob).readBigUInt64BE(0));
  if (!Number.isSafeInteger(time)) return { state: "invalid" };
  const holds = verifySignature(key, cosignedMessage(text, time), blob.subarray(TIME_BYTES));
  return holds ? { state: "signed", time } : { state: "invalid" };
}

/** What a witness signs of a checkpoint's text at `time`, seconds since 1970: C2SP tlog-cosignature, Ed25519. */
export function cosignedMessage(text: string, time: number): Uint8Array {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`, "utf8");
}

/** SHA-256(name ‖ LF ‖ algorithm ‖ key), first four bytes: C2SP signed-note. */
export function keyIdOf({ name, algorithm, key }: NoteKey): Buffer {
  const keyed = Buffer.concat([Buffer.from(`${name}\n`, "utf8"), keyMaterial(algorithm, key)]);
  return hash("sha256", keyed, "buffer").subarray(0, KEY_ID_BYTES);
}

/** One signature line, without its line feed. `blob`: the signature, of a cosignature behind its time. */
export function signatureLine(key: NoteKey, blob: Uint8Array): string {
  return `${SIGNATURE_MARK}${key.name} ${Buffer.concat([keyIdOf(key), blob]).toString("base64")}`;
}

/** `name+id+key`: the vkey of C2SP signed-note. */
export function formatVkey(key: NoteKey): string {
  const material = keyMaterial(key.algorithm, key.key).toString("base64");
  return `${key.name}+${keyIdOf(key).toString("hex")}+${material}`;
}

/**
 * The key that a vkey names. Null for one of another form or algorithm or with another id than it says. Throws
 * WRIT_KEY_UNUSABLE for an Ed25519 key under which a signature says nothing.
 */
export function parseVkey(vkey: string): NoteKey | null {
  const [, name = "", id = "", base64 = ""] = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
  const material = strictBase64(base64);
  const algorithm = material?.[0] === ALGORITHMS.cosignature ? "cosignature" : "ed25519";
  if (!isKeyName(name) || material === null || material[0] !== ALGORITHMS[algorithm]) return null;
  const key: NoteKey = { name, algorithm, key: importRawPublicKey(material.subarray(1)) };
  return keyIdOf(key).toString("hex") === id ? key : null;
}

function keyMaterial(algorithm: NoteKey["algorithm"], { raw }: VerifyKey): Buffer {
  return Buffer.concat([Buffer.from([ALGORITHMS[algorithm]]), raw]);
}
