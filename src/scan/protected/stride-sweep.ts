// Looks for values of which every 2nd to 8th byte is one. Asks one window of six for a start; around a hit all bytes of that
// stride are read again as a text of their own. Not the search in that text (text-sweep.ts).
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";
import { FOLDED, NO_SYMBOL, SYMBOL_BITS } from "./fold.ts";
import { firstEntry, type GramTable, mayHold } from "./gram-table.ts";
import { GRAM } from "./grams.ts";
import { hashedBothWays, type WindowHash } from "./keyed-hash.ts";
import type { ProtectedIndex } from "./protected-index.ts";

/** The widest interval. */
const STRIDE_MAX = 8;

/** Bytes of a view up to which a start may be a window of any form. */
const SMALL = 1024;

type Search = (bytes: Uint8Array) => readonly Match[];

export interface StrideSearch {
  readonly index: ProtectedIndex;
  readonly budget: ScanBudget;
  readonly search: Search;
}

/**
 * What `search` finds in the bytes of each stride near a plain window of an enrolled value, in the stretches `odd` of `bytes`:
 * letters between others make no words. A value of 16 symbols has 11 windows in a row, so one of six is asked for at least
 * once.
 */
export function strideMatches(
  bytes: Uint8Array,
  odd: readonly Span[],
  { index, budget, search }: StrideSearch,
): readonly Match[] {
  const matches: Match[] = [];
  if (index.plain.keys.length === 0) return matches;
  // Of each stride and phase up to where hits have been looked at: what repeats a value is not read again for each window.
  const covered = new Float64Array((STRIDE_MAX + 1) * (STRIDE_MAX + 1));
  const windows = {
    table: bytes.length <= SMALL ? index.text.table : index.plain,
    hash: index.hashes.text,
    parted: index.parted,
  };
  for (const span of odd) {
    budget.spend(span.end - span.start);
    for (let stride = 2; stride <= STRIDE_MAX; stride += 1) {
      const places = hitPlaces(bytes, span, stride, windows).filter((place) => isNew(covered, place, stride));
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

interface Windows {
  readonly table: GramTable;
  readonly hash: WindowHash;
  /** Signs may stand between the symbols of a window. */
  readonly parted: boolean;
}

/** Places at which an enrolled window begins. */
function hitPlaces(
  bytes: Uint8Array,
  { start, end }: Span,
  stride: number,
  { table, hash, parted }: Windows,
): readonly number[] {
  const { bits, shift } = table;
  const to = Math.min(end, bytes.length - stride * (GRAM - 1));
  const places: number[] = [];
  for (let row = start; row < to; row += stride * GRAM) {
    const stop = Math.min(row + stride, to);
    for (let at = row; at < stop; at += 1) {
      const one = FOLDED[bytes[at] as number] as number;
      const two = FOLDED[bytes[at + stride] as number] as number;
      const three = FOLDED[bytes[at + 2 * stride] as number] as number;
      const four = FOLDED[bytes[at + 3 * stride] as number] as number;
      const five = FOLDED[bytes[at + 4 * stride] as number] as number;
      const six = FOLDED[bytes[at + 5 * stride] as number] as number;
      let key = -1;
      if (((one | two | three | four | five | six) & NONE) === 0) {
        const code = (one << 25) | (two << 20) | (three << 15) | (four << 10) | (five << 5) | six;
        const reverse = (six << 25) | (five << 20) | (four << 15) | (three << 10) | (two << 5) | one;
        key = hashedBothWays(code, reverse, hash);
      } else if (parted) key = windowKey(bytes, at, stride, hash);
      if (key >= 0 && mayHold(bits, shift, key) && firstEntry(table, key) >= 0) places.push(at);
    }
  }
  return places;
}

/** The bit that only `NO_SYMBOL` has. */
const NONE = 128;

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
  const picked = new Uint8Array(length);
  for (let at = 0, next = from; at < length; at += 1, next += stride) picked[at] = bytes[next] as number;
  return search(picked).map((match) => ({
    ...match,
    start: from + match.start * stride,
    end: Math.min(bytes.length, from + (match.end - 1) * stride + 1),
  }));
}
