// Proofs of MerkleProver against the checks of merkle-proof.ts and against RFC 6962's own recursive definitions.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { verifyConsistency, verifyInclusion } from "./merkle-proof.ts";
import { MerkleProver } from "./merkle-prover.ts";
import { leafHash, MerkleTree, nodeHash } from "./merkle-tree.ts";

const leaves: readonly Uint8Array[] = Array.from({ length: 300 }, (_, at) =>
  leafHash(Buffer.from(`leaf ${at}`)),
);

function rootOf(size: number): Uint8Array {
  const tree = new MerkleTree();
  for (const leaf of leaves.slice(0, size)) tree.append(leaf);
  return tree.root();
}

function proved(prover: MerkleProver, size: number): readonly Uint8Array[] {
  for (const leaf of leaves.slice(0, size)) prover.add(leaf);
  return prover.proof();
}

/** MTH of RFC 6962 section 2.1, as it is written there. */
function naiveRoot(part: readonly Uint8Array[]): Uint8Array {
  const [first] = part;
  if (part.length === 1 && first !== undefined) return first;
  const split = 2 ** Math.ceil(Math.log2(part.length) - 1);
  return nodeHash(naiveRoot(part.slice(0, split)), naiveRoot(part.slice(split)));
}

test("MerkleProver's inclusion proofs hold for every leaf of every small tree, and for no other", () => {
  for (let size = 1; size <= depth(40, 300); size += 1) {
    const root = rootOf(size);
    expect(Buffer.from(root).equals(naiveRoot(leaves.slice(0, size)))).toBe(true);
    for (let index = 0; index < size; index += 1) {
      const proof = proved(MerkleProver.inclusion(index, size), size);
      const claim = { index: BigInt(index), size: BigInt(size), root, proof };
      expect(verifyInclusion({ ...claim, leaf: leaves[index] ?? root })).toBe(true);
      expect(verifyInclusion({ ...claim, leaf: leaves[index + 1] ?? root })).toBe(false);
      if (proof.length > 0) {
        const shorter = { ...claim, proof: proof.slice(1), leaf: leaves[index] ?? root };
        expect(verifyInclusion(shorter)).toBe(false);
      }
    }
  }
});

test("MerkleProver's consistency proofs hold between any two sizes, and for no other head", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (one, two) => {
      const [older, size] = one <= two ? [one, two] : [two, one];
      const proof = proved(MerkleProver.consistency(older, size), size);
      const sizes = { oldSize: BigInt(older), newSize: BigInt(size), proof };
      const heads = { oldRoot: rootOf(older), newRoot: rootOf(size) };
      expect(verifyConsistency({ ...sizes, ...heads })).toBe(true);
      expect(verifyConsistency({ ...sizes, ...heads, oldRoot: rootOf(older - 1) })).toBe(false);
      expect(verifyConsistency({ ...sizes, ...heads, newRoot: rootOf(size - 1) })).toBe(false);
    }),
    { seed, numRuns: depth(100, 5000) },
  );
});

test("MerkleProver makes no proof of what is not in the tree, nor of half a tree", () => {
  expect(() => MerkleProver.inclusion(3, 3)).toThrow("of the tree");
  expect(() => MerkleProver.consistency(0, 3)).toThrow("part of the tree");
  expect(() => MerkleProver.consistency(4, 3)).toThrow("part of the tree");
  expect(() => proved(MerkleProver.inclusion(0, 3), 2)).toThrow("every leaf");
});
