// One pass over a view: which bytes it has, and its runs of letters, digits and the signs of base64. Not a decoder.
import type { ScanBudget } from "../scan-budget.ts";

/** What the bytes of a run are, as bits of `mask`. */
export const LOWER = 1;
export const UPPER = 2;
export const DIGIT = 4;
/** `+` or `/`. */
export const PLUS = 8;
/** `-` or `_`. */
export const DASH = 16;
/** `=`. */
export const EQUALS = 32;
/** A letter that is no hexadecimal digit. */
export const BEYOND_HEX = 64;

export interface Survey {
  /** How often each byte occurs. */
  readonly counts: Uint32Array;
  /** Runs of letters, digits, `+`, `/`, `-`, `_`, `=` of at least `RUN_MIN` bytes, in order: start, end, mask of each. */
  readonly runs: Uint32Array;
  /** How many numbers of `runs` count. */
  readonly used: number;
  /** Bytes that are no printable ASCII and no white space. */
  readonly beyond: number;
}

/** Bytes from which a run may be an encoded value. */
export const RUN_MIN = 4;

export function survey(bytes: Uint8Array, budget: ScanBudget): Survey {
  const counts = new Uint32Array(256);
  let runs = room;
  let used = 0;
  budget.spend(bytes.length);
  let [start, mask] = [0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
    const kind = KIND[byte] ?? 0;
    if (kind !== 0) {
      mask |= kind;
      continue;
    }
    if (at - start >= RUN_MIN) {
      if (used + 3 > runs.length) runs = doubled(runs);
      runs[used] = start;
      runs[used + 1] = at;
      runs[used + 2] = mask;
      used += 3;
    }
    start = at + 1;
    mask = 0;
  }
  if (bytes.length - start >= RUN_MIN) {
    if (used + 3 > runs.length) runs = doubled(runs);
    runs[used++] = start;
    runs[used++] = bytes.length;
    runs[used++] = mask;
  }
  room = runs;
  let beyond = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (BEYOND[byte] === 1) beyond += counts[byte] ?? 0;
  }
  return { counts, runs: runs.slice(0, used), used, beyond };
}

/** Whether `bytes` has none that `beyond` of a survey would count. */
export function isPlain(bytes: Uint8Array, budget: ScanBudget): boolean {
  budget.spend(bytes.length);
  for (let at = 0; at < bytes.length; at++) if (BEYOND[bytes[at] ?? 0] === 1) return false;
  return true;
}

/** Where runs are written before they are copied: most views have few. */
let room = new Uint32Array(6144);

function doubled(old: Uint32Array): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(2 * old.length);
  next.set(old);
  return next;
}

/** Of each byte 1 where it is no printable ASCII and no white space. */
const BEYOND: Uint8Array = new Uint8Array(256)
  .fill(1, 0, 0x20)
  .fill(1, 0x7f)
  .fill(0, 0x09, 0x0b)
  .fill(0, 0x0d, 0x0e);

const KIND: Uint8Array = kinds();

function kinds(): Uint8Array {
  const table = new Uint8Array(256);
  table
    .fill(DIGIT, 0x30, 0x3a)
    .fill(UPPER | BEYOND_HEX, 0x41, 0x5b)
    .fill(LOWER | BEYOND_HEX, 0x61, 0x7b);
  table.fill(UPPER, 0x41, 0x47).fill(LOWER, 0x61, 0x67);
  for (const sign of "+/") table[sign.charCodeAt(0)] = PLUS;
  for (const sign of "-_") table[sign.charCodeAt(0)] = DASH;
  table["=".charCodeAt(0)] = EQUALS;
  return table;
}
