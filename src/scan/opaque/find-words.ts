// Values written in words or pictures: lists of words with nothing between that a sentence has, and texts that choose again and
// again among a few words. Not what is written in few characters (find-patterns.ts).
import type { ScanBudget } from "../scan-budget.ts";
import type { Span, View } from "../view.ts";
import { FUNCTION_WORDS } from "./function-words.ts";
import { poorWordStretches, within, wordStretches } from "./likely-runs.ts";
import { neededBits } from "./needed-bits.ts";
import { choiceBits, sequenceBits } from "./sequence-bits.ts";

/** Words in a row, with nearly none that a sentence needs, from which they may be a list for bytes. */
const WORDS_MIN = 12;

/** The same of words that stand one a line, as lists of names do. */
const LINES_MIN = 16;

export function findWords(
  { bytes, text }: Pick<View, "bytes" | "text">,
  budget: ScanBudget,
): readonly Span[] {
  const { length } = text;
  return [
    ...within(text, wordStretches(bytes, WORDS_MIN, budget), (part) => [
      ...lists(part, length, budget),
      ...pairs(part, length),
    ]),
    ...joined(text, budget),
    ...within(text, poorWordStretches(bytes, FEW_MIN, budget), (part) => choices(part, length, budget)),
  ];
}

interface Word extends Span {
  readonly word: string;
}

