// Makes RFC 6962 inclusion and consistency proofs (sections 2.1.1 and 2.1.2) in one pass over the leaves, in O(log² n) memory.
// Checks none: that is merkle-proof.ts.
import { assert } from "../stdx/assert.ts";
import { MerkleTree } from "./merkle-tree.ts";

/** Leaves `from` to below `to`, whose tree hash is one hash of a proof. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly tree: MerkleTree;
}

/** One proof in the making: is given every leaf hash of the tree in order, and then has the proof. */
export class MerkleProver {
  readonly #size: number;
  /** In the order of the proof. */
  readonly #ranges: readonly Range[];
  /** The same in the order of the leaves. */
  readonly #ordered: readonly Range[];
  #at = 0;
  #seen = 0;

  private constructor(size: number, ranges: readonly Range[]) {
    this.#size = size;
    this.#ranges = ranges;
    this.#ordered = ranges.toSorted((one, two) => one.from - two.from);
  }

  /** That `index` is in the tree of `size` leaves: from the leaf's sibling up. 0 ≤ `index` < `size`. */
  static inclusion(index: number, size: number): MerkleProver {
    assert(
      Number.isSafeInteger(size) && index >= 0 && index < size,
      "an inclusion proof is of a leaf of the tree",
    );
    return new MerkleProver(size, pathRanges(index, 0, size));
  }

  /** That the tree of `older` leaves is a prefix of that of `size`. 0 < `older` ≤ `size`; for equal sizes it is empty. */
  static consistency(older: number, size: number): MerkleProver {
    assert(
      Number.isSafeInteger(size) && older > 0 && older <= size,
      "a consistency proof is of a part of the tree",
    );
    return new MerkleProver(size, older === size ? [] : subproofRanges(older, 0, size));
  }

  /** The next leaf hash (32 bytes), which is kept; those behind the tree are ignored. */
  add(leaf: Uint8Array): void {
    const at = this.#seen;
    this.#seen += 1;
    while ((this.#ordered[this.#at]?.to ?? Infinity) <= at) this.#at += 1;
    const range = this.#ordered[this.#at];
    if (range !== undefined && range.from <= at) range.tree.append(leaf);
  }

  /** The hashes of the proof, in its order. Every leaf of the tree must have been added. */
  proof(): readonly Uint8Array[] {
    assert(this.#seen >= this.#size, "a proof is made of every leaf of its tree");
    return this.#ranges.map(({ tree }) => tree.root());
  }
}

/** PATH(m, D[n]) of RFC 6962 section 2.1.1, leaf's sibling first. */
function pathRanges(index: number, from: number, to: number): Range[] {
  if (to - from === 1) return [];
  const middle = from + splitOf(to - from);
  return index < middle
    ? [...pathRanges(index, from, middle), range(middle, to)]
    : [...pathRanges(index, middle, to), range(from, middle)];
}

/** SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2; `from` 0 is the case in which b is true. */
function subproofRanges(older: number, from: number, to: number): Range[] {
  if (older === to) return from === 0 ? [] : [range(from, to)];
  const middle = from + splitOf(to - from);
  return older <= middle
    ? [...subproofRanges(older, from, middle), range(middle, to)]
    : [...subproofRanges(older, middle, to), range(from, middle)];
}

function range(from: number, to: number): Range {
  return { from, to, tree: new MerkleTree() };
}

/** The largest power of two smaller than `count`, which is at least 2. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
