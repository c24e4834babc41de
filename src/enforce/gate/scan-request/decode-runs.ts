// Readings of runs inside a text that stand for other bytes altogether: base64, hexadecimal, compressed data. Text is
// Latin-1, one character a byte, before and after.
import { constants, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** Base64 and base64url characters, and the letter that stands in for every other one. */
const BASE64: Uint8Array = base64Table();

/**
 * The bytes as base64 (RFC 4648 sections 4 and 5), read from each of four positions: one of them is the right one for any
 * run, whatever stands before it. Outside runs the result means nothing.
 */
export function readBase64(bytes: Buffer): readonly Buffer[] {
  const only = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < bytes.length; at++) only[at] = BASE64[bytes[at] ?? 0] ?? 0;
  const text = only.toString("latin1");
  return [0, 1, 2, 3].map((start) => Buffer.from(text.slice(start), "base64"));
}

/** Hexadecimal digits from which a run may be a value: six bytes. */
const HEX_MIN = 12;

/**
 * The hexadecimal runs (`4a6b`, `4A:6B`, `0x4a,0x6b`), from both positions, joined by NUL; those with an `0x` also without
 * it, since the nought may be the end of a pair.
 */
export function readHex(bytes: Buffer): readonly Buffer[] {
  const runs = hexRuns(bytes);
  const plain = runs.map((run) => run.replace(/[^0-9a-f]/gi, ""));
  const prefixed = runs.filter((run) => /0x/i.test(run)).map((run) => run.replace(/0x|[^0-9a-f]/gi, ""));
  return [plain, prefixed].flatMap((digits) =>
    digits.length === 0 ? [] : [pairsOf(digits, 0), pairsOf(digits, 1)],
  );
}

function pairsOf(digits: readonly string[], start: number): Buffer {
  return Buffer.concat(digits.flatMap((run) => [Buffer.from(run.slice(start), "hex"), NUL]));
}

/** Hexadecimal digits are 1, what stands between them 2. */
const HEX: Uint8Array = hexTable();

/** Digits, prefixes and what stands between them, as far as they go: cut anywhere, a pair could be split. */
function hexRuns(bytes: Buffer): readonly string[] {
  const runs: string[] = [];
  let digits = 0;
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    const kind = at < bytes.length ? HEX[bytes[at] ?? 0] : 0;
    if (kind === 1) digits++;
    if (kind !== 0) continue;
    if (digits >= HEX_MIN) runs.push(bytes.toString("latin1", start, at));
    digits = 0;
    start = at + 1;
  }
  return runs;
}

const NUL: Buffer = Buffer.alloc(1);

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
  let text = "";
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    const kind = KIND[bytes[at] ?? 0] ?? 0;
    if (kind === READABLE) continue;
    if (kind >= FIRST && compressed.length <= most && startsRun(bytes, at)) compressed.push(at);
    if (kind === READABLE_FIRST) continue;
    if (at - start >= min) text += `${bytes.toString("latin1", start, at)}\0`;
    start = at + 1;
  }
  if (bytes.length - start >= min) text += bytes.toString("latin1", start);
  return { text, compressed };
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

function hexTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const digit of "0123456789abcdefABCDEF") table[digit.charCodeAt(0)] = 1;
  for (const between of "xX:,;-_.|") table[between.charCodeAt(0)] = 2;
  return table;
}
