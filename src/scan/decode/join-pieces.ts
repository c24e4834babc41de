// Pieces that a reader joins: string concatenation, arrays of short strings, wrapped lines and groups of one width. What stands
// between them is left out, so that a run is whole again; a decoder then reads it. Takes no level, since it only shortens.
import type { Decoder, DecoderInput } from "./decoder.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

export const joinPieces: Decoder = function* (input) {
  yield joinStrings(input);
  yield joinGroups(input);
};

/** Junctions from which pieces are joined; of two strings with a comma between, none says that they are one. */
const JUNCTIONS_MIN = 2;

/** Bytes of one piece of a chain: longer strings are encoded values of their own. */
const PIECE_MAX = 128;

/**
 * `" + "`, `' . '`, `", "`, `" "` and line ends between quotes: JavaScript, Python, PHP, C, SQL and JSON arrays. What stands
 * between two junctions of a chain is a piece, and so has none of their quotes.
 */
function joinStrings({ bytes, survey, budget }: DecoderInput): Decoded | null {
  const quotes = (survey.counts[0x22] ?? 0) + (survey.counts[0x27] ?? 0) + (survey.counts[0x60] ?? 0);
  if (quotes < 4) return null;
  budget.spend(bytes.length);
  const writer = new ViewWriter();
  let chain: Junction[] = [];
  const flush = (): void => {
    writeChain(writer, bytes, chain);
    chain = [];
  };
  for (let at = 0; at < bytes.length; at++) {
    if (QUOTES[bytes[at] ?? 0] === 0) continue;
    const junction = junctionAt(bytes, at);
    if (junction === null) continue;
    const last = chain.at(-1);
    if (last !== undefined && !isPiece(bytes, last, junction)) flush();
    chain.push(junction);
    at = junction.end - 1;
  }
  flush();
  return writer.done("concatenation", { levels: 0 });
}

interface Junction {
  readonly start: number;
  readonly end: number;
  /** A sign that only joins strings stands in it. */
  readonly joins: boolean;
  readonly quote: number;
}

const QUOTES: Uint8Array = tableOf("\"'`");
const SPACES: Uint8Array = tableOf(" \t\r\n");
const BACKSLASH = 0x5c;
/** White space on each side of an operator. */
const SPACES_MAX = 40;
/** The junction of which the first quote is at `at`; null: it closes no piece, or no piece follows. */
function junctionAt(bytes: Uint8Array, at: number): Junction | null {
  const quote = bytes[at] ?? 0;
  let next = spacesEnd(bytes, at + 1);
  const sign = bytes[next] ?? 0;
  const length = isEscapedQuote(bytes, next, quote) ? 0 : operatorLength(bytes, next);
  if (length > 0) next = spacesEnd(bytes, next + length);
  if (bytes[next] === BACKSLASH) next++;
  if (bytes[next] !== quote) return null;
  const start = at > 0 && bytes[at - 1] === BACKSLASH ? at - 1 : at;
  return { start, end: next + 1, quote, joins: length > 0 && JOINS[sign] === 1 };
}

function isEscapedQuote(bytes: Uint8Array, at: number, quote: number): boolean {
  return bytes[at] === BACKSLASH && bytes[at + 1] === quote;
}

/** Bytes of the operator at `at`: one sign, or `||`, `..` or `<>`; 0: there is none. */
function operatorLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first === 0x3c) return bytes[at + 1] === 0x3e ? 2 : 0;
  if (OPERATORS[first] !== 1) return 0;
  return bytes[at + 1] === first && (first === 0x7c || first === 0x2e) ? 2 : 1;
}

const OPERATORS: Uint8Array = tableOf("|.+,&~\\");
const JOINS: Uint8Array = tableOf("+.&|");

function spacesEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < from + SPACES_MAX && SPACES[bytes[at] ?? 0] === 1) at++;
  return at;
}

/** Whether what stands between two junctions is one short piece between the same quotes. */
function isPiece(bytes: Uint8Array, last: Junction, { start, quote }: Junction): boolean {
  if (start - last.end > PIECE_MAX || quote !== last.quote) return false;
  for (let at = last.end; at < start; at++) {
    if (BREAKS[bytes[at] ?? 0] === 1 || bytes[at] === quote) return false;
  }
  return true;
}

const BREAKS: Uint8Array = tableOf("{}\n;");

