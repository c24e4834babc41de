// Runs that are one large number, or groups of one: base58, base62 and base36, base85 in its three alphabets, base45. Not the
// alphabets of whole bits (decode-base64.ts, decode-base32.ts, decode-hex.ts), nor the groups (decode-groups.ts).
import type { Decoder, DecoderInput } from "./decoder.ts";
import { explains, isText } from "./readable.ts";
import { DIGIT, LOWER, UPPER } from "./survey.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

/** One reading for each alphabet; only text says that it was the right one. */
export const decodeRadix: Decoder = function* (input) {
  const runs = numberRuns(input);
  if (runs.length > 0) for (const alphabet of NUMBERS) yield readNumbers(input, runs, alphabet);
};

interface Alphabet {
  readonly name: string;
  readonly size: number;
  /** What each byte counts; NONE: not in the alphabet. */
  readonly table: Uint8Array;
  /** Whether digits alone are a number in it: in the others, chance would have taken letters too. */
  readonly digits: boolean;
  /** Its size to the power of each number below `NUMBER_MAX`, but for powers of `SCALE`. */
  readonly powers: Float64Array;
}

/** A power of two in which numbers are kept small, that moves them by whole bytes. */
const SCALE: number = 2 ** 496;

/** Bytes from which a run may be a value as one number, and up to which it is read: the work grows with the square. */
const NUMBER_MIN = 10;
const NUMBER_MAX = 400;

const NONE = 255;
const UPPERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";

