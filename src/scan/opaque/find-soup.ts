// Runs that the model of ordinary text finds too dear to be text, code or names: random letters, digits and signs, and bytes
// that are no text at all. Not for what explains them (known-shapes.ts).
import { sequenceAt } from "../decode/readable.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";
import { KIND, KINDS, LETTER, LETTERS } from "./letter-classes.ts";
import { KIND_COSTS, LETTER_COSTS } from "./ordinary-weights.ts";

/** Bits that a character of ordinary text does not cost: what is dearer adds to a run, what is cheaper takes from it. */
const DRIFT = 6;

/**
 * Bits above ordinary from which a run is soup. Random letters and digits of both cases have six a character, small letters
 * four; names and abbreviations in prose and code stay below 30, dense code below 45.
 */
export const SOUP_MIN = 46;

/** Bits of a byte that is neither ASCII text nor UTF-8, above the drift. */
const BINARY_COST = 6;

/** Stretches of at least `SOUP_MIN` bits; `hidden[at]` 1: the byte is explained, and parts what is around it. */
export function findSoup(bytes: Uint8Array, hidden: Uint8Array | null, budget: ScanBudget): readonly Span[] {
  const found: Span[] = [];
  let [sum, start, best, end] = [0, 0, 0, 0];
  let [letters, kinds] = [BLANK_PAIR, SPACE_PAIR];
  for (let at = 0; at < bytes.length; at++) {
    if ((at & 0x3fff) === 0) budget.spend(Math.min(0x4000, bytes.length - at));
    const byte = bytes[at] ?? 0;
    const letter = letters * LETTERS + (LETTER[byte] ?? 0);
    const kind = kinds * KINDS + (KIND[byte] ?? 0);
    if (hidden !== null && hidden[at] === 1) sum = 0;
    else if (PLAIN[byte] === 1) sum += (LETTER_COST[letter] ?? 0) + (KIND_COST[kind] ?? 0) - DRIFT;
    else {
      const length = sequenceAt(bytes, at);
      if (length === 0) sum += BINARY_COST;
      else at += length - 1;
    }
    letters = letter % (LETTERS * LETTERS);
    kinds = kind % (KINDS * KINDS);
    if (sum > best) [best, end] = [sum, at + 1];
    // A run is over where it is worth nothing any more, or far less than at its best.
    else if (sum <= 0 || sum < best - SOUP_MIN) {
      if (best >= SOUP_MIN * density(start, end)) found.push({ start, end });
      [sum, best, start] = [0, 0, at + 1];
    }
  }
  if (best >= SOUP_MIN * density(start, end)) found.push({ start, end });
  return found;
}

/** Long runs of which each character is a little dear are dense code: what is soup has more than a bit of each. */
function density(start: number, end: number): number {
  return Math.max(1, ((end - start) * DENSITY_MIN) / SOUP_MIN);
}

/** Bits above the drift, of each character. */
const DENSITY_MIN = 1.25;

/** As if white space came before: the states of the model at the beginning. */
const BLANK_PAIR: number = 27 * LETTERS + 27;
const SPACE_PAIR: number = 5 * KINDS + 5;

const LETTER_COST: Float32Array = costsOf(LETTER_COSTS, 1);
const KIND_COST: Float32Array = costsOf(KIND_COSTS, 2);
const PLAIN: Uint8Array = new Uint8Array(256).fill(1, 0x20, 0x7f).fill(1, 0x09, 0x0e);

function costsOf(digits: readonly string[], steps: number): Float32Array {
  return Float32Array.from(digits.join(""), (digit) => Number.parseInt(digit, 16) / steps);
}
