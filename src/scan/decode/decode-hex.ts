// Base16 (RFC 4648 section 8) in either case, with separators and prefixes between the pairs: `4a:6b`, `0x4a, 0x6b`, UUIDs.
// Not the escapes of a language, which undo-escapes.ts reads in place.
import { binaryReadings } from "./binary-readings.ts";
import { HEXISH, stretchesOf } from "./byte-stretches.ts";
import type { Decoder, DecoderInput } from "./decoder.ts";
import { explains, isText } from "./readable.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";
import { writeRun } from "./write-run.ts";

/** The runs read from the first digit on, then from the second; with a prefix its nought left out. */
export const decodeHex: Decoder = function* (input) {
  const runs = hexRuns(input);
  if (runs.length === 0) return;
  const readings = READINGS.map((reading) => ({ reading, writer: new ViewWriter() }));
  const binary: (Decoded | null)[] = [];
  let left = BINARY_RUNS_MAX;
  for (let run = 0; run < runs.length; run += 2) {
    const [start, end] = [runs[run] ?? 0, runs[run + 1] ?? 0];
    input.budget.spend(end - start);
    const digits = digitsOf(input.bytes, start, end);
    if (isLetters(digits.values)) continue;
    for (const { reading, writer } of readings) readRun(writer, digits, { start, end, reading });
    if (left === 0 || !mayBeBinary(digits)) continue;
    const decoded = pairsOf(digits.values, UNSHIFTED);
    if (isText(decoded)) continue;
    left--;
    binary.push(...binaryReadings(decoded, { name: "hex", start, end, known: input.known }));
  }
  for (const { reading, writer } of readings) yield writer.done(reading.name);
  yield* binary;
};

/** Fewer decimal digits than one in eight, of ten in sixteen: mappings of source maps and abbreviations, `CAAC,CAAC`. */
function isLetters(values: Uint8Array): boolean {
  let decimals = 0;
  for (const value of values) if (value < 10) decimals++;
  return decimals * 8 < values.length;
}

/** What is not text on its own: it may be a compressed stream without a magic number, but is no digest. */
function mayBeBinary({ values: { length } }: Digits): boolean {
  return length >= 2 * BINARY_MIN && !DIGESTS.has(length >> 1);
}

/** A compressed value has at least as many bytes; hashes that are as long are tried in vain. */
const BINARY_MIN = 14;
const BINARY_RUNS_MAX = 8;
/** Bytes of UUIDs and digests, which payloads are full of. */
const DIGESTS: ReadonlySet<number> = new Set([16, 20, 32, 64]);

interface Reading {
  readonly name: string;
  readonly skip: 0 | 1;
  /** Last digit first. */
  readonly reversed: boolean;
}

const UNSHIFTED: Reading = { name: "hex", skip: 0, reversed: false };

const READINGS: readonly Reading[] = [
  UNSHIFTED,
  { name: "hex", skip: 1, reversed: false },
  { name: "reversed hex", skip: 0, reversed: true },
];

/** Digits from which a run may hold a value: six bytes. */
const DIGITS_MIN = 12;
const NO_DIGIT = 255;
const BETWEEN = 254;

/** Where runs of digits with what may stand between two pairs start and end; digits that touch are a run of their own. */
function hexRuns({ bytes, budget }: DecoderInput): readonly number[] {
  const runs: number[] = [];
  const stretches = stretchesOf(bytes, HEXISH, DIGITS_MIN);
  for (let at = 0; at < stretches.length; at += 2) {
    const [start, end] = [stretches[at] ?? 0, stretches[at + 1] ?? 0];
    budget.spend(end - start);
    if (hasDigits(bytes, start, end)) addRuns(runs, bytes, { from: start, to: end });
  }
  return runs;
}

function hasDigits(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  for (let at = start; at < end && digits < DIGITS_MIN; at++) {
    if ((TABLE[bytes[at] ?? 0] ?? NO_DIGIT) < 16) digits++;
  }
  return digits >= DIGITS_MIN;
}

/** Adds the runs of a stretch in which only digits and what may stand between them are. */
function addRuns(
  runs: number[],
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  let [digits, start, last] = [0, from, from];
  const close = (): void => {
    if (digits >= DIGITS_MIN) runs.push(start, last);
    digits = 0;
  };
  for (let at = from; at < to; at++) {
    const kind = TABLE[bytes[at] ?? 0] ?? NO_DIGIT;
    if (kind === BETWEEN && at - last < BETWEEN_MAX) continue;
    if (kind >= 16) {
      close();
      continue;
    }
    let end = at + 1;
    while (end < bytes.length && (TABLE[bytes[end] ?? 0] ?? NO_DIGIT) < 16) end++;
    if (end - at >= DIGITS_MIN) {
      close();
      runs.push(at, end);
    } else if (isWordPart(bytes[end]) || ((end - at) % 2 === 1 && isWordPart(bytes[at - 1]))) {
      // The `e` of `before` is no digit, and would part the pairs after it; nor is the `ac` of `active` a pair.
      close();
    } else {
      if (digits === 0 || at - last > BETWEEN_MAX) {
        close();
        start = at;
      }
      digits += end - at;
    }
    last = end;
    at = end - 1;
  }
  close();
}

