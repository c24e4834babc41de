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

/** Hexadecimal digits of a run. */
const HEX_MIN = 12;
/** Digits, prefixes and what stands between them, as far as it goes: cut anywhere, a pair could be split. */
const HEX_RUN = /[0-9a-fx:,;\-_.|]{12,}/gi;

/**
 * The hexadecimal runs (`4a6b`, `4A:6B`, `0x4a,0x6b`), from both positions, joined by NUL; those with an `0x` also without
 * it, since the nought may be the end of a pair.
 */
export function readHex(bytes: Buffer): readonly Buffer[] {
  const runs = mayHaveHex(bytes) ? bytes.toString("latin1").match(HEX_RUN) : null;
  if (runs === null) return [];
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

/** Whether enough digits stand together: much faster than the expression, and mostly they do not. */
function mayHaveHex(bytes: Buffer): boolean {
  let digits = 0;
  for (let at = 0; at < bytes.length; at++) {
    const kind = HEX[bytes[at] ?? 0] ?? 0;
    if (kind === 1) digits++;
    else if (kind === 0) digits = 0;
    if (digits === HEX_MIN) return true;
  }
  return false;
}

const NUL: Buffer = Buffer.alloc(1);

/**
 * Where compressed data may start, at most `max` places, and whether there were more: gzip (RFC 1952), zlib (RFC 1950,
 * window 32 KiB, every level), Zstandard (RFC 8878).
 */
export function compressedStarts(
  bytes: Buffer,
  max: number,
): { readonly at: readonly number[]; readonly more: boolean } {
  const found: number[] = [];
  for (let at = 0; at + 4 < bytes.length; at++) {
    if (FIRST[bytes[at] ?? 0] === 0 || !startsRun(bytes, at)) continue;
    if (found.length === max) return { at: found, more: true };
    found.push(at);
  }
  return { at: found, more: false };
}

/** The first bytes of compressed data. */
const FIRST: Uint8Array = new Uint8Array(256).fill(1, 0x1f, 0x20).fill(1, 0x78, 0x79).fill(1, 0x28, 0x29);

function startsRun(bytes: Buffer, at: number): boolean {
  const second = bytes[at + 1] ?? 0;
  switch (bytes[at]) {
    case 0x1f:
      return second === 0x8b && bytes[at + 2] === 0x08;
    case 0x78:
      // The third byte starts a block; 3 is no kind of block (RFC 1951 section 3.2.3).
      return (
        (second === 0x01 || second === 0x5e || second === 0x9c || second === 0xda) &&
        ((bytes[at + 2] ?? 0) & 6) !== 6
      );
    default:
      return second === 0xb5 && bytes[at + 2] === 0x2f && bytes[at + 3] === 0xfd;
  }
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
