// Rows of things alike that carry a value in what differs: names with a number each, dates and times in no order, one character
// a line or a field. Not rows of bare numbers (find-numbers.ts), nor of words (find-words.ts).
import type { ScanBudget } from "../scan-budget.ts";
import type { Span, View } from "../view.ts";
import { findSoup } from "./find-soup.ts";
import { digitRows, lonelyStretches, within } from "./likely-runs.ts";
import { neededBits } from "./needed-bits.ts";
import { sequenceBits } from "./sequence-bits.ts";

/** Things of a row from which it may carry a value, one for each character of it. */
const ROW_MIN = 12;

/** Characters that stand one by one. */
const SIGNS_MIN = 16;

export function findRows({ bytes, text }: Pick<View, "bytes" | "text">, budget: ScanBudget): readonly Span[] {
  const { length } = text;
  const rows = within(text, digitRows(bytes, ROW_MIN, budget), (part) => {
    budget.spend(part.length * 4);
    return [
      ...spans(part, TOKENS, (row) => isCode(row, length)),
      ...spans(part, TIMES, (row) => isTimes(row, length)),
    ];
  });
  const spelt = within(text, lonelyStretches(bytes, SIGNS_MIN, budget), (part) => {
    budget.spend(part.length * 4);
    return spans(part, SIGNS, (row, apart) => isSpelt(row, apart, { length, budget }));
  });
  return [...rows, ...spelt];
}

function spans(
  text: string,
  pattern: RegExp,
  holds: (row: string, apart: string) => boolean,
): readonly Span[] {
  return [...text.matchAll(pattern)]
    .filter(([row, apart]) => holds(row, apart ?? ""))
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Letters with digits, with the same separator between all of them. */
const TOKENS: RegExp = new RegExp(
  `(?<![0-9A-Za-z])(?=[0-9A-Za-z]{2})TOKEN(, |[ ,;|/\\n-])(?:TOKEN\\1){${ROW_MIN - 2},}TOKEN(?![0-9A-Za-z])`.replaceAll(
    "TOKEN",
    "(?:[A-Za-z]{1,12}[#b_-]?[0-9][0-9a-f]{0,5}|(?:[a-z]{1,2}[0-9]{1,2}){2}|[0-9]{1,4}[A-Za-z]{1,6}(?:[0-9]{1,4}[A-Za-z]{0,2})?)",
  ),
  "g",
);

/** The letters and the digits of each say something of their own, and are in no order. */
function isCode(row: string, length: number): boolean {
  const letters = row.match(/[A-Za-z#]+/g) ?? [];
  const numbers = row.match(/[0-9][0-9a-f]*/g) ?? [];
  const [units, digits] = [
    bitsOf(letters),
    isOrdered(numbers.map((hex) => Number.parseInt(hex, 16))) ? 0 : bitsOf(numbers),
  ];
  return units + digits >= neededBits(64, length) && new Set(numbers).size >= 6;
}

/** Of many kinds, each is one of them; of few, they follow one another. */
function bitsOf(symbols: readonly string[]): number {
  const kinds = new Set(symbols).size;
  const some = symbols.slice(0, 400);
  return Math.min(sequenceBits(some), some.length * Math.log2(Math.max(1, kinds)));
}

function isOrdered(values: readonly number[]): boolean {
  let [up, down] = [0, 0];
  for (let at = 1; at < values.length; at++) {
    if ((values[at] ?? 0) >= (values[at - 1] ?? 0)) up++;
    if ((values[at] ?? 0) <= (values[at - 1] ?? 0)) down++;
  }
  return Math.max(up, down) >= 0.8 * (values.length - 1);
}

/** Dates, times of day, moments. */
const TIMES: RegExp = new RegExp(
  `(?<![0-9A-Za-z])TIME(?:[ ,;|\\n]{1,2}TIME){${ROW_MIN - 1},}`.replaceAll(
    "TIME",
    "(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?Z?)?|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?|[0-9]{1,2} [A-Z][a-z]{2}|[A-Z][a-z]{2} [0-9]{1,2})",
  ),
  "g",
);

function isTimes(row: string, length: number): boolean {
  const times = row
    .split(/[,;|\n] ?| (?=[0-9]{4}-|[0-9]{1,2}:[0-9]{2}(?!.[0-9]{2}Z)| [A-Z])/)
    .filter((time) => time !== "");
  const numbers = times.map((time) => Number(time.replace(/[^0-9]/g, "")));
  return (
    new Set(times).size >= 6 &&
    !isOrdered(numbers) &&
    sequenceBits(times.slice(0, 400)) >= neededBits(40, length)
  );
}

/** One character, then the same signs, again and again. */
const SIGNS: RegExp = new RegExp(
  `[!-~]((?=[^]{0,3}["',|\`\\n])[^0-9A-Za-z]{1,10}?)(?:[!-~]\\1){${SIGNS_MIN - 2},}[!-~]`,
  "g",
);

/** Together, the characters are no text. */
function isSpelt(
  row: string,
  apart: string,
  { length, budget }: { readonly length: number; readonly budget: ScanBudget },
): boolean {
  const letters = row.split(apart).join("");
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const bits = findSoup(bytes, null, budget).reduce((sum, soup) => sum + soup.bits, 0);
  return new Set(letters).size >= 8 && bits >= neededBits(30, length);
}
