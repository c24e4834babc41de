// Signature files of minisign (https://jedisct1.github.io/minisign/): reading, verifying and making them. Keys at rest are
// in minisign-key.ts.
import { createHash, sign } from "node:crypto";
import { importRawPublicKey, verifySignature } from "../../ledger/ledger-key.ts";
import type { MinisignKey } from "./minisign-key.ts";

/** What a signature file holds. */
export interface MinisignSignature {
  /** `ED`: of the BLAKE2b-512 digest of the file; `Ed`: of the file itself, as minisign made them before 2020. */
  readonly algorithm: "ED" | "Ed";
  readonly key_number: Uint8Array;
  readonly signature: Uint8Array;
  /** Signed, too. */
  readonly trusted_comment: string;
  readonly global_signature: Uint8Array;
}

/** `Ed` or `ED`, the key's number, the signature. */
const LINE_BYTES: number = 2 + 8 + 64;
const TRUSTED = "trusted comment: ";
/** Bytes of a trusted comment (minisign's TRUSTEDCOMMENTMAXBYTES). */
const COMMENT_MAX = 8192;

/** The signature in `text`, or null when it is none: every line is in its place, nothing stands behind. */
export function readMinisign(text: string): MinisignSignature | null {
  const [untrusted = "", line = "", comment = "", global = "", ...rest] = text
    .replaceAll("\r\n", "\n")
    .split("\n");
  if (!untrusted.startsWith("untrusted comment: ") || !comment.startsWith(TRUSTED)) return null;
  if (rest.some((more) => more !== "") || comment.length > COMMENT_MAX) return null;
  const bytes = decoded(line, LINE_BYTES);
  const global_signature = decoded(global, 64);
  if (bytes === null || global_signature === null) return null;
  const algorithm = bytes.toString("latin1", 0, 2);
  if (algorithm !== "ED" && algorithm !== "Ed") return null;
  return {
    algorithm,
    key_number: bytes.subarray(2, 10),
    signature: bytes.subarray(10),
    trusted_comment: comment.slice(TRUSTED.length),
    global_signature,
  };
}

/** Whether `signed` is by the key `raw` over `message`, its trusted comment included. */
export function verifyMinisign(signed: MinisignSignature, message: Uint8Array, raw: Uint8Array): boolean {
  const key = importRawPublicKey(raw);
  const body = signed.algorithm === "ED" ? prehashed(message) : message;
  const commented = Buffer.concat([signed.signature, Buffer.from(signed.trusted_comment)]);
  return (
    verifySignature(key, body, signed.signature) && verifySignature(key, commented, signed.global_signature)
  );
}

/** The signature file of `message` by `key`, with `timestamp` in seconds since 1970. */
export function signMinisign(message: Uint8Array, key: MinisignKey, timestamp: number, file: string): string {
  const signature = sign(null, prehashed(message), key.private_key);
  const comment = `timestamp:${timestamp}\tfile:${file.replaceAll(/[^ -~]/g, "_")}\thashed`;
  const global = sign(null, Buffer.concat([signature, Buffer.from(comment)]), key.private_key);
  const line = Buffer.concat([Buffer.from("ED"), key.number, signature]);
  return [
    "untrusted comment: signature from a writ operator key",
    line.toString("base64"),
    `${TRUSTED}${comment}`,
    global.toString("base64"),
    "",
  ].join("\n");
}

/** When it was made, in seconds since 1970, by its trusted comment; null: it does not say. */
export function timestampOf({ trusted_comment }: MinisignSignature): number | null {
  const [, digits] = /(?:^|\t)timestamp:([0-9]{1,12})(?:\t|$)/.exec(trusted_comment) ?? [];
  return digits === undefined ? null : Number(digits);
}

function prehashed(message: Uint8Array): Buffer {
  return createHash("blake2b512").update(message).digest();
}

/** Exactly `length` bytes in canonical base64, or null. */
function decoded(text: string, length: number): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === length && bytes.toString("base64") === text ? bytes : null;
}
