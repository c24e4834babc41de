// Patterns of repetition: which symbols of a text are equal, whatever they are. Any substitution of one sign for another
// keeps it. Hashes of such patterns and how telling one is; not the search in a stream (isomorph-scan.ts).
// The pattern is that of the "isomorphs" of classical cryptanalysis (Friedman 1922).
import type { ScanPorts } from "../ports.ts";
import { keyedWords } from "./keyed-hash.ts";

/** Symbols of the window that every place of a stream is asked for. */
export const ANCHOR = 20;

/**
 * Symbols of an anchor window at least that stood in it before: with fewer it has 15.6 bits at most (`bitsOf(20, 18)`), and is
 * no anchor (isomorph-pieces.ts).
 */
export const ANCHOR_REPEATED_MIN = 3;

/** Symbols of the longest pattern; longer values are looked for in pieces. */
export const PIECE_MAX = 64;

/** Keyed words for patterns: `weights[d]` of a symbol last seen `d` places ago, and `base` of a place. */
export interface IsomorphHash {
  readonly weights: Uint32Array;
  readonly base: number;
  /** `weights[d] * base^(ANCHOR - d)`: what a repetition at distance d weighs when its first symbol leaves the window. */
  readonly leaving: Uint32Array;
  readonly checkWeights: Uint32Array;
}

export function isomorphHash(key: Uint8Array, ports: Pick<ScanPorts, "hmac">): IsomorphHash {
  const words = keyedWords(key, "isomorph", 2 * (PIECE_MAX + 1) + 1, ports);
  const weights = words.slice(0, PIECE_MAX + 1);
  weights[0] = 0;
  const base = ((words[2 * (PIECE_MAX + 1)] as number) & ~7) | 5;
  const leaving = new Uint32Array(ANCHOR + 1);
  for (let apart = 1; apart < ANCHOR; apart += 1) {
    let weight = weights[apart] as number;
    for (let left = apart; left < ANCHOR; left += 1) weight = Math.imul(weight, base);
    leaving[apart] = weight;
  }
  return { weights, base, leaving, checkWeights: words.slice(PIECE_MAX + 1, 2 * (PIECE_MAX + 1)) };
}

/** Of each byte the place after its last one in what is read. */
const AFTER_LAST = new Uint32Array(256);

/** How far back the last equal symbol stands from each of `symbols`, 0: none; overwritten by the next call. */
export function distancesOf(symbols: Uint8Array): Uint32Array {
  if (distances.length < symbols.length) distances = new Uint32Array(2 * symbols.length);
  AFTER_LAST.fill(0);
  for (let at = 0; at < symbols.length; at += 1) {
    const symbol = symbols[at] as number;
    const after = AFTER_LAST[symbol] as number;
    distances[at] = after === 0 ? 0 : at + 1 - after;
    AFTER_LAST[symbol] = at + 1;
  }
  return distances;
}

let distances = new Uint32Array(1024);

/** The hash of the pattern of the `ANCHOR` symbols from `from`, by their distances: what the scan rolls. Unsigned. */
export function anchorHash(distances: Uint32Array, from: number, { weights, base }: IsomorphHash): number {
  let hash = 0;
  for (let at = from; at < from + ANCHOR; at += 1) {
    const back = distances[at] as number;
    hash = (Math.imul(hash, base) + (weights[back <= at - from ? back : 0] as number)) | 0;
  }
  return hash >>> 0;
}

/** Two words that tell the pattern of at most `PIECE_MAX` symbols from `from`, by their distances. */
export function patternHash(
  distances: Uint32Array,
  from: number,
  length: number,
  { weights, checkWeights, base }: IsomorphHash,
): readonly [number, number] {
  let first = length;
  let second = length;
  for (let at = from; at < from + length; at += 1) {
    const distance = distances[at] as number;
    const back = distance <= at - from ? distance : 0;
    first = (Math.imul(first, base) + (weights[back] as number)) | 0;
    second = (Math.imul(second ^ (second >>> 13), base) + (checkWeights[back] as number)) | 0;
  }
  return [first >>> 0, second >>> 0];
}

/** Bits by length and different symbols, as they are asked for. */
const BITS = new Float64Array((PIECE_MAX + 1) * (PIECE_MAX + 1));

/**
 * How telling a pattern of `length` symbols is of which `different` differ, in bits: the least over all alphabet sizes a of
 * -log2 of the share of random texts over that alphabet that have it, (a)_d / a^n. Text is not random, so callers ask for a
 * margin.
 */
export function bitsOf(length: number, different: number): number {
  const place = length * (PIECE_MAX + 1) + different;
  if (BITS[place] === 0) BITS[place] = leastBits(length, different);
  return BITS[place] as number;
}

function leastBits(length: number, different: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const size of ALPHABETS) {
    if (size < different) continue;
    let bits = length * Math.log2(size);
    for (let used = 0; used < different; used += 1) bits -= Math.log2(size - used);
    least = Math.min(least, bits);
  }
  return least;
}

const ALPHABETS: readonly number[] = [
  ...Array.from({ length: 63 }, (_, at) => at + 2),
  80,
  96,
  128,
  192,
  256,
];
