// Readings of runs inside a text that stand for other bytes altogether: base64, hexadecimal, compressed data. Text is
// Latin-1, one character a byte, before and after.
import { constants, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** Base64 and base64url characters, and the letter that stands in for every other one. */
const BASE64: Uint8Array = base64Table();

/**
 * The bytes as base64 (RFC 4648 sections 4 and 5), read from each of four positions: one of them is the right one for any
 * run, whatever stands before it. Outside runs the result means nothing. One reading at a time.
 */
export function* readBase64(bytes: Buffer): Generator<Buffer, void> {
  const only = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < bytes.length; at++) only[at] = BASE64[bytes[at] ?? 0] ?? 0;
  const text = only.toString("latin1");
  for (const start of [0, 1, 2, 3]) yield Buffer.from(text.slice(start), "base64");
}

/** Hexadecimal digits from which a run may be a value: six bytes. */
const HEX_MIN = 12;

/**
 * The hexadecimal runs (`4a6b`, `4A:6B`, `0x4a,0x6b`), from both positions, joined by NUL; those with an `0x` also without
 * it, since the nought may be the end of a pair. One reading at a time.
 */
export function* readHex(bytes: Buffer): Generator<Buffer, void> {
  const runs = hexRuns(bytes);
  if (runs.length === 0) return;
  for (const first of [0, 1]) yield pairsOf(bytes, runs, { first, prefixes: true });
  const prefixed = withPrefix(bytes, runs);
  if (prefixed.length === 0) return;
  for (const first of [0, 1]) yield pairsOf(bytes, prefixed, { first, prefixes: false });
}

/** The digits of each run in pairs from the `first` on, what is between them left out, and without `prefixes` also `0x`. */
function pairsOf(
  bytes: Buffer,
  runs: readonly number[],
  { first, prefixes }: { readonly first: number; readonly prefixes: boolean },
): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let run = 0; run < runs.length; run += 2) {
    let skip = first;
    let high = -1;
    const end = runs[run + 1] ?? 0;
    for (let at = runs[run] ?? 0; at < end; at++) {
      const digit = DIGIT[bytes[at] ?? 0] ?? NO_DIGIT;
      if (digit === NO_DIGIT) continue;
      if (!prefixes && digit === 0 && at + 1 < end && isX(bytes[at + 1])) continue;
      if (skip-- > 0) continue;
      if (high === -1) high = digit;
      else {
        out[length++] = high * 16 + digit;
        high = -1;
      }
    }
    out[length++] = 0;
  }
  return out.subarray(0, length);
}

/** Those of `runs` that have an `0x`. */
function withPrefix(bytes: Buffer, runs: readonly number[]): readonly number[] {
  const found: number[] = [];
  for (let run = 0; run < runs.length; run += 2) {
    const [start, end] = [runs[run] ?? 0, runs[run + 1] ?? 0];
    for (let at = start; at + 1 < end; at++) {
      if (bytes[at] !== 0x30 || !isX(bytes[at + 1])) continue;
      found.push(start, end);
      break;
    }
  }
  return found;
}

function isX(byte: number | undefined): boolean {
  return byte === 0x58 || byte === 0x78;
}

/** Hexadecimal digits are 1, what stands between them 2. */
const HEX: Uint8Array = hexTable();

const NO_DIGIT = 255;
/** What each digit counts. */
const DIGIT: Uint8Array = digitTable();

/** Where digits, prefixes and what stands between them start and end, as far as they go: cut anywhere, a pair could be split. */
function hexRuns(bytes: Buffer): readonly number[] {
  const runs: number[] = [];
  let digits = 0;
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    const kind = at < bytes.length ? HEX[bytes[at] ?? 0] : 0;
    if (kind === 1) digits++;
    if (kind !== 0) continue;
    if (digits >= HEX_MIN) runs.push(start, at);
    digits = 0;
    start = at + 1;
  }
  return runs;
}

/** What bytes may hide: the readable stretches, and where compressed data may start. */
export interface Stretches {
  /** Latin-1, one character a byte; joined by NUL. */
  readonly text: string;
  readonly compressed: readonly number[];
}

/**
 * One pass over `bytes`: its readable stretches of at least `min` characters, and the places at which gzip (RFC 1952), zlib
 * (RFC 1950, window 32 KiB, every level) or Zstandard (RFC 8878) may start, at most `most` and one.
 */
