// Pieces that a reader joins: string concatenation, arrays of short strings, wrapped lines and groups of one width. What stands
// between them is left out, so that a run is whole again; a decoder then reads it. Takes no level, since it only shortens.
import type { Decoder, DecoderInput } from "./decoder.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

export const joinPieces: Decoder = function* (input) {
  yield joinStrings(input);
  yield joinGroups(input);
};

/** `" + "`, `' . '`, `", "`, `" "` and line ends between quotes: JavaScript, Python, PHP, C, SQL and JSON arrays. */
const JUNCTION = /\\?(["'`])[ \t\r\n]{0,40}(?:[+.,&|~]|\|\||<>|\.\.|\\)?[ \t\r\n]{0,40}\\?\1/g;

/** Junctions from which pieces are joined; of two strings with a comma between, none says that they are one. */
const JUNCTIONS_MIN = 2;

function joinStrings({ bytes, text, survey, budget }: DecoderInput): Decoded | null {
  const quotes = (survey.counts[0x22] ?? 0) + (survey.counts[0x27] ?? 0) + (survey.counts[0x60] ?? 0);
  if (quotes < 4) return null;
  budget.spend(bytes.length);
  const writer = new ViewWriter();
  let chain: (readonly [start: number, end: number])[] = [];
  let pieces = 0;
  const flush = (): void => {
    const [first, last] = [chain[0], chain.at(-1)];
    if (
      first !== undefined &&
      last !== undefined &&
      (chain.length >= JUNCTIONS_MIN || isOperator(text, first))
    ) {
      writer.gap(first[0]);
      let from = startOf(text, first[0]);
      for (const [start, end] of chain) {
        writer.copy(bytes, from, start);
        from = end;
      }
      writer.copy(bytes, from, endOf(text, last[1]));
      pieces += chain.length;
    }
    chain = [];
  };
  JUNCTION.lastIndex = 0;
  for (let match = JUNCTION.exec(text); match !== null; match = JUNCTION.exec(text)) {
    const last = chain.at(-1);
    if (last !== undefined && (match.index - last[1] > PIECE_MAX || breaks(text, last[1], match.index)))
      flush();
    chain.push([match.index, match.index + match[0].length]);
  }
  flush();
  return pieces === 0 ? null : writer.done("concatenation", { levels: 0 });
}

/** Bytes of one piece of a chain: longer strings are encoded values of their own. */
const PIECE_MAX = 128;

function isOperator(text: string, [start, end]: readonly [number, number]): boolean {
  return /[+.&|]/.test(text.slice(start, end));
}

function breaks(text: string, from: number, to: number): boolean {
  return /[{}\n;]/.test(text.slice(from, to));
}

/** The quote before a piece, and the one after it. */
function startOf(text: string, at: number): number {
  for (let from = at; from > Math.max(0, at - PIECE_MAX); from--)
    if (/["'`\n]/.test(text[from - 1] ?? "\n")) return from;
  return Math.max(0, at - PIECE_MAX);
}

function endOf(text: string, at: number): number {
  for (let to = at; to < Math.min(text.length, at + PIECE_MAX); to++)
    if (/["'`\n]/.test(text[to] ?? "\n")) return to;
  return Math.min(text.length, at + PIECE_MAX);
}

/** Groups from which a sequence of one width is one run. */
const GROUPS_MIN = 2;
const WIDTH_MIN = 2;

/**
 * Letters, digits and signs in groups of one width (the last may be shorter) with white space or one separator between:
 * wrapped base64, `ABCD EFGH IJKL`, quoted lines of a mail.
 */
function joinGroups({ bytes, text, budget }: DecoderInput): Decoded | null {
  budget.spend(bytes.length);
  const writer = new ViewWriter();
  let [from, width, groups, last] = [0, 0, 0, 0];
  const places: number[] = [];
  const flush = (): void => {
    if (groups === 0) return;
    if (groups >= GROUPS_MIN && last - from >= SPAN_MIN && isMixed(bytes, from, last)) {
      writer.gap(from);
      for (let at = 0; at < places.length; at += 2) writer.copy(bytes, places[at] ?? 0, places[at + 1] ?? 0);
    }
    groups = 0;
    places.length = 0;
  };
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    while (at < bytes.length && kindAt(bytes, at) === 1) at++;
    const length = at - start;
    if (length >= WIDTH_MIN || (length === 1 && groups > 0)) {
      const joined = groups > 0 && start - last <= SEPARATOR_MAX;
      if (!joined || length > width) {
        flush();
        from = start;
        width = length;
      }
      groups++;
      places.push(start, at);
      last = at;
      // A shorter group is the last.
      if (length < width) flush();
    }
    const separator = at;
    while (at < bytes.length && kindAt(bytes, at) === 2) at++;
    if (at < bytes.length && kindAt(bytes, at) === 0) {
      flush();
      at++;
    } else if (at === separator && at < bytes.length && kindAt(bytes, at) !== 1) at++;
  }
  flush();
  return text.length === 0 ? null : writer.done("groups", { levels: 0 });
}

/** 1: part of a group, 2: may stand between two. An equals sign before more is that of a key, else it is padding. */
function kindAt(bytes: Uint8Array, at: number): number {
  const kind = GROUP[bytes[at] ?? 0] ?? 0;
  if (bytes[at] !== EQUALS) return kind;
  const next = bytes[at + 1] ?? 0;
  return next !== EQUALS && GROUP[next] === 1 ? 2 : 1;
}

const EQUALS = 0x3d;
const SPAN_MIN = 14;
const SEPARATOR_MAX = 12;

/** Not only small letters, which is what words of one length are. */
function isMixed(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte >= 0x30 && byte < 0x3a) || (byte >= 0x41 && byte < 0x5b)) return true;
  }
  return false;
}

const GROUP: Uint8Array = groupTable();

function groupTable(): Uint8Array {
  const table = new Uint8Array(256);
  table.fill(1, 0x30, 0x3a).fill(1, 0x41, 0x5b).fill(1, 0x61, 0x7b);
  for (const sign of "+/=_") table[sign.charCodeAt(0)] = 1;
  for (const between of " \t\r\n>-.|,:;*#") table[between.charCodeAt(0)] = 2;
  return table;
}
