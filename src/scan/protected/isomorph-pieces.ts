// The patterns of repetition that an enrolled value is looked for by: which pieces of it, in which spellings and orders.
// Leaves out those that are not telling enough. Not the search (isomorph-scan.ts).
import { FOLDED, IN_TOKEN, LOWER } from "./fold.ts";
import { gramEntries, gramTable } from "./gram-table.ts";
import {
  ANCHOR,
  anchorHash,
  bitsOf,
  distancesOf,
  type IsomorphHash,
  PIECE_MAX,
  patternHash,
} from "./isomorph.ts";
import type { Pieces } from "./isomorph-scan.ts";
import { hashed, type WindowHash } from "./keyed-hash.ts";
import { inOrder, ordersOf } from "./transpositions.ts";

/** Bits that the anchor window must have, so that few places of ordinary text are looked at twice. */
const ANCHOR_BITS_MIN = 17;

/**
 * Bits that a pattern must have beyond the logarithm of the number of values: one chance match in about 2^30 symbols of
 * random text, and room for text that is not random.
 */
const PATTERN_BITS_MIN = 30;

/** Symbols up to which a value's other orders are looked for too. */
const ORDERED_MAX = 128;

/** Pieces that may share an anchor; a window that more share is too common to look twice at. */
const SHARED_MAX = 32;

interface Hashes {
  readonly hash: IsomorphHash;
  readonly window: WindowHash;
}

export class PiecesBuilder {
  readonly #pairs: number[] = [];
  readonly #owners: number[] = [];
  readonly #anchors: number[] = [];
  readonly #lengths: number[] = [];
  readonly #firsts: number[] = [];
  readonly #seconds: number[] = [];
  readonly #bitsMin: number;
  readonly #hashes: Hashes;

  /** `values`: how many values the index will hold. */
  constructor(values: number, hashes: Hashes) {
    this.#bitsMin = PATTERN_BITS_MIN + Math.log2(Math.max(1, values));
    this.#hashes = hashes;
  }

  /** Adds the value's telling pieces; how many there were. */
  add(owner: number, value: Uint8Array): number {
    const before = this.#owners.length;
    for (const spelling of spellingsOf(value)) this.#addOrders(owner, spelling);
    return this.#owners.length - before;
  }

  build(): Pieces {
    const entries = gramEntries(Uint32Array.from(this.#pairs), (piece) => piece, SHARED_MAX);
    return {
      table: gramTable(entries),
      owners: Uint32Array.from(this.#owners),
      anchors: Uint32Array.from(this.#anchors),
      lengths: Uint32Array.from(this.#lengths),
      firsts: Uint32Array.from(this.#firsts),
      seconds: Uint32Array.from(this.#seconds),
    };
  }

  #addOrders(owner: number, symbols: Uint8Array): void {
    this.#addBothWays(owner, symbols);
    if (symbols.length > ORDERED_MAX) return;
    for (const order of ordersOf(symbols.length)) this.#addBothWays(owner, inOrder(symbols, order));
  }

  #addBothWays(owner: number, symbols: Uint8Array): void {
    this.#addPieces(owner, symbols);
    this.#addPieces(owner, symbols.toReversed());
  }

  /** Pieces of at most `PIECE_MAX`; the last one ends with the value. */
  #addPieces(owner: number, symbols: Uint8Array): void {
    const count = Math.ceil(symbols.length / PIECE_MAX);
    const size = Math.min(symbols.length, PIECE_MAX);
    if (size < ANCHOR) return;
    const distances = distancesOf(symbols);
    for (let at = 0; at < count; at += 1)
      this.#addPiece(owner, distances, Math.min(at * PIECE_MAX, symbols.length - size), size);
  }

  #addPiece(owner: number, distances: Uint32Array, from: number, length: number): void {
    if (bitsOf(length, differentIn(distances, from, length)) < this.#bitsMin) return;
    const { hash, window } = this.#hashes;
    const anchor = bestAnchor(distances, from, length);
    if (anchor === null) return;
    const [first, second] = patternHash(distances, from, length, hash);
    const piece = this.#owners.push(owner) - 1;
    this.#pairs.push(hashed(anchorHash(distances, anchor, hash), window), piece);
    this.#anchors.push(anchor - from);
    this.#lengths.push(length);
    this.#firsts.push(first);
    this.#seconds.push(second);
  }
}

/** As given, in lower case, in leet classes and without separators, where these differ in what is equal to what. */
function spellingsOf(value: Uint8Array): readonly Uint8Array[] {
  const lower = value.map((byte) => LOWER[byte] as number);
  const leet = value.map((byte) => ((FOLDED[byte] as number) < 32 ? (FOLDED[byte] as number) : byte));
  const packed = value.filter((byte) => IN_TOKEN[byte] === 1);
  const kinds = new Map<string, Uint8Array>();
  for (const each of [value, lower, leet, packed]) {
    const kind = `${String(each.length)} ${String(differentIn(distancesOf(each), 0, each.length))}`;
    if (!kinds.has(kind)) kinds.set(kind, each);
  }
  return [...kinds.values()];
}

/** How many different symbols stand in `length` places from `from`: those without an equal one before them there. */
function differentIn(distances: Uint32Array, from: number, length: number): number {
  let different = 0;
  for (let at = from; at < from + length; at += 1) {
    const back = distances[at] as number;
    if (back === 0 || back > at - from) different += 1;
  }
  return different;
}

/** Where the most telling window of the piece begins, the last of equal ones; null: none tells enough. */
function bestAnchor(distances: Uint32Array, from: number, length: number): number | null {
  let best: number | null = null;
  let most = ANCHOR_BITS_MIN;
  let different = 0;
  NEXT.fill(0);
  for (let at = from; at < from + length; at += 1) {
    const back = distances[at] as number;
    const inWindow = back !== 0 && back < ANCHOR && back <= at - from;
    if (inWindow) NEXT[(at - back) % ANCHOR] = 1;
    const gone = at - ANCHOR;
    // What leaves is one less, unless it stands again in the window.
    if (gone >= from && NEXT[gone % ANCHOR] === 0) different -= 1;
    NEXT[at % ANCHOR] = 0;
    if (!inWindow) different += 1;
    if (at + 1 < from + ANCHOR) continue;
    const bits = bitsOf(ANCHOR, different);
    if (bits < most) continue;
    most = bits;
    best = at + 1 - ANCHOR;
  }
  return best;
}

/** Of each place of the window whether its symbol comes again in it. */
const NEXT = new Uint8Array(ANCHOR);
