// Values written in very few characters: two signs, four letters. Not words (find-words.ts), nor letters that are random
// (find-soup.ts).
import type { ScanBudget } from "../scan-budget.ts";
import type { Span, View } from "../view.ts";
import { poorStretches, within } from "./likely-runs.ts";
import { neededBits } from "./needed-bits.ts";
import { sequenceBits } from "./sequence-bits.ts";

/** Bits from which a sequence of few symbols may be a value. */
const BITS_MIN = 56;

export function findPatterns(
  { bytes, text }: Pick<View, "bytes" | "text">,
  budget: ScanBudget,
): readonly Span[] {
  const { length } = text;
  return within(text, poorStretches(bytes, CHARACTERS_MAX, budget), (part) =>
    fewCharacters(part, length, budget),
  );
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