function writeChain(writer: ViewWriter, bytes: Uint8Array, chain: readonly Junction[]): void {
  const [first, last] = [chain[0], chain.at(-1)];
  if (first === undefined || last === undefined || (chain.length < JUNCTIONS_MIN && !first.joins)) return;
  writer.gap(first.start);
  let from = first.start;
  const floor = Math.max(0, from - PIECE_MAX);
  while (from > floor && ENDS[bytes[from - 1] ?? 0] === 0) from--;
  for (const { start, end } of chain) {
    writer.copy(bytes, from, start);
    from = end;
  }
  let to = last.end;
  const ceiling = Math.min(bytes.length, to + PIECE_MAX);
  while (to < ceiling && ENDS[bytes[to] ?? 0] === 0) to++;
  writer.copy(bytes, from, to);
}

const ENDS: Uint8Array = tableOf("\"'`\n");

function tableOf(signs: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const sign of signs) table[sign.charCodeAt(0)] = 1;
  return table;
}

/** Groups from which a sequence of one width is one run; of narrow ones, which words are too, one more. */
const GROUPS_MIN = 2;
const WIDTH_MIN = 2;
const NARROW = 8;
const SPAN_MIN = 14;
const SEPARATOR_MAX = 12;

/**
 * Letters, digits and signs in groups of one width (the last may be shorter) with white space or one separator between:
 * wrapped base64, `ABCD EFGH IJKL`, quoted lines of a mail. Half of them are no words and no numbers.
 */
function joinGroups({ bytes, budget }: DecoderInput): Decoded | null {
  budget.spend(bytes.length);
  const writer = new ViewWriter();
  // Where the groups of one width started and end, and how many there are.
  let [first, last, count, odd, width] = [0, 0, 0, 0, 0];
  const flush = (): void => {
    const least = width < NARROW ? GROUPS_MIN + 1 : GROUPS_MIN;
    if (count >= least && last - first >= SPAN_MIN && 2 * odd >= count)
      copyGroups(writer, bytes, { first, last });
    count = 0;
    odd = 0;
  };
  for (let at = 0; at < bytes.length; at++) {
    let kind = GROUP[bytes[at] ?? 0] ?? 0;
    if (kind === BETWEEN) continue;
    if (kind === 0) {
      flush();
      continue;
    }
    const start = at;
    let mask = kind === UPPER ? FIRST : 0;
    while (kind >= LETTER && (kind !== EQUALS || isPadding(bytes, at))) {
      // A capital that starts a group is what a word has, too.
      if (at > start || kind !== UPPER) mask |= kind;
      kind = GROUP[bytes[++at] ?? 0] ?? 0;
    }
    const length = at - start;
    if (length === 0) continue;
    if (count > 0 && (start - last > SEPARATOR_MAX || length > width)) flush();
    if (count > 0 || length >= WIDTH_MIN) {
      if (count === 0) [first, width] = [start, length];
      count++;
      odd += isOdd(mask, length) ? 1 : 0;
      last = at;
      // A shorter group is the last.
      if (length < width) flush();
    }
    at--;
  }
  flush();
  return writer.done("groups", { levels: 0 });
}

/** An equals sign before more is that of a key, else it is padding. */
function isPadding(bytes: Uint8Array, at: number): boolean {
  const next = GROUP[bytes[at + 1] ?? 0] ?? 0;
  return next < LETTER || next === EQUALS;
}

/** What stands between the groups of [first, last) left out. */
function copyGroups(
  writer: ViewWriter,
  bytes: Uint8Array,
  { first, last }: { readonly first: number; readonly last: number },
): void {
  writer.gap(first);
  let start = first;
  for (let at = first; at <= last; at++) {
    const kind = at < last ? (GROUP[bytes[at] ?? 0] ?? 0) : BETWEEN;
    if (kind !== BETWEEN && (kind !== EQUALS || isPadding(bytes, at))) continue;
    writer.copy(bytes, start, at);
    start = at + 1;
  }
}

const BETWEEN = 1;
const LETTER = 2;
const UPPER = 4;
const DIGIT = 8;
const SIGN = 16;
const EQUALS = 32;
const FIRST = 64;

/** No word, no name and no number: letters and digits, capitals after the first letter, or capitals alone. */
function isOdd(mask: number, length: number): boolean {
  if ((mask & DIGIT) !== 0) return (mask & (LETTER | UPPER | FIRST)) !== 0;
  return (mask & UPPER) !== 0 && ((mask & LETTER) !== 0 || length >= 4);
}

const GROUP: Uint8Array = groupTable();

function groupTable(): Uint8Array {
  const table = new Uint8Array(256);
  table.fill(DIGIT, 0x30, 0x3a).fill(UPPER, 0x41, 0x5b).fill(LETTER, 0x61, 0x7b);
  for (const sign of "+/_") table[sign.charCodeAt(0)] = SIGN;
  for (const between of " \t\r\n>-.|,:;*#") table[between.charCodeAt(0)] = BETWEEN;
  table["=".charCodeAt(0)] = EQUALS;
  return table;
}
