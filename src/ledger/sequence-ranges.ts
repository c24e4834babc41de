// Sets of record sequences as sorted ranges, as `erased` records hold them. Pure.
import type { Json } from "../stdx/json.ts";

/** `[from, to)`: `to` is not in it. */
export type SequenceRange = readonly [from: number, to: number];

/** The fewest ranges that hold exactly `sequences`, ascending. */
export function rangesOf(sequences: Iterable<number>): readonly SequenceRange[] {
  const ranges: [number, number][] = [];
  for (const sequence of [...new Set(sequences)].sort((left, right) => left - right)) {
    const last = ranges.at(-1);
    if (last?.[1] === sequence) last[1] += 1;
    else ranges.push([sequence, sequence + 1]);
  }
  return ranges;
}

/** Whether one of `ranges`, which are ascending, holds `sequence`. */
export function holds(ranges: readonly SequenceRange[], sequence: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const [from, to] = ranges[middle] ?? [0, 0];
    if (sequence < from) high = middle;
    else if (sequence >= to) low = middle + 1;
    else return true;
  }
  return false;
}

/** The ranges that a record's core names; null: it is not a list of ascending ranges. */
export function readRanges(value: Json | undefined): readonly SequenceRange[] | null {
  if (!Array.isArray(value)) return null;
  let end = -1;
  for (const range of value) {
    if (!Array.isArray(range) || range.length !== 2) return null;
    const [from, to] = range as readonly unknown[];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return null;
    if ((from as number) <= end || (to as number) <= (from as number)) return null;
    end = to as number;
  }
  return value as readonly SequenceRange[];
}