/** Runs of words, or of characters beyond ASCII, with the same separator between all of them. */
function lists(text: string, whole: number, budget: ScanBudget): readonly Span[] {
  budget.spend(text.length);
  const found: Span[] = [];
  let run: Word[] = [];
  let apart = "";
  const flush = (): void => {
    if (run.length < WORDS_MIN) return;
    budget.spend(run.length * 8);
    const list = listIn(run.slice(0, 2000), apart, whole);
    if (list !== null) found.push(list);
  };
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match !== null; match = WORD.exec(text)) {
    const before = run.at(-1);
    const end = before?.end ?? 0;
    const between = text.slice(end, Math.min(match.index, end + 4));
    const goesOn = before !== undefined && SEPARATOR.test(between) && (run.length === 1 || between === apart);
    if (!goesOn) {
      // The last word of a run may be the first of another.
      flush();
      run = before !== undefined && SEPARATOR.test(between) ? [before] : [];
    }
    if (run.length === 1) apart = between;
    run.push({
      word: match[0].toLowerCase(),
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  flush();
  return found;
}

/** Words by two, with one sign between the two and another one between pairs: adjectives and nouns, for the most part. */
function pairs(text: string, whole: number): readonly Span[] {
  return [...text.matchAll(PAIRS)].flatMap((match) => {
    const words = [...match[0].matchAll(/[a-z]+/g)];
    const run = words.map((word) => {
      const start = match.index + word.index;
      return { word: word[0], start, end: start + word[0].length };
    });
    const list = wordiest(run);
    return list.score >= Math.min(32, neededBits(LINES_MIN, whole)) && isRandomList(list.words) ? [list] : [];
  });
}

/** Names of people have capitals, and those of members a colon. */
const PAIRS: RegExp = new RegExp(
  `(?<![A-Za-z])[a-z]{3,12}([ ._-])[a-z]{3,12}(?!\\1)(, |; | \\/\\/\\/| - |[ ,;|/\\n])(?:[a-z]{3,12}\\1[a-z]{3,12}\\2){${LINES_MIN / 2 - 2},}[a-z]{3,12}\\1[a-z]{3,12}(?![A-Za-z])`,
  "g",
);

/** Words without anything between but their capitals: names in programs have a few. */
const JOINED: RegExp = new RegExp(`(?:[A-Z][a-z]{2,9}){${WORDS_MIN - 2},}`, "g");

function joined(text: string, budget: ScanBudget): readonly Span[] {
  budget.spend(text.length >> 2);
  return [...text.matchAll(JOINED)].flatMap((match) => {
    const words = (match[0].match(/[A-Z][a-z]+/g) ?? []).map((word) => word.toLowerCase());
    const needed = words.filter((word) => FUNCTION_WORDS.has(word)).length;
    const isList =
      new Set(words).size >= 0.5 * words.length && needed * 8 <= words.length && !isSorted(words);
    return isList ? [{ start: match.index, end: match.index + match[0].length }] : [];
  });
}

const WORD = /[A-Za-z]+|\xe2[\x98-\x9e\xac-\xaf][\x80-\xbf]|[\xe3-\xed][\x80-\xbf]{2}|\xf0[\x80-\xbf]{3}/g;
const SEPARATOR = /^(?:| |-|_|\.|,|, |\/|\||\n|\\n|\. | - )$/;

/** Words of a list that come again and again: how many different ones, in a row of how many. */
const FEW_MAX = 20;
const FEW_MIN = 28;

/** Bits from which a sequence of few symbols may be a value. */
const BITS_MIN = 64;

function listIn(run: readonly Word[], apart: string, length: number): Span | null {
  const words = run.map(({ word }) => word);
  const kinds = new Set(words).size;
  if (kinds < 2) return null;
  const needed = words.filter((word) => FUNCTION_WORDS.has(word)).length;
  if (words.length >= FEW_MIN && kinds <= FEW_MAX && (kinds <= 4 || needed * 5 <= words.length)) {
    if (sequenceBits(words) < neededBits(BITS_MIN, length)) return null;
    return { start: run[0]?.start ?? 0, end: run.at(-1)?.end ?? 0 };
  }
  const list = wordiest(run);
  const least = apart.includes("n") || apart === "\n" ? LINES_MIN : WORDS_MIN;
  return list.score >= Math.min(32, neededBits(least, length)) && isRandomList(list.words) ? list : null;
}

/** What a word that a sentence needs takes from a list: prose has one in three, a list of common words one in ten. */
const NEEDED_COST = 4;

/** The part of a run with the most words that are no sentence's. */
function wordiest(
  run: readonly Word[],
): Span & { readonly score: number; readonly words: readonly string[] } {
  let [from, sum, best, first, last] = [0, 0, 0, 0, 0];
  for (const [at, { word }] of run.entries()) {
    sum += FUNCTION_WORDS.has(word) ? -NEEDED_COST : word.length < 2 ? 0 : 1;
    if (sum <= 0) [sum, from] = [0, at + 1];
    if (sum > best) [best, first, last] = [sum, from, at];
  }
  const part = run.slice(first, last + 1);
  const words = part.map(({ word }) => word);
  return { start: part[0]?.start ?? 0, end: part.at(-1)?.end ?? 0, score: best, words };
}

/** Words of a common length, many different ones, in no order. */
function isRandomList(words: readonly string[]): boolean {
  if (!words.every((word) => word < "\x7f")) return false;
  const lengths = words.map(({ length }) => length).toSorted((a, b) => a - b);
  const [shortest, longest] = [lengths[lengths.length >> 4] ?? 0, lengths.at(-1) ?? 0];
  const alike = (shortest >= 3 && longest <= 12) || (shortest === 2 && longest === 2);
  return alike && new Set(words).size >= 0.35 * words.length && !isSorted(words);
}

/** Lists of names are in the order of the alphabet, or begin alike. */
function isSorted(list: readonly string[]): boolean {
  let [up, alike] = [0, 0];
  for (let at = 1; at < list.length; at++) {
    const [before, word] = [list[at - 1] ?? "", list[at] ?? ""];
    if (before <= word) up++;
    if (before[0] === word[0]) alike++;
  }
  return up >= 0.72 * (list.length - 1) || alike >= 0.4 * (list.length - 1);
}

/** Words of a text that says the same in a few words: how many different ones, and how often each comes at least. */
const KINDS_MAX = 32;
const TIMES_MIN = 2.5;

/** Bits that choices say for each byte: lines of a log that come again are longer than what is written to choose. */
const DENSE_MIN = 0.11;

/** Sentences and lists of a few words, chosen again and again. */
function choices(text: string, whole: number, budget: ScanBudget): readonly Span[] {
  budget.spend(2 * text.length);
  const all = [...text.matchAll(/[A-Za-z]+/g)].slice(0, 4000);
  const words = all.map(([word]) => word.toLowerCase());
  const kinds = new Set(words).size;
  // Names in code come again, too.
  if (all.filter(([word]) => /[a-z][A-Z]/.test(word)).length * 8 > all.length) return [];
  if (words.length < FEW_MIN || kinds < 2 || kinds > KINDS_MAX || kinds * TIMES_MIN > words.length) return [];
  const [start, end] = [all[0]?.index ?? 0, (all.at(-1)?.index ?? 0) + (all.at(-1)?.[0].length ?? 0)];
  const bits = choiceBits(words);
  return bits < neededBits(BITS_MIN, whole) || bits < DENSE_MIN * (end - start) ? [] : [{ start, end }];
}
