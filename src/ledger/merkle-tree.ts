// The RFC 6962 Merkle tree as a compact range: the roots of its perfect subtrees, never the leaves. Not a store and not
// a prover; proofs are checked in merkle-proof.ts.
import { hash } from "node:crypto";
import { assert } from "../stdx/assert.ts";

/** Bytes of a SHA-256 value. */
export const HASH_BYTES = 32;

/** Leaf prefix, RFC 6962 section 2.1. */
export const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** The root of a tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1). */
export function emptyRoot(): Uint8Array {
  return hash("sha256", new Uint8Array(0), "buffer");
}

/** SHA-256(0x00 ‖ data), RFC 6962 section 2.1. */
export function leafHash(data: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(data.length + 1);
  prefixed[0] = LEAF_PREFIX;
  prefixed.set(data, 1);
  return hash("sha256", prefixed, "buffer");
}

const scratch = new Uint8Array(1 + 2 * HASH_BYTES);
scratch[0] = NODE_PREFIX;

/** SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1. Both are 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  scratch.set(left, 1);
  scratch.set(right, 1 + HASH_BYTES);
  return hash("sha256", scratch, "buffer");
}

/**
 * A growing tree in O(log n) memory: appending costs one node hash amortised, the root at most log2(n).
 *
 * @example const tree = new MerkleTree(); tree.append(leafHash(bytes)); tree.root();
 */
export class MerkleTree {
  #size = 0;
  /** Roots of the perfect subtrees, largest first: one for each set bit of the size. */
  readonly #peaks: Uint8Array[] = [];

  get size(): number {
    return this.#size;
  }

  /** `leaf` is a leaf hash (32 bytes) and is kept: do not change it afterwards. */
  append(leaf: Uint8Array): void {
    assert(leaf.length === HASH_BYTES, "a leaf hash has 32 bytes");
    let right = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      const left = this.#peaks.pop();
      assert(left !== undefined, "each set bit of the size has its peak");
      right = nodeHash(left, right);
    }
    this.#peaks.push(right);
    this.#size += 1;
  }

  root(): Uint8Array {
    const last = this.#peaks.at(-1);
    if (last === undefined) return emptyRoot();
    let root = last;
    for (let index = this.#peaks.length - 2; index >= 0; index -= 1) {
      const peak = this.#peaks[index];
      assert(peak !== undefined, "peaks are dense");
      root = nodeHash(peak, root);
    }
    return root;
  }
}
