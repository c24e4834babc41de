// Looks for enrolled patterns of repetition in one stream of symbols. Linear but for places whose window is an enrolled one.

import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { matchOf } from "./coverage.ts";
import type { Enrolled } from "./family.ts";
import { firstEntry, type GramTable, mayHold } from "./gram-table.ts";
import {
  ANCHOR,
  ANCHOR_REPEATED_MIN,
  distancesOf,
  type IsomorphHash,
  PIECE_MAX,
  patternHash,
} from "./isomorph.ts";
import type { WindowHash } from "./keyed-hash.ts";

/** Patterns that are looked for, by number; `table` leads from the hash of an anchor window to them. */
export interface Pieces {
  readonly table: GramTable;
  readonly owners: Uint32Array;
  /** Symbols from the beginning of the piece to its anchor window, and of the whole piece. */
  readonly anchors: Uint32Array;
  readonly lengths: Uint32Array;
  readonly firsts: Uint32Array;
  readonly seconds: Uint32Array;
}

/** A stream: every `step`th of `symbols` from `first`, and where each stands in the view. */
export interface SymbolStream {
  readonly symbols: Uint8Array | Uint32Array;
  readonly first: number;
  readonly step: number;
  /** Symbols of the stream. */
  readonly length: number;
  /** Where each of `symbols` starts; null: at its own number. */
  readonly starts: Uint32Array | null;
  /** Bytes that one symbol takes at least, for the end of a match. */
  readonly width: number;
}

/** All of `symbols`, each at its own number. */
export function wholeStream(symbols: Uint8Array): SymbolStream {
  return { symbols, first: 0, step: 1, length: symbols.length, starts: null, width: 1 };
}

export interface IsomorphIndex {
  readonly pieces: Pieces;
  readonly hash: IsomorphHash;
  readonly window: WindowHash;
  readonly enrolled: Enrolled;
}

/** Reused by all scans: a stream's symbols that share their lower bits may hide each other, which loses a little recall. */
const LAST = new Int32Array(16_384);

/** What the next scan counts places from: so far on that what earlier scans left in `LAST` is out of every window. */
let epoch = ANCHOR;
const EPOCH_MAX = 2 ** 30;
/** Places of a ring that holds a window, less one. */
const RING = 31;
const NEXT = new Int32Array(RING + 2);

/** The different symbols of one piece, and of each of its symbols which of these it is. */
const DIFFERENT = new Uint32Array(PIECE_MAX);
const PIECE = new Uint8Array(PIECE_MAX);

/** The places where `stream` repeats itself as an enrolled value does. */
export function isomorphMatches(
  stream: SymbolStream,
  index: IsomorphIndex,
  budget: ScanBudget,
): readonly Match[] {
  const { symbols, first: from, step, length } = stream;
  const { weights, base, leaving } = index.hash;
  const { bits, shift } = index.pieces.table;
  const { salt, first, second } = index.window;
  const matches: Match[] = [];
  if (length < ANCHOR) return matches;
  const next = NEXT.fill(0);
  if (epoch + length > EPOCH_MAX) {
    LAST.fill(0);
    epoch = ANCHOR;
  }
  const origin = epoch;
  epoch += length + ANCHOR;
  let hash = 0;
  let repeated = 0;
  for (let at = 0, place = from; at < length; at += 1, place += step) {
    const slot = (symbols[place] as number) & 0x3fff;
    const back = origin + at - (LAST[slot] as number);
    LAST[slot] = origin + at;
    // INVARIANT: `next` tells of each place of the window how far on its symbol is repeated first, 0: not in the window.
    const gone = next[(at - ANCHOR) & RING] as number;
    next[at & RING] = 0;
    // Without branches: `near` is all ones where the symbol is repeated inside the window, else 0.
    const near = (back - ANCHOR) >> 31;
    next[((at - back) & RING & near) | ((RING + 1) & ~near)] = back;
    hash = (Math.imul(hash, base) - (leaving[gone] as number) + (weights[back & near] as number)) | 0;
    // `-gone >> 31` is -1 where a symbol leaves that is repeated, else 0.
    repeated += (-gone >> 31) - near;
    if (repeated < ANCHOR_REPEATED_MIN) continue;
    const mixed = Math.imul(hash ^ salt, first);
    const key = Math.imul(mixed ^ (mixed >>> 15), second) >>> 0;
    if (!mayHold(bits, shift, key) || at < ANCHOR - 1) continue;
    budget.spend(ANCHOR);
    matches.push(...confirmed(stream, at + 1 - ANCHOR, { key, index, budget }));
  }
  return matches;
}

interface Candidate {
  readonly key: number;
  readonly index: IsomorphIndex;
  readonly budget: ScanBudget;
}

/** The pieces whose anchor is at `anchor` and whose whole pattern is there. */
function confirmed(
  stream: SymbolStream,
  anchor: number,
  { key, index, budget }: Candidate,
): readonly Match[] {
  const { pieces, hash, enrolled } = index;
  const { keys, sequences } = pieces.table;
  const matches: Match[] = [];
  for (let at = firstEntry(pieces.table, key); at >= 0 && keys[at] === key; at += 1) {
    const piece = sequences[at] as number;
    const from = anchor - (pieces.anchors[piece] as number);
    const length = pieces.lengths[piece] as number;
    if (from < 0 || from + length > stream.length) continue;
    budget.spend(length);
    const [first, second] = patternHash(distancesOf(pieceOf(stream, from, length)), 0, length, hash);
    if (first !== pieces.firsts[piece] || second !== pieces.seconds[piece]) continue;
    const start = placeOf(stream, from);
    const end = placeOf(stream, from + length - 1) + stream.width;
    matches.push(matchOf(enrolled, pieces.owners[piece] as number, start, end));
  }
  return matches;
}

/** The symbols of a piece by number, in the order of their first coming; overwritten by the next call. */
function pieceOf({ symbols, first, step }: SymbolStream, from: number, length: number): Uint8Array {
  let different = 0;
  for (let at = 0; at < length; at += 1) {
    const symbol = symbols[first + (from + at) * step] as number;
    // Beyond the ones so far stands the symbol itself, so that it is found at the latest there.
    DIFFERENT[different] = symbol;
    const number = DIFFERENT.indexOf(symbol);
    if (number === different) different += 1;
    PIECE[at] = number;
  }
  return PIECE.subarray(0, length);
}

function placeOf({ starts, first, step }: SymbolStream, at: number): number {
  const place = first + at * step;
  return starts === null ? place : (starts[place] as number);
}
