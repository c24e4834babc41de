// Values in what is not seen of a text: runs of white space of two kinds, indents that mix them, kinds of blanks, single and double blanks between
// words, and capitals anywhere in words. Not indents and aligned columns.
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";
import { neededBits } from "./needed-bits.ts";
import { sequenceBits } from "./sequence-bits.ts";

/** Bits from which white space may be a value. */
const BITS_LEAST = 40;

export function findSpacing(text: string, budget: ScanBudget): readonly Span[] {
  budget.spend(text.length);
  const needed = neededBits(BITS_LEAST, text.length);
  return [
    ...(/[ \t\r\n]{40}/.test(text) ? blankRuns(text, needed) : []),
    ...(/[ \t]\r?\n/.test(text) ? lineEnds(text, needed) : []),
    ...(/ \t+ +[^ \t]| \t+ +\t/.test(text) ? indents(text, needed) : []),
    ...(/[A-Za-z0-9,] {2}[A-Za-z0-9]/.test(text) ? gaps(text, needed) : []),
    ...(/(?:[a-z][A-Z](?![a-z])[^]{0,400}){3}/.test(text) ? oddCases(text) : []),
    ...(/\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]|\xe3\x80\x80/.test(text) ? blankKinds(text, needed) : []),
  ];
}

/** Runs of tabs, blanks and line ends that change too often to be indents. */
function blankRuns(text: string, needed: number): readonly Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(/[ \t\r\n\v\f]{40,}/g)) {
    if (!match[0].includes("\t") || sequenceBits(Array.from(match[0].slice(0, 2048))) < needed) continue;
    found.push({ start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** Lines with white space at their ends, and the share of them between the first and the last: an editor leaves some. */
const ENDS_MIN = 8;
const ENDS_SHARE = 0.4;

/** White space at the ends of many lines, different on each. */
function lineEnds(text: string, needed: number): readonly Span[] {
  const all = [...text.matchAll(/[^\s][ \t]{0,16}(?=\r?\n|$)/g)];
  const isWide = ([end]: RegExpExecArray): boolean => end.length > 1;
  const ends = all.slice(Math.max(0, all.findIndex(isWide)), all.findLastIndex(isWide) + 1);
  const kinds = ends.map(([end]) => end.slice(1));
  const wide = kinds.filter((end) => end !== "").length;
  if (
    wide < ENDS_MIN ||
    wide < ENDS_SHARE * ends.length ||
    new Set(kinds).size < 4 ||
    sequenceBits(kinds.slice(0, 1000)) < needed
  )
    return [];
  return [{ start: ends[0]?.index ?? 0, end: (ends.at(-1)?.index ?? 0) + 1 }];
}

/** Lines whose indents mix blanks and tabs, from which these may be a value: one byte each. */
const INDENTS_MIN = 6;

/** Indents that change between blanks and tabs and back, different on each line. */
function indents(text: string, needed: number): readonly Span[] {
  const all = [...text.matchAll(/(?<![^\n])[ \t]*?( \t+ |\t +\t)[ \t]*/g)].slice(0, 1000);
  const kinds = new Set(all.map(([indent]) => indent));
  if (all.length < INDENTS_MIN || kinds.size < INDENTS_MIN - 2) return [];
  if (sequenceBits(all.flatMap(([indent]) => Array.from(indent))) < needed) return [];
  return [{ start: all[0]?.index ?? 0, end: (all.at(-1)?.index ?? 0) + (all.at(-1)?.[0].length ?? 0) }];
}

/** One or two blanks between words, mixed, where no sentence ends. */
function gaps(text: string, needed: number): readonly Span[] {
  const all = [...text.matchAll(/(?<!\\)[A-Za-z0-9,]( {1,4})(?=[A-Za-z0-9])/g)].slice(0, 2000);
  const widths = all.map(([gap]) => gap.length - 1);
  const double = widths.filter((width) => width === 2).length;
  const wide = widths.filter((width) => width > 2).length;
  if (all.length < 40 || double < 0.15 * all.length || sequenceBits(widths) < needed) return [];
  // Columns have gaps of any width; of one to four blanks each comes about as often as the others.
  if (wide > 0.2 * double && (wide > 0.7 * all.length || double < 0.5 * wide)) return [];
  const doubles = all
    .filter(([, gap = ""]) => gap.length > 1)
    .map(({ index, 1: gap = "" }) => index + 1 + gap.length);
  if (isLaidOut(text, doubles)) return [];
  return [{ start: all[0]?.index ?? 0, end: (all.at(-1)?.index ?? 0) + 2 }];
}

/** Of double blanks, the share that the layout explains: by chance a word begins below another one in four cases of ten. */
const LAID_OUT = 0.62;

/** Lines that end at the same column, of those with double blanks, from which a text is set flush on both sides. */
const FLUSH = 0.6;

/** Columns of a table, where words begin one below another, and lines that are filled up to one width. */
function isLaidOut(text: string, ends: readonly number[]): boolean {
  const widths = new Map<number, number>();
  const lines = new Set<number>();
  let below = 0;
  for (const end of ends) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const stop = lineEnd(text, start);
    if (
      beginsWord(text, stop + 1, end - start) ||
      (start > 0 && beginsWord(text, lineStart(text, start - 1), end - start))
    )
      below += 1;
    if (lines.has(start)) continue;
    lines.add(start);
    // Hyphens and quotes of three bytes are one column.
    const width = text
      .slice(start, stop)
      .replace(/[\x80-\xbf]/g, "")
      .trimEnd().length;
    widths.set(width, (widths.get(width) ?? 0) + 1);
  }
  const sorted = [...widths].toSorted((a, b) => b[1] - a[1]);
  const flush = (sorted[0]?.[1] ?? 0) + (sorted[1]?.[1] ?? 0);
  return below >= LAID_OUT * ends.length || (lines.size > 3 && flush >= FLUSH * lines.size);
}

function lineStart(text: string, end: number): number {
  return text.lastIndexOf("\n", end - 1) + 1;
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

/** A blank, then a word, at a column of the line that begins at `line`. */
function beginsWord(text: string, line: number, column: number): boolean {
  return (
    line < text.length &&
    column > 0 &&
    lineEnd(text, line) > line + column &&
    BLANK_THEN_WORD.test(text.slice(line + column - 1, line + column + 1))
  );
}

const BLANK_THEN_WORD = /^ [^ ]$/;

/** Blanks of Unicode beside the common one, in an order that says something. */
function blankKinds(text: string, needed: number): readonly Span[] {
  const blanks = [...text.matchAll(/ |\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]|\xe2\x81\x9f|\xe3\x80\x80/g)].slice(
    0,
    4000,
  );
  const odd = blanks.filter(([blank]) => blank.length > 1).length;
  if (odd < 16 || odd < 0.15 * blanks.length || sequenceBits(blanks.map(([blank]) => blank)) < needed)
    return [];
  return [{ start: blanks[0]?.index ?? 0, end: (blanks.at(-1)?.index ?? 0) + 1 }];
}

/** Words of prose from which their capitals may be a value: one bit a letter, seven letters a word. */
const ODD_WORDS_MIN = 8;

/** Words between blanks of which the capitals are anywhere: not at the start, not all, not the humps of a name. */
function oddCases(text: string): readonly Span[] {
  const words = [...text.matchAll(/(?<=[ "'\n]|^)[A-Za-z]{3,16}(?=[ .,!?"'\n]|$)/g)].slice(0, 4000);
  const odd = words.filter(([word]) =>
    /^[a-z]+[A-Z]{2,}|[A-Z][a-z]{1,2}[A-Z]|^[a-z]{1,2}[A-Z]|[a-z][A-Z]$/.test(word),
  );
  // Names in code have humps: what is nothing else is code.
  const humps = odd.filter(([word]) => /^[a-z]*(?:[A-Z][a-z]+)+$|^[a-z]{1,2}[A-Z]+$/.test(word)).length;
  if (new Set(odd.map(([word]) => word)).size < ODD_WORDS_MIN - 2) return [];
  if (odd.length < ODD_WORDS_MIN || humps > 0.7 * odd.length) return [];
  const [first, last] = [odd[0]?.index ?? 0, odd[ODD_WORDS_MIN * 2]?.index ?? Number.POSITIVE_INFINITY];
  const near = words.filter(({ index }) => index >= first && index <= last).length;
  if (Math.min(odd.length, ODD_WORDS_MIN * 2) < 0.35 * near) return [];
  return [{ start: odd[0]?.index ?? 0, end: (odd.at(-1)?.index ?? 0) + (odd.at(-1)?.[0].length ?? 0) }];
}
