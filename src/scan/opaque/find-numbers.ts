// Numbers that carry a value: one very long number, and long lists of numbers of one width that are in no order. Not lists that
// a decoder explains.
import type { ScanBudget } from "../scan-budget.ts";
import type { Span, View } from "../view.ts";
import { numberStretches, within } from "./likely-runs.ts";
import { neededBits } from "./needed-bits.ts";
import { sequenceBits } from "./sequence-bits.ts";

/** Digits in a row from which a number is none that engineering knows: a card has 19, nanoseconds 19, a double 17 and its noughts. */
const DIGITS_MIN = 23;

/** Digits after a point from which they are no constant of mathematics written out. */
const FRACTION_MIN = 41;

/** Numbers from which a list may hold a value: one a character. */
const LIST_MIN = 14;

export function findNumbers(
  { bytes, text }: Pick<View, "bytes" | "text">,
  budget: ScanBudget,
): readonly Span[] {
  const stretches = numberStretches(bytes, { least: LIST_MIN, long: DIGITS_MIN }, budget);
  return within(text, stretches, (part) => {
    budget.spend(part.length);
    return numbersIn(part, text.length);
  });
}

/** `length`: of the whole text. */
function numbersIn(text: string, length: number): readonly Span[] {
  const found: Span[] = [];
  LONG.lastIndex = 0;
  for (let match = LONG.exec(text); match !== null; match = LONG.exec(text)) {
    if (text[match.index - 1] === "." && match[0].length < FRACTION_MIN) continue;
    if (new Set(match[0]).size < 5 || sequenceBits(Array.from(match[0].slice(0, 200))) < 64) continue;
    found.push({ start: match.index, end: match.index + match[0].length });
  }
  LIST.lastIndex = 0;
  for (let match = LIST.exec(text); match !== null; match = LIST.exec(text)) {
    if (DUMP.test(text.slice(Math.max(0, match.index - 10), match.index))) continue;
    const range = MEMBER.test(text.slice(Math.max(0, match.index - 6), match.index))
      ? BYTES_RANGE
      : RANGE_MAX;
    if (isCode(match[0], { length, range }))
      found.push({ start: match.index, end: match.index + match[0].length });
  }
  for (const { pattern, least } of [
    { pattern: WIDE, least: 2 },
    { pattern: WORDS, least: 4 },
    { pattern: ADDRESSES, least: 4 },
  ]) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      if (isSpread(match[0], neededBits(least, length)))
        found.push({ start: match.index, end: match.index + match[0].length });
    }
  }
  return found;
}

