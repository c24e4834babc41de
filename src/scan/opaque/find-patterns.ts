// Values written in very few symbols: two signs, four letters, a dozen words or pictures that come again and again, or many
// words with nothing between that a sentence has. Not single letters that are random (find-soup.ts).
import type { ScanBudget } from "../scan-budget.ts";
import type { Span, View } from "../view.ts";
import { FUNCTION_WORDS } from "./function-words.ts";
import { poorStretches, within, wordStretches } from "./likely-runs.ts";
import { neededBits } from "./needed-bits.ts";
import { sequenceBits } from "./sequence-bits.ts";

/** Bits from which a sequence of few symbols may be a value. */
const BITS_MIN = 56;

export function findPatterns(
  { bytes, text }: Pick<View, "bytes" | "text">,
  budget: ScanBudget,
): readonly Span[] {
  const { length } = text;
  return [
    ...within(text, poorStretches(bytes, CHARACTERS_MAX, budget), (part) =>
      fewCharacters(part, length, budget),
    ),
    ...within(text, wordStretches(bytes, WORDS_MIN, budget), (part) => words(part, length, budget)),
  ];
}

/** Different characters of a run, and its least length: 8 bits of each of 6 bytes. */
const CHARACTERS_MAX = 6;
const RUN_MIN = 40;

/** Longest runs of few different characters of ASCII, in one line. */
function fewCharacters(text: string, whole: number, budget: ScanBudget): readonly Span[] {
  const found: Span[] = [];
  const last = new Int32Array(128).fill(-1);
  const needed = neededBits(BITS_MIN, whole);
  budget.spend(text.length);
  const kinds = new Uint8Array(CHARACTERS_MAX);
  let [count, start] = [0, 0];
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0x80;
    const ends = code >= 0x80 || code < 0x20;
    if (!ends && (last[code] ?? -1) >= start) {
      last[code] = at;
      continue;
    }
    if (ends || count === CHARACTERS_MAX) {
      if (at - start >= RUN_MIN && saysMuch(text.slice(start, at), needed)) {
        budget.spend(at - start);
        found.push({ start, end: at });
        [start, count] = [at, 0];
      } else if (ends) [start, count] = [at + 1, 0];
      else {
        // The run goes on after the last place of the character that is longest away.
        const oldest = oldestOf(kinds.subarray(0, count), last);
        start = (last[kinds[oldest] ?? 0] ?? 0) + 1;
        count -= 1;
        kinds[oldest] = kinds[count] ?? 0;
      }
    }
    if (ends) {
      start = at + 1;
      count = 0;
      continue;
    }
    kinds[count] = code;
    count += 1;
    last[code] = at;
  }
  return found;
}

function oldestOf(kinds: Uint8Array, last: Int32Array): number {
  let oldest = 0;
  for (let at = 1; at < kinds.length; at++)
    if ((last[kinds[at] ?? 0] ?? 0) < (last[kinds[oldest] ?? 0] ?? 0)) oldest = at;
  return oldest;
}

/** Rules, indents, tables and noughts repeat; letters of words come in more kinds. */
function saysMuch(run: string, needed: number): boolean {
  const bare = run
    .slice(0, 4096)
    .replace(/\\[nrt]/g, "")
    .replace(/ {3,}/g, "  ")
    .replace(/([^ ])\1{8,}/g, "$1$1$1");
  const signs = Array.from(bare);
  if (signs.length < RUN_MIN || new Set(signs.filter((letter) => letter !== " ")).size < 2) return false;
  return sequenceBits(signs.slice(0, 2048)) >= needed;
}

/** Words in a row, without any that a sentence needs, from which they may be a list for bytes; and in large texts. */
const WORDS_MIN = 12;

/** Runs of words, or of characters beyond ASCII, with the same separator between all of them, in one line. */
function words(text: string, whole: number, budget: ScanBudget): readonly Span[] {
  budget.spend(text.length);
  const found: Span[] = [];
  let run: string[] = [];
  let [start, end] = [0, 0];
  let apart = "";
  const flush = (): void => {
    if (run.length >= WORDS_MIN) {
      budget.spend(run.length * 8);
      if (isList(run, whole)) found.push({ start, end });
    }
    run = [];
  };
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match !== null; match = WORD.exec(text)) {
    const between = text.slice(end, Math.min(match.index, end + 4));
    const goesOn = run.length > 0 && SEPARATOR.test(between) && (run.length === 1 || between === apart);
    if (!goesOn) {
      // The last word of a run may be the first of another.
      const [before, from] = [run.at(-1), end - (run.at(-1)?.length ?? 0)];
      flush();
      const joins = before !== undefined && SEPARATOR.test(between);
      run = joins ? [before] : [];
      start = joins ? from : match.index;
    }
    if (run.length === 1) apart = between;
    run.push(match[0].toLowerCase());
    end = match.index + match[0].length;
  }
  flush();
  return found;
}

const WORD = /[A-Za-z]+|\xe2[\x98-\x9e\xac-\xaf][\x80-\xbf]|[\xe3-\xed][\x80-\xbf]{2}|\xf0[\x80-\xbf]{3}/g;
const SEPARATOR = /^(?:| |-|_|\.|,|, |\/|\. | - |\|)$/;

/** Words of a list that come again and again: how many different ones, in a row of how many. */
const FEW_MAX = 20;
const FEW_MIN = 28;

function isList(list: readonly string[], length: number): boolean {
  const some = list.slice(0, 2000);
  const kinds = new Set(some);
  if (kinds.size < 2) return false;
  const needed = some.filter((word) => FUNCTION_WORDS.has(word)).length;
  if (some.length >= FEW_MIN && kinds.size <= FEW_MAX && (kinds.size <= 4 || needed * 5 <= some.length))
    return sequenceBits(some) >= neededBits(BITS_MIN + 8, length);
  if (
    needed > 0 ||
    !some.every((word) => word < "\x7f") ||
    some.length < Math.min(32, neededBits(WORDS_MIN, length))
  )
    return false;
  const [shortest, longest] = [Math.min(...some.map(lengthOf)), Math.max(...some.map(lengthOf))];
  const alike = (shortest >= 3 && longest <= 12) || (shortest === 2 && longest === 2);
  return alike && kinds.size >= 0.35 * some.length && !isSorted(some);
}

const lengthOf = (word: string): number => word.length;

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
