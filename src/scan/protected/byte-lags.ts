// Windows of bytes that a repeated key does not change: `b[i] ^ b[i+m]` under XOR with a key of m bytes, `b[i+m] - b[i]` under
// addition of one; for m = 0 the bytes themselves. For binary data; text has its own windows (grams.ts, deltas.ts).
import type { ScanPorts } from "../ports.ts";
import { hashed, keyedWords, type WindowHash } from "./keyed-hash.ts";

/** How neighbours are compared: 0 the bytes themselves, 1 to 8 XOR at that lag, 9 to 16 difference at that lag less 8. */
export const LAG_KINDS = 17;

/** Bytes of a window. */
export const LAG_WINDOW = 6;

export interface LagHash {
  readonly weights: Uint32Array;
  readonly base: number;
  /** `weights * base^LAG_WINDOW`: what leaves a window. */
  readonly leaving: Uint32Array;
  /** `weights * base^(LAG_WINDOW - 1 - place)` of each place of a window, one after the other: what a symbol adds there. */
  readonly places: Uint32Array;
  readonly window: WindowHash;
}

export function lagHash(key: Uint8Array, window: WindowHash, ports: Pick<ScanPorts, "hmac">): LagHash {
  const words = keyedWords(key, "lags", 257, ports);
  const weights = words.slice(0, 256);
  const base = ((words[256] as number) & ~7) | 5;
  const leaving = weights.map((weight) => raised(weight, base, LAG_WINDOW));
  const places = new Uint32Array(256 * LAG_WINDOW);
  for (let place = 0; place < LAG_WINDOW; place += 1)
    for (let symbol = 0; symbol < 256; symbol += 1)
      places[256 * place + symbol] = raised(weights[symbol] as number, base, LAG_WINDOW - 1 - place);
  return { weights, base, leaving, places, window };
}

/** `weight * base^power`, modulo 2^32. */
function raised(weight: number, base: number, power: number): number {
  let product = weight;
  for (let at = 0; at < power; at += 1) product = Math.imul(product, base);
  return product;
}

/** How far apart the bytes are that `kind` compares. */
export function lagOf(kind: number): number {
  return kind <= 8 ? kind : kind - 8;
}

/** What `kind` adds to the sum of a window: those of different kinds differ. */
export function kindSalt(kind: number): number {
  return Math.imul(kind, 0x9e37_79b1);
}

/** What `kind` makes of neighbours in `bytes`, one for each place that has one; overwritten by the next call. */
export function comparedBytes(bytes: Uint8Array, kind: number): Uint8Array {
  if (kind === 0) return bytes;
  const lag = lagOf(kind);
  const length = Math.max(0, bytes.length - lag);
  if (compared.length < length) compared = new Uint8Array(2 * length);
  if (kind <= 8)
    for (let at = 0; at < length; at += 1) compared[at] = (bytes[at] as number) ^ (bytes[at + lag] as number);
  else
    for (let at = 0; at < length; at += 1) compared[at] = (bytes[at + lag] as number) - (bytes[at] as number);
  return compared.subarray(0, length);
}

let compared = new Uint8Array(4096);

/** The hashes of the windows of a value but those of fewer than three different bytes; overwritten by the next call. */
export function lagGramsOf(bytes: Uint8Array, kind: number, hash: LagHash): Uint32Array {
  const { weights, base, leaving, window } = hash;
  const symbols = comparedBytes(bytes, kind);
  if (found.length < symbols.length) found = new Uint32Array(2 * symbols.length);
  const salt = kindSalt(kind);
  let [rolled, used] = [0, 0];
  for (let at = 0; at < symbols.length; at += 1) {
    rolled = (Math.imul(rolled, base) + (weights[symbols[at] as number] as number)) | 0;
    if (at >= LAG_WINDOW) rolled = (rolled - (leaving[symbols[at - LAG_WINDOW] as number] as number)) | 0;
    if (at < LAG_WINDOW - 1 || !isVaried(symbols, at + 1 - LAG_WINDOW)) continue;
    found[used] = hashed((rolled + salt) | 0, window);
    used += 1;
  }
  return found.subarray(0, used);
}

let found = new Uint32Array(4096);

/** Whether the window from `start` has three different bytes. */
function isVaried(symbols: Uint8Array, start: number): boolean {
  const one = symbols[start] as number;
  let other = one;
  for (let at = start + 1; at < start + LAG_WINDOW; at += 1) {
    const byte = symbols[at] as number;
    if (byte === one || byte === other) continue;
    if (other !== one) return true;
    other = byte;
  }
  return false;
}
