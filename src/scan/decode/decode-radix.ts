// Runs that are one large number, or groups of one: base58, base62 and base36, base85 in its three alphabets, base45 and base91.
// Not the alphabets of whole bits (decode-base64.ts, decode-base32.ts, decode-hex.ts).
import type { Decoder, DecoderInput } from "./decoder.ts";
import { explains, isText } from "./readable.ts";
import { DIGIT, LOWER, UPPER } from "./survey.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

/** One reading for each alphabet; only text says that it was the right one. */
export const decodeRadix: Decoder = function* (input) {
  const runs = numberRuns(input);
  if (runs.length > 0) for (const alphabet of NUMBERS) yield readNumbers(input, runs, alphabet);
  const dense = denseRuns(input);
  if (dense.length > 0) for (const alphabet of GROUPS) yield readGroups(input, dense, alphabet);
};

interface Alphabet {
  readonly name: string;
  readonly letters: string;
}

const UPPERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";

/** Base58 as Bitcoin and as Flickr write it; the three orders of base62; base36; a decimal number. */
const NUMBERS: readonly Alphabet[] = [
  { name: "base58", letters: "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz" },
  { name: "base58", letters: "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ" },
  { name: "base62", letters: `${DIGITS}${UPPERS}${LOWERS}` },
  { name: "base62", letters: `${DIGITS}${LOWERS}${UPPERS}` },
  { name: "base62", letters: `${UPPERS}${LOWERS}${DIGITS}` },
  { name: "base36", letters: `${DIGITS}${LOWERS}` },
  { name: "decimal number", letters: DIGITS },
];

/** Bytes from which a run may be a value as one number, and up to which it is read: the work grows with the square. */
const NUMBER_MIN = 10;
const NUMBER_MAX = 400;

/** Bytes of text that none of these alphabets makes by chance: each run is read in all of them. */
const EXPLAINED_MIN = 12;

type Run = readonly [start: number, end: number];

/** Runs of letters and digits that are no words: digits, or both cases beyond the first letter. */
function numberRuns({ survey, text }: DecoderInput): readonly Run[] {
  const found: Run[] = [];
  for (let run = 0; run < survey.used; run += 3) {
    const [start, end, mask] = [survey.runs[run] ?? 0, survey.runs[run + 1] ?? 0, survey.runs[run + 2] ?? 0];
    if (end - start < NUMBER_MIN || ((mask & DIGIT) === 0 && (mask & (LOWER | UPPER)) !== (LOWER | UPPER)))
      continue;
    PIECE.lastIndex = start;
    for (let match = PIECE.exec(text); match !== null && match.index < end; match = PIECE.exec(text)) {
      const length = match[0].length;
      if (length >= NUMBER_MIN && length <= NUMBER_MAX && isMixed(match[0]))
        found.push([match.index, match.index + length]);
    }
  }
  return found;
}

const PIECE = /[0-9A-Za-z]+/g;

/** With a digit, or with cases that change as names do not. */
function isMixed(run: string): boolean {
  // Hexadecimal digits alone are read by decode-hex.ts: of another alphabet, chance would have taken other letters too.
  if (/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(run)) return /^[0-9]+$/.test(run);
  if (/[0-9]/.test(run)) return true;
  return run.length >= 16 && (run.match(/[a-z][A-Z]|[A-Z][a-z]/g)?.length ?? 0) >= run.length / 3;
}

function readNumbers(
  { text, budget }: DecoderInput,
  runs: readonly Run[],
  alphabet: Alphabet,
): Decoded | null {
  const writer = new ViewWriter();
  for (const [start, end] of runs) {
    const run = text.slice(start, end);
    const used = alphabet.name === "base36" ? run.toLowerCase() : run;
    if (alphabet.name === "decimal number" && end - start < 14) continue;
    budget.spend((end - start) * 4);
    const bytes = numberOf(used, alphabet.letters);
    if (bytes === null || bytes.length < 5 || !isText(bytes)) continue;
    writer.gap(start);
    writer.put(bytes, start, end);
    if (
      bytes.length >= EXPLAINED_MIN &&
      bytes.every((byte) => byte >= 0x20 && byte < 0x7f) &&
      explains(bytes)
    )
      writer.explain(start, end);
  }
  return writer.done(alphabet.name);
}

/** The bytes of `run` as a number, most significant first; null: a letter is not in the alphabet. */
function numberOf(run: string, letters: string): Uint8Array | null {
  const out: number[] = [];
  for (const letter of run) {
    let carry = letters.indexOf(letter);
    if (carry < 0) return null;
    for (let at = 0; at < out.length; at++) {
      carry += (out[at] ?? 0) * letters.length;
      out[at] = carry & 255;
      carry >>= 8;
    }
    while (carry > 0) {
      out.push(carry & 255);
      carry >>= 8;
    }
  }
  return Uint8Array.from(out.reverse());
}

interface Groups extends Alphabet {
  /** Letters and bytes of one full group. */
  readonly width: number;
  readonly bytes: number;
  /** Least significant letter first. */
  readonly little: boolean;
}

