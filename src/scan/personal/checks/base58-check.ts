// Base58Check: base 58 with the first four bytes of a double SHA-256 as check (Bitcoin wiki, "Base58Check encoding").
import { sha256 } from "./sha256.ts";

/**
 * The version byte of a Base58Check text of 25 bytes (version, 20 bytes of hash, 4 of check), or null if it is none.
 */
export function base58Version(text: string): number | null {
  const bytes = decoded(text);
  if (bytes === null) return null;
  const check = sha256(sha256(bytes.subarray(0, 21)));
  for (let at = 0; at < 4; at++) if (bytes[21 + at] !== check[at]) return null;
  return bytes[0] ?? null;
}

/** 25 bytes, big-endian; null: another length or alphabet. */
function decoded(text: string): Uint8Array | null {
  const bytes = new Uint8Array(25);
  for (const character of text) {
    let carry = ALPHABET.indexOf(character);
    if (carry < 0) return null;
    for (let at = 24; at >= 0; at--) {
      carry += (bytes[at] ?? 0) * 58;
      bytes[at] = carry & 0xff;
      carry >>= 8;
    }
    if (carry !== 0) return null;
  }
  return bytes;
}

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
