// Checks of RFC 6962 inclusion and consistency proofs (sections 2.1.1 and 2.1.2, algorithms of RFC 9162 sections
// 2.1.3.2 and 2.1.4.2). Makes no proofs. Sizes are bigints: published vectors use the whole 64-bit range.
import { HASH_BYTES, nodeHash } from "./merkle-tree.ts";

/** Longest proof of a tree with 64-bit indexes, with one hash to spare. */
const PROOF_LENGTH_MAX = 65;

export interface InclusionClaim {
  readonly index: bigint;
  readonly size: bigint;
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether `proof` shows that the tree of `size` leaves with `root` has `leaf` at `index`. Never throws. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size, leaf, root, proof } = claim;
  if (index < 0n || index >= size || !areHashes([leaf, root, ...proof])) return false;
  let at = index;
  let last = size - 1n;
  let node = leaf;
  for (const sibling of proof) {
    if (last === 0n) return false;
    if (isOdd(at) || at === last) {
      node = nodeHash(sibling, node);
      while (!isOdd(at) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else {
      node = nodeHash(node, sibling);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && equal(node, root);
}

export interface ConsistencyClaim {
  readonly oldSize: bigint;
  readonly newSize: bigint;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether `proof` shows that the older tree is a prefix of the newer one. Equal sizes need equal roots and an empty
 * proof; an older size of 0 is not a claim and never holds. Never throws.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim;
  if (oldSize <= 0n || oldSize > newSize || !areHashes([oldRoot, newRoot, ...proof])) return false;
  if (oldSize === newSize) return proof.length === 0 && equal(oldRoot, newRoot);
  const path = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined || proof.length === 0) return false;
  let at = oldSize - 1n;
  let last = newSize - 1n;
  while (isOdd(at)) [at, last] = [at >> 1n, last >> 1n];
  let older = first;
  let newer = first;
  for (const node of rest) {
    if (last === 0n) return false;
    if (isOdd(at) || at === last) {
      older = nodeHash(node, older);
      newer = nodeHash(node, newer);
      while (!isOdd(at) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else {
      newer = nodeHash(newer, node);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && equal(older, oldRoot) && equal(newer, newRoot);
}

function areHashes(values: readonly Uint8Array[]): boolean {
  return values.length <= PROOF_LENGTH_MAX + 2 && values.every((value) => value.length === HASH_BYTES);
}

function isOdd(value: bigint): boolean {
  return (value & 1n) === 1n;
}

function isPowerOfTwo(value: bigint): boolean {
  return (value & (value - 1n)) === 0n;
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.from(left).equals(right);
}