/** Numbers of 64 bits in a row; of 32 bits; addresses of version 4. */
const WIDE = /(?<![0-9A-Za-z.])(?:[0-9]{17,20}[ ,;"']{1,4}){1,64}[0-9]{17,20}(?![0-9A-Za-z.])/g;
const WORDS = /(?<![0-9A-Za-z.])(?:[0-9]{8,16}[ ,;"']{1,4}){3,64}[0-9]{7,16}(?![0-9A-Za-z.])/g;
const ADDRESSES =
  /(?<![0-9A-Za-z.])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}[ ,;"']{1,4}){3,64}[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z.])/g;

/** Digits of most numbers of 32 bits; an address has its points beside fewer. */
const WORD_DIGITS = 10;

/** Identifiers of one time and addresses of one network begin alike; what chance made does not. */
function isSpread(list: string, least: number): boolean {
  const items = list.match(/[0-9.]+/g) ?? [];
  const beginnings = new Set(
    items.map((item) => (item.includes(".") ? item.split(".")[0] : item.slice(0, 2))),
  );
  // Identifiers that count rows are below a thousand million; half of the numbers of 32 bits are not.
  const wide = items.filter(({ length }) => length >= WORD_DIGITS).length;
  return items.length >= least && beginnings.size >= 0.75 * items.length && wide * 2 > items.length;
}

const LONG: RegExp = new RegExp(`(?<![0-9A-Za-z])[0-9]{${DIGITS_MIN},}(?![0-9A-Za-z])`, "g");

/** Numbers with a sign, a fraction or a prefix of letters, with the same short separator between all of them. */
const LIST: RegExp = new RegExp(
  `(?<![0-9A-Za-z.])(?:-?[A-Za-z#$]{0,2}[0-9]{1,6}(?:\\.[0-9]{1,3})?[A-Za-z%]{0,2}(?:[\\])}]{0,2}[ \\t\\r\\n]{0,3}[,;:|/\\-+~ \\n][ \\t\\n]{0,2}[[({]{0,2}(?=[-A-Za-z#$0-9]))){${LIST_MIN - 1},}-?[A-Za-z#$]{0,2}[0-9]{1,6}(?:\\.[0-9]{1,3})?`,
  "g",
);

/** An offset before a line of a dump, of which find-digits.ts judges the pairs. */
const DUMP = /[0-9a-f]{8}:? {1,2}$/;

/** What stands before a list that is a member of a document: counts and measures, unless they may be bytes. */
const MEMBER = /":\s?\[{1,2}$/;

/** Between the least and the greatest number of a list: of bytes, moved; of bytes in other words. */
const BYTES_RANGE = 300;
const RANGE_MAX = 1100;

function isCode(
  list: string,
  { length, range: most }: { readonly length: number; readonly range: number },
): boolean {
  const numbers = [...list.matchAll(/(?<![0-9])-?[0-9]+(?:\.[0-9]+)?/g)].map(([digits]) => digits);
  const values = numbers.map(Number);
  if (numbers.length < LIST_MIN) return false;
  const kinds = new Set(values).size;
  const range = Math.max(...values.slice(0, 5000)) - Math.min(...values.slice(0, 5000));
  const separators = new Set(
    list
      .replace(/(?<![0-9])-/g, "")
      .replace(/[\])}][^0-9]*[[({]/g, ",")
      .match(/[^0-9A-Za-z.#$]+/g) ?? [],
  ).size;
  // Dates, versions and addresses have several separators or few numbers; measures have long fractions or a wide range.
  if (separators > 2 || kinds < 8 || isOrdered(values) || isSmooth(values)) return false;
  const width = numbers.reduce((sum, digits) => sum + digits.length, 0) / numbers.length;
  return (
    width >= 1.75 &&
    (range < most || (most === RANGE_MAX && sameWidth(numbers))) &&
    !(most === BYTES_RANGE && numbers.some((digits) => digits.startsWith("0."))) &&
    sequenceBits(values.slice(0, 200)) >= neededBits(40, length)
  );
}

/** Of numbers that do not know of the one before; of a measure that is taken again and again it is far below (von Neumann 1941). */
const SMOOTH_MAX = 0.6;

/** The squares of the steps over those of the distances from the mean: 2 where each number is by chance. */
function isSmooth(values: readonly number[]): boolean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [steps, distances] = [0, 0];
  for (const [at, value] of values.entries()) {
    distances += (value - mean) ** 2;
    if (at > 0) steps += (value - (values[at - 1] ?? 0)) ** 2;
  }
  return steps < SMOOTH_MAX * distances;
}

/** Times, offsets, identifiers that grow. */
function isOrdered(values: readonly number[]): boolean {
  let [up, down] = [0, 0];
  for (let at = 1; at < values.length; at++) {
    if ((values[at] ?? 0) >= (values[at - 1] ?? 0)) up++;
    if ((values[at] ?? 0) <= (values[at - 1] ?? 0)) down++;
  }
  return Math.max(up, down) >= 0.85 * (values.length - 1);
}

function sameWidth(numbers: readonly string[]): boolean {
  return numbers.length >= LIST_MIN && new Set(numbers.map(({ length }) => length)).size === 1;
}