/** A letter that is no digit, nor the `x` of a prefix or the `h` of a suffix. */
function isWordPart(byte: number | undefined): boolean {
  if (byte === undefined || (TABLE[byte] ?? NO_DIGIT) !== NO_DIGIT) return false;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Characters between two digits of one run: `", 0x`, a line end and its indent. */
const BETWEEN_MAX = 8;

function readRun(
  writer: ViewWriter,
  digits: Digits,
  { start, end, reading }: { readonly start: number; readonly end: number; readonly reading: Reading },
): void {
  const { skip, reversed } = reading;
  const guess = skip > 0 || reversed;
  if (guess && !mayBeText(digits.values, reading)) return;
  const decoded = pairsOf(digits.values, reading);
  if (guess && !isText(decoded)) return;
  if (digits.plain) writeRun(writer, decoded, { start, end, guess });
  else writeSpread(writer, decoded, { places: digits.places, skip, guess, reversed });
}

interface Digits {
  readonly values: Uint8Array;
  readonly places: Uint32Array;
  /** Nothing stands between them. */
  readonly plain: boolean;
}

/** They are overwritten by the next call. */
function digitsOf(bytes: Uint8Array, start: number, end: number): Digits {
  if (end - start > values.length) {
    values = new Uint8Array(2 * (end - start));
    places = new Uint32Array(2 * (end - start));
  }
  let length = 0;
  for (let at = start; at < end; at++) {
    const value = TABLE[bytes[at] ?? 0] ?? NO_DIGIT;
    if (value >= 16) continue;
    // The nought of a prefix.
    if (value === 0 && at + 1 < end && ((bytes[at + 1] ?? 0) | 0x20) === 0x78) continue;
    values[length] = value;
    places[length++] = at;
  }
  return {
    values: values.subarray(0, length),
    places: places.subarray(0, length),
    plain: length === end - start,
  };
}

let values: Uint8Array = new Uint8Array(1024);
let places: Uint32Array = new Uint32Array(1024);

/** A look at the first bytes of a guess: of the share of a text that may be none, and one more, all are. */
function mayBeText(digits: Uint8Array, { skip, reversed }: Reading): boolean {
  const count = (digits.length - skip) >> 1;
  let left = Math.floor(count * 0.08) + 1;
  for (let at = 0; at < count; at++) {
    const first = reversed ? digits.length - 1 - 2 * at : skip + 2 * at;
    const byte = 16 * (digits[first] ?? 0) + (digits[reversed ? first - 1 : first + 1] ?? 0);
    // A byte from 0x80 on may be of a letter beyond ASCII.
    if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 0x7f || byte > 0xf4) left--;
    if (left === 0) return false;
  }
  return true;
}

function pairsOf(digits: Uint8Array, { skip, reversed }: Reading): Uint8Array {
  const out = new Uint8Array((digits.length - skip) >> 1);
  for (let at = 0; at < out.length; at++) {
    const first = reversed ? digits.length - 1 - 2 * at : skip + 2 * at;
    out[at] = 16 * (digits[first] ?? 0) + (digits[reversed ? first - 1 : first + 1] ?? 0);
  }
  return out;
}

/** Each byte with its own place, since what stands between them is not even. */
function writeSpread(
  writer: ViewWriter,
  decoded: Uint8Array,
  {
    places,
    skip,
    guess,
    reversed,
  }: {
    readonly places: Uint32Array;
    readonly skip: number;
    readonly guess: boolean;
    readonly reversed: boolean;
  },
): void {
  const start = places[0] ?? 0;
  const end = (places.at(-1) ?? 0) + 1;
  if (reversed || !isText(decoded)) {
    writeRun(writer, decoded, { start, end, guess });
    return;
  }
  writer.gap(start);
  writer.note("whole");
  for (let at = 0; at < decoded.length; at++) {
    const first = places[skip + 2 * at] ?? start;
    writer.byte(decoded[at] ?? 0, first, (places[skip + 2 * at + 1] ?? first) + 1);
  }
  if (!guess && explains(decoded) && !isByChance(decoded)) writer.explain(start, end);
}

/** Bytes from which pairs of decimal digits are text on purpose: of one pair chance makes a readable byte in six cases of ten. */
const DECIMAL_MIN = 24;

/** Times and counts that stand beside each other have no digit above nine. */
function isByChance(decoded: Uint8Array): boolean {
  return decoded.length < DECIMAL_MIN && decoded.every((byte) => byte >> 4 < 10 && (byte & 15) < 10);
}

const TABLE: Uint8Array = hexTable();

function hexTable(): Uint8Array {
  const table = new Uint8Array(256).fill(NO_DIGIT);
  for (let value = 0; value < 16; value++) {
    table[value.toString(16).charCodeAt(0)] = value;
    table[value.toString(16).toUpperCase().charCodeAt(0)] = value;
  }
  for (const between of "xXhH:,;-_.|/\\ \t\r\n\"'#%$&+{}[]()<>") table[between.charCodeAt(0)] = BETWEEN;
  return table;
}
