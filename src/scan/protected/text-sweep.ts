// Reads the windows of folded symbols of a view, whatever stands between the symbols. Not every n-th byte (stride-sweep.ts),
// nor the counting (coverage.ts).
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { Coverage } from "./coverage.ts";
import { FOLDED, NO_SYMBOL, SYMBOL_BITS } from "./fold.ts";
import { firstEntry, mayHold } from "./gram-table.ts";
import { GRAM, GRAM_MASK, GRAM_TOP } from "./grams.ts";
import { hashedBothWays } from "./keyed-hash.ts";
import type { ProtectedIndex } from "./protected-index.ts";

/** Bytes between two looks at the budget. */
const BLOCK = 16_384;

/** Matches of windows in `bytes`. */
export function textMatches(bytes: Uint8Array, index: ProtectedIndex, budget: ScanBudget): readonly Match[] {
  const { table } = index.text;
  if (table.keys.length === 0) return [];
  let coverage: Coverage | null = null;
  const hash = index.hashes.text;
  const { bits, shift } = table;
  let code = 0;
  let reverse = 0;
  for (let from = 0; from < bytes.length; from += BLOCK) {
    const to = Math.min(bytes.length, from + BLOCK);
    budget.spend(to - from);
    for (let at = from; at < to; at += 1) {
      const symbol = FOLDED[bytes[at] as number] as number;
      if (symbol === NO_SYMBOL) continue;
      code = ((code << SYMBOL_BITS) | symbol) & GRAM_MASK;
      reverse = (reverse >>> SYMBOL_BITS) | (symbol << GRAM_TOP);
      const key = hashedBothWays(code, reverse, hash);
      if (!mayHold(bits, shift, key)) continue;
      const entry = firstEntry(table, key);
      if (entry < 0) continue;
      coverage ??= new Coverage(index.text, index.enrolled);
      coverage.add(entry, startOf(bytes, at), at + 1);
    }
  }
  return coverage?.matches() ?? [];
}

/**
 * The same where mostly nothing is: asks one window of four first. Every match has four in a row: what breaks a row hides five
 * windows at least, and of rows of three between such breaks fewer are left than any share that is enough (family.ts).
 */
export function rareTextMatches(
  bytes: Uint8Array,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  budget.spend(bytes.length);
  return hasWindow(bytes, index) ? textMatches(bytes, index, budget) : NONE;
}

const NONE: readonly Match[] = [];

function hasWindow(bytes: Uint8Array, { text: { table }, hashes }: ProtectedIndex): boolean {
  const { bits, shift } = table;
  let [code, reverse, count] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const symbol = FOLDED[bytes[at] as number] as number;
    if (symbol === NO_SYMBOL) continue;
    code = ((code << SYMBOL_BITS) | symbol) & GRAM_MASK;
    reverse = (reverse >>> SYMBOL_BITS) | (symbol << GRAM_TOP);
    count += 1;
    if ((count & 3) !== 0) continue;
    const key = hashedBothWays(code, reverse, hashes.text);
    if (mayHold(bits, shift, key) && firstEntry(table, key) >= 0) return true;
  }
  return false;
}

/** Bytes that the first symbol of a window is looked for in. */
const BACK_MAX = 384;

/** Where the window begins whose last symbol stands at `at`. */
function startOf(bytes: Uint8Array, at: number): number {
  let start = at;
  let left = GRAM - 1;
  for (let place = at - 1; left > 0 && place >= 0 && place > at - BACK_MAX; place -= 1) {
    if (FOLDED[bytes[place] as number] === NO_SYMBOL) continue;
    start = place;
    left -= 1;
  }
  return start;
}
