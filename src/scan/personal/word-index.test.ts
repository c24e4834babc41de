// Topics of words near a place, across the edges of blocks.
import { describe, expect, it } from "vitest";
import { ScanBudget } from "../scan-budget.ts";
import { TOPIC, VETO } from "./context-words.ts";
import { WordIndex } from "./word-index.ts";

function indexOf(text: string): WordIndex {
  const budget = new ScanBudget({ time: 1e9, work: 1e9, memory: 1e9 }, () => 0);
  return new WordIndex(Buffer.from(text, "latin1"), budget);
}

describe("WordIndex", () => {
  it("hears words and phrases of two wherever they stand, over every edge of a block", () => {
    for (let before = 0; before < 600; before += 7) {
      const text = `${".".repeat(before)} national   insurance 1`;
      expect(indexOf(text).topics(before, text.length, text.length) & TOPIC.id).toBe(TOPIC.id);
    }
  });

  it("hears only what starts between the offsets", () => {
    const text = "passport phone iban";
    expect(indexOf(text).topics(9, 14, 0)).toBe(TOPIC.phone);
    expect(indexOf(text).topics(0, 0, 0)).toBe(0);
  });

  it("reports a veto only where it comes last, from the given place on", () => {
    expect(indexOf("card order").topics(0, 10, 0)).toBe(TOPIC.card | VETO);
    expect(indexOf("card order").topics(0, 10, 6)).toBe(TOPIC.card);
    expect(indexOf("order card").topics(0, 10, 0)).toBe(TOPIC.card);
    expect(indexOf("voter id").topics(0, 8, 0)).toBe(TOPIC.id);
  });

  it("says roughly at least what keys may speak of, and nothing of other text", () => {
    expect(indexOf(`${"x ".repeat(500)}clientIp=`).roughly(900, 1005) & TOPIC.ip).toBe(TOPIC.ip);
    expect(indexOf("lorem ipsum dolor").roughly(0, 17)).toBe(0);
  });
});
