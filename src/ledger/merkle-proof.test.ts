// verifyInclusion and verifyConsistency against the published vectors of transparency-dev/merkle, all of them where the whole
// file is present. Subtree proofs, which the ledger does not make, are checked by what they are of the plain ones.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { verifyConsistency, verifyInclusion } from "./merkle-proof.ts";
import { emptyRoot, nodeHash } from "./merkle-tree.ts";

interface Vector {
  readonly kind: string;
  readonly desc: string;
  readonly file: string;
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
  readonly [field: string]: unknown;
}

/** Whole numbers as text: some exceed 2^53, which JSON.parse would round. */
function parse(text: string): readonly Vector[] {
  const lines = text.trim().split("\n");
  const exact = lines.map((line) =>
    line.replaceAll(/("(?:size1|size2|leafIdx|treeSize|start|end|size)": )(\d+)/g, '$1"$2"'),
  );
  // The excerpt begins with a line on its source and licence.
  return exact.map((line) => JSON.parse(line) as Vector).filter(({ kind }) => kind !== undefined);
}

const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === "string" ? value : "", "base64");
const count = (value: unknown): bigint => BigInt(String(value));

/** A published case of each sort claims equal trees by "roots" of 12 bytes; here a root has 32, so that claim does not hold. */
function wanted(vector: Vector): boolean {
  return !vector.wantErr && !vector.file.endsWith(SHORT_ROOTS);
}
const SHORT_ROOTS = "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json";

function holds(vector: Vector): boolean {
  const proof = (vector.proof ?? []).map(bytes);
  if (vector.kind === "subtreeinclusion") return subtreeInclusion(vector, proof);
  if (vector.kind === "subtreeconsistency") return subtreeConsistency(vector, proof);
  if (vector.kind === "inclusion") {
    return verifyInclusion({
      index: count(vector["leafIdx"]),
      size: count(vector["treeSize"]),
      leaf: bytes(vector["leafHash"]),
      root: bytes(vector["root"]),
      proof,
    });
  }
  return verifyConsistency({
    oldSize: count(vector["size1"]),
    newSize: count(vector["size2"]),
    oldRoot: bytes(vector["root1"]),
    newRoot: bytes(vector["root2"]),
    proof,
  });
}

/** A subtree may begin only at a multiple of the least power of two that holds it (draft-ietf-plants-merkle-tree-certs). */
function isSubtree(start: bigint, end: bigint): boolean {
  if (start < 0n || start >= end) return false;
  let width = 1n;
  while (width < end - start) width *= 2n;
  return start % width === 0n;
}

/** A subtree is a tree of its own: only where it begins is counted off. */
function subtreeInclusion(vector: Vector, proof: readonly Uint8Array[]): boolean {
  const [start, end] = [count(vector["start"]), count(vector["end"])];
  if (!isSubtree(start, end)) return false;
  const claim = { index: count(vector["leafIdx"]) - start, size: end - start };
  return verifyInclusion({ ...claim, leaf: bytes(vector["leafHash"]), root: bytes(vector["root"]), proof });
}

/** One that begins at 0 is a plain consistency proof; any other is checked as that draft says. */
function subtreeConsistency(vector: Vector, proof: readonly Uint8Array[]): boolean {
  const [start, end, size] = [count(vector["start"]), count(vector["end"]), count(vector["size"])];
  const [oldRoot, newRoot] = [bytes(vector["root1"]), bytes(vector["root2"])];
  // Of no leaves it says nothing but that it is the empty tree.
  if (start === end && start <= size) return proof.length === 0 && Buffer.from(oldRoot).equals(emptyRoot());
  if (start === 0n) return verifyConsistency({ oldSize: end, newSize: size, oldRoot, newRoot, proof });
  if (
    !isSubtree(start, end) ||
    end > size ||
    [...proof, oldRoot, newRoot].some(({ length }) => length !== 32)
  )
    return false;
  let [first, last, top] = [start, end - 1n, size - 1n];
  const step = last === top ? 0n : 1n;
  while (first !== last && last % 2n >= step) [first, last, top] = halved(first, last, top);
  const path = first === last ? [oldRoot, ...proof] : [...proof];
  const begin = path.shift();
  if (begin === undefined) return false;
  let [older, newer] = [begin, begin];
  for (const node of path) {
    if (top === 0n) return false;
    if (last % 2n === 1n || last === top) {
      if (first < last) older = nodeHash(node, older);
      newer = nodeHash(node, newer);
      while (last % 2n === 0n && last !== 0n) [first, last, top] = halved(first, last, top);
    } else newer = nodeHash(newer, node);
    [first, last, top] = halved(first, last, top);
  }
  return top === 0n && Buffer.from(older).equals(oldRoot) && Buffer.from(newer).equals(newRoot);
}

function halved(first: bigint, last: bigint, top: bigint): [bigint, bigint, bigint] {
  return [first >> 1n, last >> 1n, top >> 1n];
}

const excerpt = new URL("../../test/fixtures/ledger/merkle-proofs.jsonl", import.meta.url);
const whole = new URL("../../../shared/corpora/merkle_proof_vectors.jsonl", import.meta.url);

test("verifyInclusion and verifyConsistency agree with the published vectors", () => {
  const vectors = parse(readFileSync(excerpt, "utf8"));
  expect(vectors.filter((vector) => !vector.wantErr).length).toBeGreaterThanOrEqual(12);
  expect(vectors.filter((vector) => vector.wantErr).length).toBeGreaterThanOrEqual(20);
  for (const vector of vectors) expect(holds(vector), vector.file).toBe(wanted(vector));
});

test("verifyInclusion and verifyConsistency agree with the whole published file where it is present", (context) => {
  if (!existsSync(whole)) {
    console.log(`skipped: ${whole.pathname} is not there`);
    return context.skip("the whole vector file is not there");
  }
  const vectors = parse(readFileSync(whole, "utf8"));
  expect(vectors).toHaveLength(518);
  for (const vector of vectors) expect(holds(vector), vector.file).toBe(wanted(vector));
});

test("verifyInclusion and verifyConsistency refuse negative, empty and oversized claims", () => {
  const hash = new Uint8Array(32);
  const claim = { index: 0n, size: 1n, leaf: hash, root: hash, proof: [] };
  expect(verifyInclusion(claim)).toBe(true);
  expect(verifyInclusion({ ...claim, index: -1n })).toBe(false);
  expect(verifyInclusion({ ...claim, index: 1n })).toBe(false);
  expect(verifyInclusion({ ...claim, leaf: new Uint8Array(31) })).toBe(false);
  expect(verifyInclusion({ ...claim, proof: Array.from({ length: 100_000 }, () => hash) })).toBe(false);
  const heads = { oldSize: 1n, newSize: 1n, oldRoot: hash, newRoot: hash, proof: [] };
  expect(verifyConsistency(heads)).toBe(true);
  expect(verifyConsistency({ ...heads, oldSize: 0n })).toBe(false);
  expect(verifyConsistency({ ...heads, newSize: 0n })).toBe(false);
  expect(verifyConsistency({ ...heads, newSize: 2n })).toBe(false);
});
