// The form of an index on disk: a head as JSON, arrays of words, and an HMAC over both. Not where files lie, nor what the
// arrays mean.
import { err, ok, type Result } from "../../stdx/result.ts";
import type { ScanPorts } from "../ports.ts";
import { latin1 } from "./fold.ts";

/** The version of the form; another one is refused, and the index made anew from the values. */
const VERSION = 2;
const MAGIC = 0x5752_4958;
const SEAL = 32;
const HEAD_WORDS = 4;

export interface IndexContent {
  /** JSON. */
  readonly head: unknown;
  readonly arrays: readonly Uint32Array[];
}

/**
 * The bytes of an index of `kind`: magic, version, length of the head, number of arrays (32-bit big-endian words); the
 * head as UTF-8; each array as its length and its words; HMAC-SHA-256 of all that under `key` and `kind`.
 */
export function sealedIndex(
  kind: string,
  { head, arrays }: IndexContent,
  key: Uint8Array,
  ports: Pick<ScanPorts, "hmac">,
): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const words = arrays.reduce((sum, each) => sum + 1 + each.length, 0);
  const bytes = new Uint8Array(HEAD_WORDS * 4 + text.length + words * 4 + SEAL);
  const view = new DataView(bytes.buffer);
  [MAGIC, VERSION, text.length, arrays.length].forEach((word, at) => {
    view.setUint32(at * 4, word);
  });
  bytes.set(text, HEAD_WORDS * 4);
  let at = HEAD_WORDS * 4 + text.length;
  for (const array of arrays) {
    view.setUint32(at, array.length);
    at += 4;
    for (const word of array) {
      view.setUint32(at, word);
      at += 4;
    }
  }
  bytes.set(seal(kind, bytes.subarray(0, at), key, ports), at);
  return bytes;
}

/** What `sealedIndex` wrote; else one line why not: another key, another kind, another version, cut off or changed. */
export function openedIndex(
  kind: string,
  bytes: Uint8Array,
  key: Uint8Array,
  ports: Pick<ScanPorts, "hmac">,
): Result<IndexContent, string> {
  const end = bytes.length - SEAL;
  if (end < HEAD_WORDS * 4) return err("the index is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== MAGIC) return err("the file is no index");
  if (view.getUint32(4) !== VERSION) return err(`the index has version ${String(view.getUint32(4))}`);
  const sealed = seal(kind, bytes.subarray(0, end), key, ports);
  if (!sealed.every((byte, at) => byte === bytes[end + at]))
    return err("the index is changed, or of another key or kind");
  const headEnd = HEAD_WORDS * 4 + view.getUint32(8);
  const arrays: Uint32Array[] = [];
  let at = headEnd;
  for (let left = view.getUint32(12); left > 0; left -= 1) {
    const array = new Uint32Array(view.getUint32(at));
    at += 4;
    for (let each = 0; each < array.length; each += 1, at += 4) array[each] = view.getUint32(at);
    arrays.push(array);
  }
  const head: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(HEAD_WORDS * 4, headEnd)));
  return ok({ head, arrays });
}

function seal(kind: string, bytes: Uint8Array, key: Uint8Array, ports: Pick<ScanPorts, "hmac">): Uint8Array {
  return ports.hmac(ports.hmac(key, latin1(`writ index ${kind}`)), bytes);
}
