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
  readonly window: WindowHash;
}

export function lagHash(key: Uint8Array, window: WindowHash, ports: Pick<ScanPorts, "hmac">): LagHash {
  const words = keyedWords(key, "lags", 257, ports);
  const weights = words.slice(0, 256);
  const base = ((words[256] as number) & ~7) | 5;
  const leaving = weights.map((weight) => {
    let product = weight;
    for (let at = 0; at < LAG_WINDOW; at += 1) product = Math.imul(product, base);
    return product;
  });
  return { weights, base, leaving, window };
}

/** How far apart the bytes are that `kind` compares. */
export function lagOf(kind: number): number {
  return kind <= 8 ? kind : kind - 8;
}

/** Calls `visit` with the hash of each window of `bytes` under `kind` and where it starts and ends. */
export function eachLagWindow(
  bytes: Uint8Array,
  kind: number,
  hash: LagHash,
  visit: (key: number, start: number, end: number) => void,
): void {
  const { weights, base, leaving, window } = hash;
  const lag = lagOf(kind);
  const length = bytes.length - lag;
  let rolled = 0;
  for (let at = 0; at < length; at += 1) {
    rolled = Math.imul(rolled, base) + (weights[compared(bytes, at, lag, kind)] as number);
    if (at >= LAG_WINDOW) rolled -= leaving[compared(bytes, at - LAG_WINDOW, lag, kind)] as number;
    rolled |= 0;
    if (at < LAG_WINDOW - 1) continue;
    visit(hashed((rolled + Math.imul(kind, 0x9e37_79b1)) | 0, window), at + 1 - LAG_WINDOW, at + 1 + lag);
  }
}

/** The hashes of the windows of a value but those of fewer than three different bytes; overwritten by the next call. */
export function lagGramsOf(bytes: Uint8Array, kind: number, hash: LagHash): Uint32Array {
  const lag = lagOf(kind);
  if (found.length < bytes.length) found = new Uint32Array(2 * bytes.length);
  let used = 0;
  eachLagWindow(bytes, kind, hash, (key, start) => {
    // What is left out is overwritten by the next one.
    found[used] = key;
    if (isVaried(bytes, start, lag, kind)) used += 1;
  });
  return found.subarray(0, used);
}

let found = new Uint32Array(4096);

/** Whether the window from `start` has three different bytes. */
function isVaried(bytes: Uint8Array, start: number, lag: number, kind: number): boolean {
  const one = compared(bytes, start, lag, kind);
  let other = one;
  for (let at = start + 1; at < start + LAG_WINDOW; at += 1) {
    const byte = compared(bytes, at, lag, kind);
    if (byte === one || byte === other) continue;
    if (other !== one) return true;
    other = byte;
  }
  return false;
}

function compared(bytes: Uint8Array, at: number, lag: number, kind: number): number {
  const byte = bytes[at] as number;
  if (kind === 0) return byte;
  const other = bytes[at + lag] as number;
  return kind <= 8 ? byte ^ other : (other - byte) & 255;
}
