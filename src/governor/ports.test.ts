// random: as many bytes as asked for, and none of them twice.
import { expect, test } from "vitest";
import { random } from "./ports.ts";

test("random gives bytes that no other call was given or shares", () => {
  const lengths = [32, 4096, 0, 31, 4097, ...Array.from({ length: 300 }, () => 32)];
  const given = lengths.map((length) => random(length));
  expect(given.map(({ length }) => length)).toEqual(lengths);
  const before = given.map((bytes) => Buffer.from(bytes).toString("hex"));
  expect(new Set(before.filter((text) => text.length >= 62)).size).toBe(lengths.length - 1);
  // Changing one changes no other: they share no memory.
  given[0]?.fill(0);
  expect(given.slice(1).map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(before.slice(1));
});
