// importPublicKey and verifySignature against published edge cases of Ed25519.
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { importPublicKey, importRawPublicKey, verifySignature } from "./ledger-key.ts";

interface Vector {
  readonly number: number;
  readonly key: string;
  readonly sig: string;
  readonly msg: string;
  readonly flags: readonly string[] | null;
}

/** What the ledger refuses; `low_order_component_*` alone is an honest equation and passes. */
const REFUSED = ["low_order_A", "low_order_R", "low_order_residue", "non_canonical_A", "non_canonical_R"];

function accepted(vector: Vector): boolean {
  let key: ReturnType<typeof importRawPublicKey>;
  try {
    key = importRawPublicKey(Buffer.from(vector.key, "hex"));
  } catch {
    return false;
  }
  return verifySignature(key, Buffer.from(vector.msg), Buffer.from(vector.sig, "hex"));
}

function check(vectors: readonly Vector[]): void {
  for (const vector of vectors) {
    const expected = !(vector.flags ?? []).some((flag) => REFUSED.includes(flag));
    expect(accepted(vector), `vector ${vector.number}`).toBe(expected);
  }
}

const excerpt = new URL("../../test/fixtures/ledger/ed25519-vectors.json", import.meta.url);
const whole = new URL("../../../shared/corpora/ed25519_cctv_vectors.json", import.meta.url);

test("verifySignature refuses what the CCTV vectors flag, and nothing else", () => {
  const { vectors } = JSON.parse(readFileSync(excerpt, "utf8")) as { vectors: Vector[] };
  expect(vectors.filter((vector) => vector.flags === null || vector.flags.length === 0)).toHaveLength(1);
  expect(vectors.length).toBeGreaterThan(60);
  check(vectors);
});

test("verifySignature holds on the whole CCTV file where it is present", (context) => {
  if (!existsSync(whole)) {
    console.log(`skipped: ${whole.pathname} is not there`);
    return context.skip("the whole vector file is not there");
  }
  const vectors = JSON.parse(readFileSync(whole, "utf8")) as Vector[];
  expect(vectors).toHaveLength(914);
  check(vectors);
});

test("importRawPublicKey refuses every point of small order and every encoding out of range", () => {
  const { vectors } = JSON.parse(readFileSync(excerpt, "utf8")) as { vectors: Vector[] };
  const small = new Set(
    vectors.flatMap((one) => (one.flags?.includes("low_order_A") === true ? [one.key] : [])),
  );
  expect(small.size).toBeGreaterThan(10);
  for (const key of small) {
    expect(() => importRawPublicKey(Buffer.from(key, "hex"))).toThrow(/small order|canonical encoding/);
  }
  const beyond = Buffer.alloc(32, 0xff);
  expect(() => importRawPublicKey(beyond)).toThrow("canonical encoding");
  expect(() => importRawPublicKey(new Uint8Array(31))).toThrow("31 bytes");
});

test("importPublicKey takes Ed25519 public keys only", () => {
  const pair = generateKeyPairSync("ed25519");
  expect(importPublicKey(pair.publicKey).raw).toHaveLength(32);
  expect(() => importPublicKey(pair.privateKey)).toThrow("`private`");
  expect(() => importPublicKey(generateKeyPairSync("ed448").publicKey)).toThrow("`ed448`");
  expect(() => importPublicKey(generateKeyPairSync("x25519").publicKey)).toThrow(
    expect.objectContaining({ code: "WRIT_KEY_UNUSABLE" }) as Error,
  );
});

test("verifySignature refuses a signature of another length", () => {
  const key = importPublicKey(generateKeyPairSync("ed25519").publicKey);
  expect(verifySignature(key, new Uint8Array(1), new Uint8Array(63))).toBe(false);
  expect(verifySignature(key, new Uint8Array(1), new Uint8Array(0))).toBe(false);
});
