// A log as static tiles: which files a tree has and what is in them, made in one pass in memory that does not grow with the
// log (C2SP tlog-tiles). Writes and reads no file. https://c2sp.org/tlog-tiles
import { assert } from "../stdx/assert.ts";
import { HASH_BYTES, MerkleTree } from "./merkle-tree.ts";

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256;
/** Longest entry that a bundle can hold: its length is a uint16. */
export const ENTRY_BYTES_MAX = 65_535;
const LENGTH_BYTES = 2;

/** One file of the tiles. `path` is relative, with `/`. */
export interface Tile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The path of a tile: `level` of the tree, or `entries`; `index` in it; `width` below 256 for a partial one. */
export function tilePath(level: number | "entries", index: number, width: number = TILE_WIDTH): string {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  return `tile/${level}/${groups.join("/")}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

interface Level {
  hashes: Uint8Array[];
  /** Full tiles before these. */
  full: number;
}

/** The hash tiles of a growing tree. */
export class HashTiles {
  readonly #levels: Level[] = [];
  readonly #emit: (tile: Tile) => void;

  /** `emit` is given each full tile as it is complete, lower levels first. */
  constructor(emit: (tile: Tile) => void) {
    this.#emit = emit;
  }

  /** The next leaf hash, which is kept. */
  add(leaf: Uint8Array): void {
    let hash = leaf;
    for (let number = 0; ; number += 1) {
      const level = this.#level(number);
      level.hashes.push(hash);
      if (level.hashes.length < TILE_WIDTH) return;
      this.#emit({ path: tilePath(number, level.full), bytes: Buffer.concat(level.hashes) });
      hash = rootOver(level.hashes);
      level.hashes = [];
      level.full += 1;
    }
  }

  /** Gives the partial tiles that the tree ends with. Nothing may be added afterwards. */
  end(): void {
    for (const [number, { hashes, full }] of this.#levels.entries()) {
      if (hashes.length === 0) continue;
      this.#emit({ path: tilePath(number, full, hashes.length), bytes: Buffer.concat(hashes) });
    }
  }

  #level(number: number): Level {
    const known = this.#levels[number];
    if (known !== undefined) return known;
    const made: Level = { hashes: [], full: 0 };
    this.#levels.push(made);
    return made;
  }
}

function rootOver(hashes: readonly Uint8Array[]): Uint8Array {
  const tree = new MerkleTree();
  for (const hash of hashes) tree.append(hash);
  return tree.root();
}

/** The entry bundles of a growing log. */
export class EntryBundles {
  readonly #emit: (tile: Tile) => void;
  #entries: Uint8Array[] = [];
  #count = 0;
  #full = 0;
  /** An entry of this bundle is longer than a bundle can say. */
  #over = false;
  #leftOut = 0;

  constructor(emit: (tile: Tile) => void) {
    this.#emit = emit;
  }

  /** Bundles that hold an entry longer than ENTRY_BYTES_MAX and were therefore not made. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** The next entry, which is kept. */
  add(entry: Uint8Array): void {
    this.#over ||= entry.length > ENTRY_BYTES_MAX;
    this.#count += 1;
    if (this.#over) this.#entries = [];
    else this.#entries.push(entry);
    if (this.#count === TILE_WIDTH) this.end();
  }

  /** Gives the partial bundle that the log ends with, if any. */
  end(): void {
    const width = this.#count;
    if (width === 0) return;
    if (this.#over) this.#leftOut += 1;
    else this.#emit({ path: tilePath("entries", this.#full, width), bytes: bundleOf(this.#entries) });
    this.#entries = [];
    this.#count = 0;
    this.#over = false;
    this.#full += 1;
  }
}

function bundleOf(entries: readonly Uint8Array[]): Uint8Array {
  const parts = entries.flatMap((entry) => {
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt16BE(entry.length, 0);
    return [length, entry];
  });
  return Buffer.concat(parts);
}

/** The `width` entries of a bundle; null: it does not hold exactly so many. */
export function parseBundle(bytes: Uint8Array, width: number): readonly Uint8Array[] | null {
  const bundle = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (entries.length < width) {
    if (at + LENGTH_BYTES > bundle.length) return null;
    const end = at + LENGTH_BYTES + bundle.readUInt16BE(at);
    if (end > bundle.length) return null;
    entries.push(bundle.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return at === bundle.length ? entries : null;
}

/** The leaf hashes of a level-0 tile; null: it does not hold exactly `width`. */
export function parseHashTile(bytes: Uint8Array, width: number): readonly Uint8Array[] | null {
  assert(width >= 1 && width <= TILE_WIDTH, "a tile has 1 to 256 hashes");
  if (bytes.length !== width * HASH_BYTES) return null;
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}