/** Ascii85 (PostScript Language Reference, 3.14), RFC 1924, ZeroMQ RFC 32 (Z85), RFC 9285 (base45). */
const GROUPS: readonly Groups[] = [
  { name: "Ascii85", letters: signsFrom(33, 85), width: 5, bytes: 4, little: false },
  {
    name: "base85",
    letters: `${DIGITS}${UPPERS}${LOWERS}!#$%&()*+-;<=>?@^_\`{|}~`,
    width: 5,
    bytes: 4,
    little: false,
  },
  {
    name: "Z85",
    letters: `${DIGITS}${LOWERS}${UPPERS}.-:+=^!/*?&<>()[]{}@%$#`,
    width: 5,
    bytes: 4,
    little: false,
  },
  { name: "base45", letters: `${DIGITS}${UPPERS} $%*+-./:`, width: 3, bytes: 2, little: true },
];

function signsFrom(first: number, count: number): string {
  return Array.from({ length: count }, (_, at) => String.fromCharCode(first + at)).join("");
}

/** Bytes from which a run without white space may be a value in one of these, and up to which it is read. */
const DENSE_MIN = 9;
const DENSE_MAX = 65_536;

/** Runs without white space and with several signs or cases in them; what a quote or a bracket encloses, too. */
function denseRuns({ text, budget }: DecoderInput): readonly Run[] {
  const found: Run[] = [];
  budget.spend(text.length);
  DENSE.lastIndex = 0;
  for (let match = DENSE.exec(text); match !== null; match = DENSE.exec(text)) {
    const [start, end] = [match.index, match.index + match[0].length];
    if (end - start < DENSE_MIN || end - start > DENSE_MAX || !isDense(match[0])) continue;
    found.push([start, end]);
    const inner = /^[^"'`=:]{0,24}[=:]?["'`]?(?:<~)?/.exec(match[0])?.[0].length ?? 0;
    const tail = /(?:~>)?["'`]?[,;)}\]]{0,3}$/.exec(match[0])?.[0].length ?? 0;
    if (end - tail - (start + inner) >= DENSE_MIN) found.push([start + inner, end - tail]);
    const opened = match[0].indexOf("<~");
    if (opened >= 0)
      found.push([start + opened + 2, match[0].includes("~>") ? start + match[0].indexOf("~>") : end]);
    const quotes = [...match[0].matchAll(/["'`]/g)].map(({ index }) => index);
    const [first, last] = [quotes.at(-2), quotes.at(-1)];
    if (first !== undefined && last !== undefined) found.push([start + first + 1, start + last]);
  }
  return found;
}

const DENSE = /[!-~]+/g;

/** Several signs, or digits and both cases: what words, paths and calls mostly are not. */
function isDense(run: string): boolean {
  const head = run.length > 512 ? run.slice(0, 512) : run;
  const turns = head.match(/[a-z][^a-z]|[A-Z][^A-Za-z]|[0-9][^0-9]/g)?.length ?? 0;
  return turns >= head.length / 3;
}

function readGroups({ text, budget }: DecoderInput, runs: readonly Run[], alphabet: Groups): Decoded | null {
  const writer = new ViewWriter();
  for (const [start, end] of runs) {
    budget.spend(end - start);
    const bytes = groupsOf(text.slice(start, end), alphabet);
    if (bytes === null || bytes.length < 6 || !isText(bytes)) continue;
    writer.gap(start);
    writer.put(bytes, start, end);
    if (
      bytes.length >= EXPLAINED_MIN &&
      bytes.every((byte) => byte >= 0x20 && byte < 0x7f) &&
      explains(bytes)
    )
      writer.explain(start, end);
  }
  return writer.done(alphabet.name);
}

function groupsOf(run: string, { letters, width, bytes, little, name }: Groups): Uint8Array | null {
  const values: number[] = [];
  for (const letter of run) {
    if (letter === "z" && name === "Ascii85" && values.length % width === 0) values.push(0, 0, 0, 0, 0);
    else values.push(letters.indexOf(letter));
    if ((values.at(-1) ?? -1) < 0) return null;
  }
  const out: number[] = [];
  for (let at = 0; at < values.length; at += width) {
    const group = values.slice(at, at + width);
    const missing = width - group.length;
    const count = bytes - (little ? Math.ceil(missing / 2) : missing);
    if (count <= 0) break;
    // Ascii85 fills a short group with its last letter and drops as many bytes; base45 has none to fill.
    const filled = little ? group : [...group, ...Array.from({ length: missing }, () => letters.length - 1)];
    const number = (little ? filled.toReversed() : filled).reduce(
      (sum, value) => sum * letters.length + value,
      0,
    );
    if (number >= 256 ** (little ? count : bytes)) return null;
    const all = Array.from(
      { length: little ? count : bytes },
      (_, place) => Math.floor(number / 256 ** ((little ? count : bytes) - 1 - place)) & 255,
    );
    out.push(...all.slice(0, count));
  }
  return Uint8Array.from(out);
}
