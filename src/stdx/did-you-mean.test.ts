// didYouMean: near words are suggested, far ones are not.
import { expect, test } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

const KEYS = ["name", "memory", "endpoints", "providers", "processes", "cpu"];

const CASES: readonly (readonly [string, string | null])[] = [
  ["endpionts", "endpoints"],
  ["endpoint", "endpoints"],
  ["Memory", "memory"],
  ["memroy", "memory"],
  ["memoryy", "memory"],
  ["nam", "name"],
  ["gpu", "cpu"],
  ["ab", null],
  ["temperature", null],
  ["", null],
  ["m".repeat(10_000), null],
];

test.each(CASES)("didYouMean of %j is %j", (word, suggestion) => {
  expect(didYouMean(word, KEYS)).toBe(suggestion);
});

test("didYouMean takes the nearest, and the first of equally near ones", () => {
  expect(didYouMean("reads", ["read", "reads"])).toBe("reads");
  expect(didYouMean("bat", ["cat", "hat"])).toBe("cat");
});

test("didYouMean counts a swap of neighbours once: at most a third of a word may change", () => {
  expect(didYouMean("acb", ["abc"])).toBe("abc");
  expect(didYouMean("xyc", ["abc"])).toBe(null);
  expect(didYouMean("abcxyf", ["abcdef"])).toBe("abcdef");
  expect(didYouMean("abxyzf", ["abcdef"])).toBe(null);
  expect(didYouMean("a".repeat(64), ["a".repeat(65)])).toBe(null);
});
