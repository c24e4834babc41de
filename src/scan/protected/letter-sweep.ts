// Reads the windows of distances between letters of a view: what a shifted or mirrored alphabet leaves. Not the counting.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { Coverage } from "./coverage.ts";
import { DELTA_TOP, DISTANCE } from "./deltas.ts";
import { LETTER, NO_SYMBOL } from "./fold.ts";
import { firstEntry, mayHold } from "./gram-table.ts";
import { hashedBothWays } from "./keyed-hash.ts";
import type { ProtectedIndex } from "./protected-index.ts";

/** Bytes between two looks at the budget. */
const BLOCK = 16_384;

/** Bytes that a window reaches back from its last letter, for the beginning of a match. */
const BACK = 8;

export function letterMatches(
  bytes: Uint8Array,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  let coverage: Coverage | null = null;
  const { bits, shift, keys } = index.letters.table;
  const hash = index.hashes.letters;
  if (keys.length === 0) return [];
  let [code, reverse, last, count] = [0, 0, 0, 0];
  // One window of four is asked for first: every match has four in a row (lag-sweep.ts).
  for (let at = 0, step = 3; at < bytes.length; at += 1) {
    if (at % BLOCK === 0) budget.spend(Math.min(BLOCK, bytes.length - at));
    const letter = LETTER[bytes[at] as number] as number;
    if (letter === NO_SYMBOL) continue;
    const distance = DISTANCE[letter - last + 25] as number;
    last = letter;
    code = (code << 4) | distance;
    reverse = (reverse >>> 4) | (distance << DELTA_TOP);
    count += 1;
    if ((count & step) !== 0) continue;
    const key = hashedBothWays(code, reverse, hash);
    if (!mayHold(bits, shift, key)) continue;
    const entry = firstEntry(index.letters.table, key);
    if (entry < 0) continue;
    if (coverage !== null) coverage.add(entry, Math.max(0, at - BACK), at + 1);
    else {
      coverage = new Coverage(index.letters, index.enrolled);
      [at, step, code, reverse, last] = [-1, 0, 0, 0, 0];
    }
  }
  return coverage?.matches() ?? [];
}
