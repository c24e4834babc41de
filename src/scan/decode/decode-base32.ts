// Base32: RFC 4648 sections 6 and 7, Crockford's and z-base-32, in either case, at any offset. Not wrapped lines.
import type { Decoder, DecoderInput } from "./decoder.ts";
import { BEYOND_HEX, LOWER, PLUS, UPPER } from "./survey.ts";
import { unpackBits, unpackText } from "./unpack-bits.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";
import { isWhole, writeRun } from "./write-run.ts";

/** One reading for each alphabet; only text says that the right one was found. */
export const decodeBase32: Decoder = function* (input) {
  const runs = candidates(input);
  if (runs.length === 0) return;
  for (const { name, table } of ALPHABETS) yield readAll(input, runs, { name, table });
};

interface Alphabet {
  readonly name: string;
  readonly table: Uint8Array;
}

const NONE = 255;

/** Crockford reads O as 0, I and L as 1 (crockford.com/base32.html); z-base-32 is the alphabet of Zooko O'Whielacronx. */
const ALPHABETS: readonly Alphabet[] = [
  { name: "base32", table: tableOf("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") },
  { name: "base32hex", table: tableOf("0123456789ABCDEFGHIJKLMNOPQRSTUV") },
  { name: "Crockford base32", table: crockford() },
  { name: "z-base-32", table: tableOf("ybndrfg8ejkmcpqxot1uwisza345h769") },
];

/** Bytes from which a run is read: six bytes of text. */
const RUN_MIN = 10;
const OFFSETS_MAX = 4096;

/** Runs of one case, with no sign of base64 inside, nor all of hexadecimal digits. */
function candidates({ survey }: DecoderInput): readonly (readonly [start: number, end: number])[] {
  const found: (readonly [number, number])[] = [];
  for (let run = 0; run < survey.used; run += 3) {
    const [start, end, mask] = [survey.runs[run] ?? 0, survey.runs[run + 1] ?? 0, survey.runs[run + 2] ?? 0];
    const cases = mask & (LOWER | UPPER);
    if (end - start < RUN_MIN || cases === 0 || (mask & PLUS) !== 0 || (mask & BEYOND_HEX) === 0) continue;
    found.push([start, end]);
  }
  return found;
}

function readAll(
  { bytes, budget }: DecoderInput,
  runs: readonly (readonly [number, number])[],
  { name, table }: Alphabet,
): Decoded | null {
  const writer = new ViewWriter();
  for (const [start, end] of runs) {
    budget.spend(end - start);
    let from = start;
    for (let at = start; at <= end; at++) {
      if (at < end && (table[bytes[at] ?? 0] ?? NONE) !== NONE) continue;
      if (at - from >= RUN_MIN) readPiece(bytes, { from, to: at, table }, writer);
      from = at + 1;
    }
  }
  return writer.done(name);
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly table: Uint8Array;
}

function readPiece(bytes: Uint8Array, { from, to, table }: Piece, writer: ViewWriter): void {
  const whole = unpackText(bytes, { from, to, table, width: 5 });
  if (whole !== null && writeRun(writer, whole, { start: from, end: to })) return;
  if (to - from < PART_MIN || !hasDigit(bytes, from, to)) return;
  const decoded = unpackBits(bytes, { from, to, table, width: 5 });
  writeRun(writer, decoded, { start: from, end: to, guess: !isWhole(decoded) });
  if (to - from > OFFSETS_MAX) return;
  for (let skip = 1; skip < 8; skip++) {
    const shifted = unpackText(bytes, { from: from + skip, to, table, width: 5 });
    if (shifted !== null && writeRun(writer, shifted, { start: from + skip, end: to, guess: true })) return;
  }
}

/** Letters from which a run that is no text as a whole may hold some: words have as many. */
const PART_MIN = 16;

function hasDigit(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) < 0x3a) return true;
  return false;
}

function tableOf(letters: string): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  for (let at = 0; at < letters.length; at++) {
    for (const letter of [
      letters[at] ?? "",
      (letters[at] ?? "").toLowerCase(),
      (letters[at] ?? "").toUpperCase(),
    ]) {
      table[letter.charCodeAt(0)] = at;
    }
  }
  return table;
}

function crockford(): Uint8Array {
  const table = tableOf("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
  for (const [letter, value] of [
    ["O", 0],
    ["o", 0],
    ["I", 1],
    ["i", 1],
    ["L", 1],
    ["l", 1],
  ] as const) {
    table[letter.charCodeAt(0)] = value;
  }
  return table;
}
