// Shapes of values and how word-like their letters are.
import { expect, it } from "vitest";
import { wordnessOf } from "./letter-model.ts";
import { isPlaceholder } from "./placeholder.ts";
import { isTrivial, valueShapeOf } from "./value-shape.ts";

it("valueShapeOf counts characters and changes between them", () => {
  expect(valueShapeOf("aB3-")).toMatchObject({
    small: 1,
    capitals: 1,
    digits: 1,
    signs: 1,
    changes: 3,
    entropy: 2,
    distinct: 4,
  });
  expect(valueShapeOf("aaaa")).toMatchObject({ changes: 0, entropy: 0, distinct: 1 });
  expect(valueShapeOf("${X}")).toMatchObject({ template: true, word: false });
  expect(valueShapeOf("a\xe9 b")).toMatchObject({ other: 1, spaces: 1 });
});

it("isTrivial: words for values, numbers, repetitions and sequences", () => {
  for (const value of ["", "abc", "token", "8080", "0x8803", "aaaaaaaa", "12345678", "abc123", "Password:"])
    expect(isTrivial(value, 0, value.length), value).toBe(true);
  for (const value of ["vR7qZk2m", "kurknphrrc", "T6ius8bc"])
    expect(isTrivial(value, 0, value.length), value).toBe(false);
});

it("isTrivial: a value that is cut off, and the hash of a password", () => {
  for (const value of [
    "vp7jx...",
    "$6$rounds=abc$aFr56HjK3DrB8t3S$zhPQiS85",
    "$argon2id$v=19$m65536",
    "$2b$12$R9h",
  ])
    expect(isTrivial(value, 0, value.length), value).toBe(true);
  expect(isTrivial("vp7jxQ4w...", 0, 8)).toBe(true);
  for (const value of ["$6xR7qZk2m", "vR7q.Zk2m.", "$argonQ7v2m"])
    expect(isTrivial(value, 0, value.length), value).toBe(false);
});

it("isPlaceholder: what stands for a password", () => {
  for (const value of [
    "<password>",
    "${X}",
    "$1",
    "changeme",
    "xxxx",
    "",
    "%s",
    "{{x}}",
    "your_password",
    "****",
  ])
    expect(isPlaceholder(value), value).toBe(true);
  for (const value of ["vR7qZk2m", "p@ssw0rd1", "hunter2"]) expect(isPlaceholder(value), value).toBe(false);
});

it("wordnessOf is above 0 for words and below for chance", () => {
  for (const words of ["contributorCovenant", "access_token_value", "default encoding"])
    expect(wordnessOf(words, 0, words.length).mean, words).toBeGreaterThan(0.5);
  for (const letters of ["qzxvkjwq", "xgqttrvz", "zfKjQxWv"])
    expect(wordnessOf(letters, 0, letters.length).mean, letters).toBeLessThan(0);
  expect(wordnessOf("1234", 0, 4)).toEqual({ total: 0, mean: 0 });
});
