// Fingerprints of a text: hashes of some of its windows, chosen so that any longer part has one. Winnowing of Schleimer,
// Wilkerson and Aiken 2003, "Winnowing: local algorithms for document fingerprinting". Keyed.
import type { ScanPorts } from "../ports.ts";

/** Symbols of a window (the paper's k): shorter agreements are chance or common phrases. */
export const NOISE = 30;

/** Windows of which one is chosen (the paper's w). Any part of `NOISE + CHOICE - 1` symbols has a fingerprint. */
export const CHOICE = 30;

export interface WinnowHash {
  readonly weights: Uint32Array;
  readonly base: number;
  /** `weights * base^NOISE`. */
  readonly leaving: Uint32Array;
}

/** Words that follow from the key of the install by HMAC-SHA-256. */
export function winnowHash(key: Uint8Array, ports: Pick<ScanPorts, "hmac">): WinnowHash {
  const words = new Uint32Array(264);
  for (let block = 0; block < words.length / 8; block += 1) {
    const digest = ports.hmac(key, new TextEncoder().encode(`writ scan winnow ${String(block)}`));
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    for (let at = 0; at < 8; at += 1) words[block * 8 + at] = view.getUint32(at * 4);
  }
  const base = ((words[256] as number) & ~7) | 5;
  const weights = words.slice(0, 256);
  const leaving = weights.map((weight) => {
    let product = weight;
    for (let at = 0; at < NOISE; at += 1) product = Math.imul(product, base);
    return product;
  });
  return { weights, base, leaving };
}

/**
 * Calls `visit` with the hash of every window of the letters, digits and multi-byte characters of `bytes`, without regard to
 * case, and where it ends. `from` and `to` bound the bytes; windows begin anew at `from`.
 */
export function eachWindow(
  bytes: Uint8Array,
  hash: WinnowHash,
  visit: (fingerprint: number, start: number, end: number) => void,
): void {
  const { weights, base, leaving } = hash;
  const symbols = new Uint8Array(NOISE);
  const starts = new Float64Array(NOISE);
  let rolled = 0;
  let count = 0;
  let slot = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const symbol = SYMBOL[bytes[at] as number] as number;
    if (symbol === 0) continue;
    rolled = (Math.imul(rolled, base) + (weights[symbol] as number)) | 0;
    if (count >= NOISE) rolled = (rolled - (leaving[symbols[slot] as number] as number)) | 0;
    symbols[slot] = symbol;
    starts[slot] = at;
    slot = slot === NOISE - 1 ? 0 : slot + 1;
    count += 1;
    if (count >= NOISE) visit(finished(rolled), starts[slot] as number, at + 1);
  }
}

/** The fingerprints of `bytes`: of every `CHOICE` windows in a row the rightmost least one. At least one from `NOISE` symbols. */
export function fingerprints(bytes: Uint8Array, hash: WinnowHash): ReadonlySet<number> {
  const hashes: number[] = [];
  eachWindow(bytes, hash, (fingerprint) => hashes.push(fingerprint));
  const chosen = new Set<number>();
  // Places whose hashes rise: the first is the least of the present windows.
  const rising: number[] = [];
  let head = 0;
  for (let at = 0; at < hashes.length; at += 1) {
    while (rising.length > head && (hashes[rising.at(-1) ?? 0] as number) >= (hashes[at] as number))
      rising.pop();
    rising.push(at);
    if ((rising[head] as number) <= at - CHOICE) head += 1;
    if (at >= CHOICE - 1 || at === hashes.length - 1) chosen.add(hashes[rising[head] as number] as number);
  }
  return chosen;
}

/** Of each byte its symbol: lower case; 0 is none. */
const SYMBOL: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 65 && byte <= 90) return byte + 32;
  const isSymbol = byte >= 128 || (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 122);
  return isSymbol ? byte : 0;
});

function finished(rolled: number): number {
  const mixed = Math.imul(rolled ^ (rolled >>> 16), 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