/** Base58 as Bitcoin and as Flickr write it; the three orders of base62; base36; a decimal number. */
const NUMBERS: readonly Alphabet[] = [
  alphabetOf("base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
  alphabetOf("base58", "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"),
  alphabetOf("base62", `${DIGITS}${UPPERS}${LOWERS}`),
  alphabetOf("base62", `${DIGITS}${LOWERS}${UPPERS}`),
  alphabetOf("base62", `${UPPERS}${LOWERS}${DIGITS}`),
  alphabetOf("base36", `${DIGITS}${LOWERS}`, UPPERS),
  alphabetOf("decimal number", DIGITS),
];

/** `also`: other letters that count the same as the last ones. */
function alphabetOf(name: string, letters: string, also = ""): Alphabet {
  const table = new Uint8Array(256).fill(NONE);
  for (let at = 0; at < letters.length; at++) table[letters.charCodeAt(at)] = at;
  for (let at = 0; at < also.length; at++) table[also.charCodeAt(at)] = letters.length - also.length + at;
  const powers = new Float64Array(NUMBER_MAX + 1).fill(1);
  for (let at = 1; at <= NUMBER_MAX; at++) {
    const power = (powers[at - 1] ?? 1) * letters.length;
    powers[at] = power >= SCALE ? power / SCALE : power;
  }
  return { name, size: letters.length, table, digits: letters === DIGITS, powers };
}

const DECIMAL_MIN = 14;

/** Bytes of text that none of these alphabets makes by chance: each run is read in all of them. */
const EXPLAINED_MIN = 12;

interface Run {
  readonly start: number;
  readonly end: number;
  /** Nothing but decimal digits. */
  readonly digits: boolean;
}

/** Runs of letters and digits that are no words: digits, or both cases beyond the first letter. */
function numberRuns({ survey, bytes }: DecoderInput): readonly Run[] {
  const found: Run[] = [];
  for (let run = 0; run < survey.used; run += 3) {
    const [start, end, mask] = [survey.runs[run] ?? 0, survey.runs[run + 1] ?? 0, survey.runs[run + 2] ?? 0];
    if (end - start < NUMBER_MIN || ((mask & DIGIT) === 0 && (mask & (LOWER | UPPER)) !== (LOWER | UPPER)))
      continue;
    let from = start;
    for (let at = start; at <= end; at++) {
      if (at < end && (KINDS[bytes[at] ?? 0] ?? 0) !== 0) continue;
      const digits = (mask & (LOWER | UPPER)) === 0 || isDecimal(bytes, from, at);
      if (at - from >= NUMBER_MIN && at - from <= NUMBER_MAX && (digits || isMixed(bytes, from, at)))
        found.push({ start: from, end: at, digits });
      from = at + 1;
    }
  }
  return found;
}

const SMALL_LETTER = 1;
const CAPITAL = 2;
const DIGIT_SIGN = 4;
const BEYOND_F = 8;

const KINDS: Uint8Array = new Uint8Array(256)
  .fill(DIGIT_SIGN, 0x30, 0x3a)
  .fill(CAPITAL, 0x41, 0x47)
  .fill(CAPITAL | BEYOND_F, 0x47, 0x5b)
  .fill(SMALL_LETTER, 0x61, 0x67)
  .fill(SMALL_LETTER | BEYOND_F, 0x67, 0x7b);

function isDecimal(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (KINDS[bytes[at] ?? 0] !== DIGIT_SIGN) return false;
  return true;
}

/**
 * With a digit, or with cases that change as names do not. Hexadecimal digits alone are read by decode-hex.ts: of another
 * alphabet, chance would have taken other letters too.
 */
function isMixed(bytes: Uint8Array, from: number, to: number): boolean {
  let [mask, changes, last] = [0, 0, 0];
  for (let at = from; at < to; at++) {
    const kind = KINDS[bytes[at] ?? 0] ?? 0;
    mask |= kind;
    const letter = kind & (SMALL_LETTER | CAPITAL);
    if (letter !== 0 && last !== 0 && letter !== last) {
      changes++;
      last = 0;
    } else last = letter;
  }
  const cases = mask & (SMALL_LETTER | CAPITAL);
  if ((mask & BEYOND_F) === 0 && cases !== (SMALL_LETTER | CAPITAL)) return false;
  return (mask & DIGIT_SIGN) !== 0 || (to - from >= 16 && 3 * changes >= to - from);
}

function readNumbers(
  { bytes, budget }: DecoderInput,
  runs: readonly Run[],
  alphabet: Alphabet,
): Decoded | null {
  const writer = new ViewWriter();
  for (const { start, end, digits } of runs) {
    if (digits !== alphabet.digits || (digits && end - start < DECIMAL_MIN)) continue;
    budget.spend((end - start) * 2);
    if (!mayBeText(bytes, { start, end }, alphabet)) continue;
    const decoded = numberOf(bytes, { start, end }, alphabet);
    budget.spend((end - start) * decoded.length);
    if (decoded.length < 5 || !isText(decoded)) continue;
    writer.gap(start);
    writer.put(decoded, start, end);
    if (decoded.length >= EXPLAINED_MIN && isPrintable(decoded) && explains(decoded))
      writer.explain(start, end);
  }
  return writer.done(alphabet.name);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** First bytes that a floating-point number gives without an error. */
const FIRST_BYTES = 5;
/** Of them, those that may be no text. */
const MISSES_MAX = 1;
/** Letters that say what these are: in the smallest alphabet as many as 13. */
const FIRST_LETTERS = 16;

/** Whether the first bytes of the number may be text; by a number that is nearly it, from the first letters. */
function mayBeText(bytes: Uint8Array, { start, end }: Range, { table, size, powers }: Alphabet): boolean {
  let value = 0;
  const first = Math.min(end, start + FIRST_LETTERS);
  for (let at = start; at < first; at++) {
    const digit = table[bytes[at] ?? 0] ?? NONE;
    if (digit === NONE) return false;
    value = value * size + digit;
  }
  value *= powers[end - first] ?? 1;
  // Only where the run has so many bytes is the number above as many.
  if (value < 2 ** (8 * FIRST_BYTES)) return true;
  value /= 2 ** (8 * Math.floor(Math.log2(value) / 8));
  if (value >= 256) value /= 256;
  if (value < 1) value *= 256;
  let left = Math.min(MISSES_MAX, Math.floor((end - start) * 0.06)) + 1;
  for (let more = 0, count = 0; count < FIRST_BYTES; count++) {
    const byte = Math.floor(value);
    value = (value - byte) * 256;
    if (more > 0 && byte >= 0x80 && byte < 0xc0) {
      more--;
      continue;
    }
    if (more > 0) left--;
    more = byte >= 0xc2 && byte < 0xf5 ? (byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1) : 0;
    if (more === 0 && (byte >= 0x7f || (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13))) left--;
    if (left <= 0) return false;
  }
  return true;
}

/** The bytes of a run as a number, most significant first; none where a letter is not in the alphabet. */
function numberOf(bytes: Uint8Array, { start, end }: Range, { table, size }: Alphabet): Uint8Array {
  for (let at = start; at < end; at++) if (table[bytes[at] ?? 0] === NONE) return NOTHING;
  const out = new Uint8Array(end - start);
  let length = 0;
  for (let place = start; place < end; place++) {
    let carry = table[bytes[place] ?? 0] ?? 0;
    for (let at = 0; at < length; at++) {
      carry += (out[at] ?? 0) * size;
      out[at] = carry & 255;
      carry >>= 8;
    }
    while (carry > 0) {
      out[length++] = carry & 255;
      carry >>= 8;
    }
  }
  return out.subarray(0, length).reverse();
}

const NOTHING: Uint8Array = new Uint8Array();

function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}
