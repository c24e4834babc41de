// verifyInclusion and verifyConsistency against the published vectors of transparency-dev/merkle. Its subtree proofs are
// another format, which the ledger does not have.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { verifyConsistency, verifyInclusion } from "./merkle-proof.ts";

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
    line.replaceAll(/("(?:size1|size2|leafIdx|treeSize)": )(\d+)/g, '$1"$2"'),
  );
  const rows = exact.map((line) => JSON.parse(line) as Vector);
  return rows.filter((row) => row.kind === "inclusion" || row.kind === "consistency");
}

const bytes = (value: unknown): Uint8Array => Buffer.from(typeof value === "string" ? value : "", "base64");
const count = (value: unknown): bigint => BigInt(String(value));

/** One published case claims equal trees by "roots" of 12 bytes; here a root has 32, so that claim does not hold. */
function wanted(vector: Vector): boolean {
  return !vector.wantErr && vector.file !== SHORT_ROOTS;
}
const SHORT_ROOTS = "testdata/consistency/additional/sizes-are-equal-one-and-proof-is-empty.json";

function holds(vector: Vector): boolean {
  const proof = (vector.proof ?? []).map(bytes);
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
  expect(vectors).toHaveLength(196);
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