export function stretchesOf(bytes: Buffer, min: number, most: number): Stretches {
  const compressed: number[] = [];
  // Each stretch with its NUL is no longer than with what ended it.
  const text = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    const kind = KIND[bytes[at] ?? 0] ?? 0;
    if (kind === READABLE) continue;
    if (kind >= FIRST && compressed.length <= most && startsRun(bytes, at)) compressed.push(at);
    if (kind === READABLE_FIRST) continue;
    if (at - start >= min) {
      length += bytes.copy(text, length, start, at);
      text[length++] = 0;
    }
    start = at + 1;
  }
  if (bytes.length - start >= min) length += bytes.copy(text, length, start);
  return { text: text.toString("latin1", 0, length), compressed };
}

/** Whether `length` readable characters stand together. */
export function hasReadable(bytes: Buffer, length: number): boolean {
  return stretchesOf(bytes, length, 0).text !== "";
}

/** ASCII that text is made of is 1; from 2 on, what compressed data starts with: 2 is unreadable, 3 readable. */
const READABLE = 1;
const FIRST = 2;
const READABLE_FIRST = 3;
const KIND: Uint8Array = new Uint8Array(256)
  .fill(READABLE, 0x20, 0x7f)
  .fill(READABLE, 0x09, 0x0b)
  .fill(READABLE, 0x0d, 0x0e)
  .fill(FIRST, 0x1f, 0x20)
  .fill(READABLE_FIRST, 0x78, 0x79)
  .fill(READABLE_FIRST, 0x28, 0x29);

function startsRun(bytes: Buffer, at: number): boolean {
  const second = bytes[at + 1] ?? 0;
  switch (bytes[at]) {
    case 0x1f:
      return second === 0x8b && bytes[at + 2] === 0x08;
    case 0x78:
      return ZLIB_SECOND[second] === 1 && mayBeBlock(bytes[at + 2] ?? 0);
    default:
      return second === 0xb5 && bytes[at + 2] === 0x2f && bytes[at + 3] === 0xfd;
  }
}

const ZLIB_SECOND: Uint8Array = new Uint8Array(256)
  .fill(1, 0x01, 0x02)
  .fill(1, 0x5e, 0x5f)
  .fill(1, 0x9c, 0x9d)
  .fill(1, 0xda, 0xdb);

/** The kind of a deflated block is in bits 1 and 2, and 3 is none (RFC 1951 section 3.2.3). */
function mayBeBlock(byte: number): boolean {
  return (byte & 6) !== 6;
}

/** What one compressed run holds: `odd` when it is none after all, `large` when more than `max` bytes come out. */
export function inflate(run: Buffer, max: number): Buffer | "odd" | "large" {
  // What follows the end of the run is not part of it, and a run cut short still says what it says.
  const options = { maxOutputLength: max, finishFlush: constants.Z_SYNC_FLUSH };
  try {
    if (run[0] === 0x1f) return inflateRawSync(run.subarray(gzipHead(run)), options);
    if (run[0] === 0x78) return inflateSync(run, options);
    return zstdDecompressSync(run, { maxOutputLength: max });
  } catch (error) {
    return error instanceof RangeError ? "large" : "odd";
  }
}

/** Bytes before the deflated data: RFC 1952 section 2.3. */
function gzipHead(run: Buffer): number {
  const flags = run[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + (run[at] ?? 0) + 256 * (run[at + 1] ?? 0);
  for (const flag of [8, 16]) if ((flags & flag) !== 0) at = Math.max(run.indexOf(0, at), at) + 1;
  return (flags & 2) === 0 ? at : at + 2;
}

function base64Table(): Uint8Array {
  const table = new Uint8Array(256).fill(0x41);
  for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_") {
    table[character.charCodeAt(0)] = character.charCodeAt(0);
  }
  return table;
}

function digitTable(): Uint8Array {
  const table = new Uint8Array(256).fill(NO_DIGIT);
  for (const [value, digit] of Array.from("0123456789abcdef").entries()) {
    for (const letter of [digit, digit.toUpperCase()]) table[letter.charCodeAt(0)] = value;
  }
  return table;
}

function hexTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const digit of "0123456789abcdefABCDEF") table[digit.charCodeAt(0)] = 1;
  for (const between of "xX:,;-_.|") table[between.charCodeAt(0)] = 2;
  return table;
}
