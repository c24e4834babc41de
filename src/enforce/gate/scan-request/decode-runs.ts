// Readings of runs inside a text that stand for other bytes altogether: base64, hexadecimal, compressed data. Text is
// Latin-1, one character a byte, before and after.
import { constants, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** Base64 and base64url characters, and the letter that stands in for every other one. */
const BASE64: Uint8Array = base64Table();

/**
 * The text as base64 (RFC 4648 sections 4 and 5), read from each of four positions: one of them is the right one for any
 * run, whatever stands before it. Outside runs the result means nothing.
 */
export function readBase64(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at++) bytes[at] = BASE64[bytes[at] ?? 0] ?? 0;
  const only = bytes.toString("latin1");
  return [0, 1, 2, 3].map((start) => Buffer.from(only.slice(start), "base64"));
}

/** At least twelve digits in pairs, with or without separators and prefixes; escaped bytes are decode-text.ts's. */
const HEX_RUN = /(?:(?:0x)?[0-9a-f]{2}[:,;\-_.|]{0,2}){6,}[0-9a-f]?/gi;

/** The hexadecimal runs (`4a6b`, `4A:6B`, `0x4a, 0x6b`), from both positions, joined by NUL. */
export function readHex(text: string): readonly Buffer[] {
  const runs = text.match(HEX_RUN);
  if (runs === null) return [];
  const digits = runs.map((run) => run.replace(/0x|[^0-9a-f]/gi, ""));
  return [0, 1].map((start) =>
    Buffer.concat(digits.flatMap((run) => [Buffer.from(run.slice(start), "hex"), NUL])),
  );
}

const NUL: Buffer = Buffer.alloc(1);

/** Where compressed data may start: gzip (RFC 1952), zlib (RFC 1950, window 32 KiB, every level), Zstandard (RFC 8878). */
const COMPRESSED = /\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|\x28\xb5\x2f\xfd/g;

/** `text` from each place that looks like compressed data; at most `max` places, and whether there were more. */
export function compressedStarts(
  text: string,
  max: number,
): { readonly at: readonly number[]; readonly more: boolean } {
  const at: number[] = [];
  for (const match of text.matchAll(COMPRESSED)) {
    if (at.length === max) return { at, more: true };
    at.push(match.index);
  }
  return { at, more: false };
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
