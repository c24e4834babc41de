// The base64 family: RFC 4648 sections 4 and 5, unpadded, at any offset; and the other alphabets of six bits. Not wrapped
// lines, which join-pieces.ts makes one run first.
import { binaryReadings } from "./binary-readings.ts";
import type { Decoder, DecoderInput } from "./decoder.ts";
import { isText } from "./readable.ts";
import { BEYOND_HEX, DASH, DIGIT, LOWER, PLUS, UPPER } from "./survey.ts";
import { unpackBits, unpackText } from "./unpack-bits.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";
import { isWhole, writeRun } from "./write-run.ts";

/** Runs of base64 and base64url in one reading, whatever offset they start at; then one reading for each other alphabet. */
export const decodeBase64: Decoder = function* (input) {
  const runs = runsOf(input);
  if (runs.length === 0) return;
  yield readRuns(input, runs, STANDARD);
  yield* binaryRuns(input);
  const guessed = runs.filter(({ guess }) => guess);
  if (guessed.length > 0) for (const alphabet of OTHERS) yield readRuns(input, guessed, alphabet);
};

interface Run {
  readonly start: number;
  readonly end: number;
  /** Other alphabets are tried as well. */
  readonly guess: boolean;
}

/** Runs that may be base64 by their letters. */
function runsOf({ survey }: DecoderInput): readonly Run[] {
  const found: Run[] = [];
  for (let run = 0; run < survey.used; run += 3) {
    const [start, end, mask] = [survey.runs[run] ?? 0, survey.runs[run + 1] ?? 0, survey.runs[run + 2] ?? 0];
    const length = end - start;
    if (length < RUN_MIN || !mayBeBase64(mask, length)) continue;
    const guess = length >= GUESS_RUN_MIN && length <= GUESS_RUN_MAX && (mask & DIGIT) !== 0;
    found.push({ start, end, guess });
  }
  return found;
}

/** Letters of six bytes. */
const RUN_MIN = 8;

/** Runs that decode to bytes that are no text, each on its own: one may be a compressed stream without a magic number. */
function* binaryRuns({ bytes, survey, known }: DecoderInput): Iterable<Decoded | null> {
  let left = BINARY_RUNS_MAX;
  for (let run = 0; run < survey.used && left > 0; run += 3) {
    const [start, end, mask] = [survey.runs[run] ?? 0, survey.runs[run + 1] ?? 0, survey.runs[run + 2] ?? 0];
    if (end - start < BINARY_RUN_MIN || (mask & ALL_KINDS) !== ALL_KINDS) continue;
    const [from, to] = longestPiece(bytes, start, end);
    const decoded = unpackBits(bytes, { from, to, table: STANDARD.table, width: 6 });
    if (isText(decoded)) continue;
    left--;
    yield* binaryReadings(decoded, { name: "base64", start: from, end: to, known });
  }
}

/** What stands between padding signs, or between one and a key's equals sign. */
function longestPiece(bytes: Uint8Array, start: number, end: number): readonly [from: number, to: number] {
  let [longest, from]: [readonly [number, number], number] = [[start, start], start];
  for (let at = start; at <= end; at++) {
    if (at < end && bytes[at] !== EQUALS_SIGN) continue;
    if (at - from > longest[1] - longest[0]) longest = [from, at];
    from = at + 1;
  }
  return longest;
}

const EQUALS_SIGN = 0x3d;
const ALL_KINDS: number = LOWER | UPPER | DIGIT;
const BINARY_RUN_MIN = 20;
/** Such runs of one view: each takes two attempts to inflate. */
const BINARY_RUNS_MAX = 8;

interface Alphabet {
  readonly name: string;
  /** What each byte counts, from 0 to 63; NONE: not in the alphabet. */
  readonly table: Uint8Array;
  /** An alphabet that nobody declared: only long runs, and only plain text counts. */
  readonly guess: boolean;
  /** Last character first. */
  readonly reversed: boolean;
}

const NONE = 255;
const UPPERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
/** Bytes from which a run is read in an alphabet that is a guess. */
const GUESS_RUN_MIN = 16;
/** Bytes of a run for which other offsets and alphabets are tried. */
const GUESS_RUN_MAX = 65_536;

const STANDARD: Alphabet = {
  name: "base64",
  table: tableOf(`${UPPERS}${LOWERS}${DIGITS}+/`, "-_"),
  guess: false,
  reversed: false,
};

