// How much the letters of a text look like words and identifiers rather than chance: a model of letter triples. It knows no
// dictionary and no language but the one of code and its documentation.
import { LETTER_TABLE } from "./letter-table.ts";

export interface Wordness {
  /** log2 of how much likelier the letters are as words than by chance, summed: below 0, chance explains them better. */
  readonly total: number;
  /** The same per letter triple; 0 without letters. */
  readonly mean: number;
}

/** Letters and the edge of a word. */
const SYMBOLS = 27;
/** A level of the table is this much of log2, from LEAST on. */
const STEP = 0.2;
const LEAST = -8;
const LEVELS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const scores = Float64Array.from(LETTER_TABLE, (level) => LEAST + STEP * LEVELS.indexOf(level));

/** Of [start, end) of `text`; camelCase, digits and signs end a word. Linear. */
export function wordnessOf(text: string, start: number, end: number): Wordness {
  let total = 0;
  let count = 0;
  let before = 0;
  let last = 0;
  let small = false;
  const step = (symbol: number): void => {
    total += scores[(before * SYMBOLS + last) * SYMBOLS + symbol] ?? 0;
    count += 1;
    before = last;
    last = symbol;
  };
  for (let at = start; at <= end; at += 1) {
    const code = at === end ? 0 : text.charCodeAt(at);
    const letter = letterOf(code);
    const capital = code >= 65 && code <= 90;
    if (last !== 0 && (letter === 0 || (capital && small))) {
      step(0);
      before = 0;
    }
    if (letter !== 0) step(letter);
    small = letter !== 0 && !capital;
  }
  return { total, mean: count === 0 ? 0 : total / count };
}

/** 1 to 26; 0: no letter. */
function letterOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 96;
  return code >= 65 && code <= 90 ? code - 64 : 0;
}

/** The table's text from how often each triple of symbols was seen, in the order of the table; for the training script. */
export function letterTableOf(counts: Float64Array): string {
  let table = "";
  for (let pair = 0; pair < SYMBOLS * SYMBOLS; pair += 1) {
    const row = counts.subarray(pair * SYMBOLS, (pair + 1) * SYMBOLS);
    const sum = row.reduce((a, b) => a + b, 0);
    for (const count of row) {
      const likelihood = (count + 0.2) / (sum + 0.2 * SYMBOLS);
      const level = Math.round((Math.log2(likelihood * SYMBOLS) - LEAST) / STEP);
      table += LEVELS[Math.max(0, Math.min(LEVELS.length - 1, level))] ?? "0";
    }
  }
  return table;
}
