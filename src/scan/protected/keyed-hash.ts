// Keyed 32-bit hashes of short windows. Fast and keyed, not cryptographic: who holds the key and the index can test guesses,
// so the index stays 0600.
import type { ScanPorts } from "../ports.ts";
import { latin1 } from "./fold.ts";

/** The key words of one family of windows: hashes of different families do not meet but by chance. */
export interface WindowHash {
  readonly salt: number;
  readonly first: number;
  readonly second: number;
}

/** Words that follow from (key, label) by HMAC-SHA-256 in counter mode; every word of 32 bits. */
export function keyedWords(
  key: Uint8Array,
  label: string,
  count: number,
  ports: Pick<ScanPorts, "hmac">,
): Uint32Array {
  const words = new Uint32Array(count);
  for (let done = 0, block = 0; done < count; block += 1) {
    const digest = ports.hmac(key, latin1(`writ scan ${label} ${String(block)}`));
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    for (let at = 0; at + 4 <= digest.byteLength && done < count; at += 4, done += 1)
      words[done] = view.getUint32(at);
  }
  return words;
}

export function windowHash(key: Uint8Array, label: string, ports: Pick<ScanPorts, "hmac">): WindowHash {
  const [salt = 0, first = 0, second = 0] = keyedWords(key, label, 3, ports);
  return { salt, first: first | 1, second: second | 1 };
}

/** A keyed bijection of 32-bit words: no two windows that fit a word share a hash. Unsigned. */
export function hashed(code: number, { salt, first, second }: WindowHash): number {
  const mixed = Math.imul(code ^ salt, first);
  return Math.imul(mixed ^ (mixed >>> 15), second) >>> 0;
}

/** The keyed hash of a window and of its reverse, the same in either order. Unsigned; without branches, for inner loops. */
export function hashedBothWays(code: number, reverse: number, { salt, first, second }: WindowHash): number {
  const forwards = Math.imul(code ^ salt, first);
  const backwards = Math.imul(reverse ^ salt, first);
  return Math.imul((forwards ^ (forwards >>> 15)) + (backwards ^ (backwards >>> 15)), second) >>> 0;
}