/** crypt(3), bcrypt, xxencode, and the standard one turned round, with the cases or the halves of the alphabet exchanged. */
const OTHERS: readonly Alphabet[] = [
  { name: "reversed base64", table: STANDARD.table, guess: true, reversed: true },
  guessed("base64 of crypt", `./${DIGITS}${UPPERS}${LOWERS}`),
  guessed("base64 of bcrypt", `./${UPPERS}${LOWERS}${DIGITS}`),
  guessed("xxencode", `+-${DIGITS}${UPPERS}${LOWERS}`),
  guessed("base64 of digits first", `${DIGITS}${UPPERS}${LOWERS}+/`, "-_"),
  guessed("base64 of small letters after digits", `${DIGITS}${LOWERS}${UPPERS}+/`, "-_"),
  guessed("base64 of small letters first", `${LOWERS}${UPPERS}${DIGITS}+/`, "-_"),
  guessed("rot13 of base64", `${rotated(UPPERS, 13)}${rotated(LOWERS, 13)}${DIGITS}+/`, "-_"),
  guessed("atbash of base64", `${turned(UPPERS)}${turned(LOWERS)}${DIGITS}+/`, "-_"),
];

function readRuns({ bytes, budget }: DecoderInput, runs: readonly Run[], alphabet: Alphabet): Decoded | null {
  const writer = new ViewWriter();
  for (const { start, end } of runs) {
    budget.spend(end - start);
    readRun(bytes, { start, end, alphabet }, writer);
  }
  return writer.done(alphabet.name);
}

/** Words, numbers and hexadecimal digits are no base64 by chance: of 24 characters, two in three are no small letters. */
function mayBeBase64(mask: number, length: number): boolean {
  if ((mask & (BEYOND_HEX | PLUS)) === 0 && length >= 12) return false;
  const kinds = mask & (LOWER | UPPER | DIGIT | PLUS);
  if ((kinds & (kinds - 1)) === 0) return length <= 12 && kinds !== DIGIT && kinds !== LOWER;
  return (mask & (BEYOND_HEX | PLUS | DASH)) !== 0 || (mask & UPPER) !== 0;
}

/** Splits a run at what is not in the alphabet (padding ends a run), and reads each piece. */
function readRun(
  bytes: Uint8Array,
  { start, end, alphabet }: { readonly start: number; readonly end: number; readonly alphabet: Alphabet },
  writer: ViewWriter,
): void {
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && (alphabet.table[bytes[at] ?? 0] ?? NONE) !== NONE) continue;
    if (at - from >= 8) readPiece(bytes, { from, to: at, alphabet }, writer);
    from = at + 1;
  }
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly alphabet: Alphabet;
}

function readPiece(bytes: Uint8Array, { from, to, alphabet }: Piece, writer: ViewWriter): void {
  const { table, reversed } = alphabet;
  if (alphabet.guess) {
    if (to - from < GUESS_RUN_MIN) return;
    // In an alphabet that is a guess only text says that the guess was right.
    const decoded = unpackText(bytes, { from, to, table, width: 6, reversed });
    if (decoded !== null) writeRun(writer, decoded, { start: from, end: to, guess: true });
    return;
  }
  const aligned = unpackBits(bytes, { from, to, table, width: 6 });
  writeRun(writer, aligned, { start: from, end: to });
  if (to - from < SKIP_MIN || isWhole(aligned) || to - from > GUESS_RUN_MAX) return;
  for (let skip = 1; skip < 4; skip++) {
    const decoded = unpackBits(bytes, { from: from + skip, to, table, width: 6 });
    writeRun(writer, decoded, { start: from + skip, end: to, guess: true });
  }
}

/** Letters of a run that holds a guess of `GUESS_MIN` bytes (write-run.ts) after the first. */
const SKIP_MIN = 13;

function tableOf(letters: string, also = ""): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  for (let at = 0; at < letters.length; at++) table[letters.charCodeAt(at)] = at;
  for (let at = 0; at < also.length; at++) table[also.charCodeAt(at)] = letters.length - also.length + at;
  return table;
}

function guessed(name: string, letters: string, also = ""): Alphabet {
  return { name, table: tableOf(letters, also), guess: true, reversed: false };
}

function rotated(letters: string, by: number): string {
  return letters.slice(by) + letters.slice(0, by);
}

function turned(letters: string): string {
  return Array.from(letters).reverse().join("");
}
