// Looks for values of which every 2nd to 8th byte is one. Asks one window of six for a start; around a hit all bytes of that
// stride are read again as a text of their own. Not the search in that text (text-sweep.ts).
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { FOLDED, NO_SYMBOL, SYMBOL_BITS } from "./fold.ts";
import { firstEntry, mayHold } from "./gram-table.ts";
import { GRAM } from "./grams.ts";
import { hashedBothWays, type WindowHash } from "./keyed-hash.ts";
import type { ProtectedIndex } from "./protected-index.ts";

/** The widest interval. */
const STRIDE_MAX = 8;

/** Bytes between two looks at the budget. */
const BLOCK = 16_384;

/** Bytes of a view up to which a start may be a window of any form. */
const SMALL = 1024;

type Search = (bytes: Uint8Array) => readonly Match[];

/**
 * What `search` finds in the bytes of each stride near a plain window of an enrolled value. A value of 16 symbols has 11
 * windows in a row, so one of six is asked for at least once.
 */
export function strideMatches(
  bytes: Uint8Array,
  index: ProtectedIndex,
  budget: ScanBudget,
  search: Search,
): readonly Match[] {
  const matches: Match[] = [];
  if (index.plain.keys.length === 0) return matches;
  // Of each stride and phase up to where hits have been looked at: what repeats a value is not read again for each window.
  const covered = new Float64Array((STRIDE_MAX + 1) * (STRIDE_MAX + 1));
  for (let from = 0; from < bytes.length; from += BLOCK) {
    budget.spend(Math.min(BLOCK, bytes.length - from));
    for (let stride = 2; stride <= STRIDE_MAX; stride += 1) {
      const places = hitPlaces(bytes, index, { from, stride }).filter((place) =>
        isNew(covered, place, stride),
      );
      for (const place of places) matches.push(...around(bytes, { place, stride }, budget, search));
    }
  }
  return matches;
}

/** Whether `place` is beyond what a hit of its stride and phase covers; then it covers from now on. */
function isNew(covered: Float64Array, place: number, stride: number): boolean {
  const slot = stride * STRIDE_MAX + (place % stride);
  if (place < (covered[slot] as number)) return false;
  covered[slot] = place + (AROUND / 2) * stride;
  return true;
}

/** Places at which an enrolled window begins. */
function hitPlaces(
  bytes: Uint8Array,
  { plain, text, hashes }: ProtectedIndex,
  { from, stride }: { readonly from: number; readonly stride: number },
): readonly number[] {
  const table = bytes.length <= SMALL ? text.table : plain;
  const { bits, shift } = table;
  const to = Math.min(from + BLOCK, bytes.length - stride * (GRAM - 1));
  const hash = hashes.text;
  const places: number[] = [];
  for (let row = from; row < to; row += stride * GRAM) {
    const end = Math.min(row + stride, to);
    for (let at = row; at < end; at += 1) {
      const key = windowKey(bytes, at, stride, hash);
      if (key >= 0 && mayHold(bits, shift, key) && firstEntry(table, key) >= 0) places.push(at);
    }
  }
  return places;
}

/** The hash of the window that begins at `at`, or -1: too much stands between its symbols. */
function windowKey(bytes: Uint8Array, at: number, stride: number, hash: WindowHash): number {
  const stop = Math.min(bytes.length, at + stride * READ_MAX);
  let code = 0;
  let reverse = 0;
  let left = GRAM;
  for (let place = at; left > 0 && place < stop; place += stride) {
    const symbol = FOLDED[bytes[place] as number] as number;
    if (symbol === NO_SYMBOL) continue;
    code = (code << SYMBOL_BITS) | symbol;
    reverse = (reverse >>> SYMBOL_BITS) | (symbol << REVERSE_TOP);
    left -= 1;
  }
  return left > 0 ? -1 : hashedBothWays(code, reverse, hash);
}

const REVERSE_TOP = SYMBOL_BITS * (GRAM - 1);

/** Bytes of a stride in which the symbols of one window must stand: signs between them may be two. */
const READ_MAX = GRAM + 2;

/** Symbols on each side of a hit that are read again. */
const AROUND = 160;

function around(
  bytes: Uint8Array,
  { place, stride }: { readonly place: number; readonly stride: number },
  budget: ScanBudget,
  search: Search,
): readonly Match[] {
  const phase = place % stride;
  const from = Math.max(phase, place - AROUND * stride);
  const length = Math.min(2 * AROUND, Math.ceil((bytes.length - from) / stride));
  budget.spend(length);
  const picked = Uint8Array.from({ length }, (_, at) => bytes[from + at * stride] as number);
  return search(picked).map((match) => ({
    ...match,
    start: from + match.start * stride,
    end: Math.min(bytes.length, from + (match.end - 1) * stride + 1),
  }));
}
