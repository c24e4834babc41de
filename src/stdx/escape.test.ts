// escapeUntrusted: what is hidden becomes visible, what is long becomes short, and nothing can be mistaken.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { escapeUntrusted, quoteUntrusted, SHOWN_MAX } from "./escape.ts";

const SHOWN: readonly (readonly [string, string])[] = [
  ["plain words, é 漢 🙂", "plain words, é 漢 🙂"],
  ["\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"],
  ["a\nb\rc\td", "a\\nb\\rc\\td"],
  ["\0\u0007\u007f\u0085", "\\x00\\x07\\x7f\\x85"],
  ["back\\slash", "back\\\\slash"],
  ["tick`tock", "tick\\x60tock"],
  ["\u202eevil\u2066", "\\u{202e}evil\\u{2066}"],
  ["zero\u200bwidth\u200d\ufeff", "zero\\u{200b}width\\u{200d}\\u{feff}"],
  ["no\u00a0break\u3000wide", "no\\xa0break\\u{3000}wide"],
  ["soft\u00adhyphen", "soft\\xadhyphen"],
  ["line\u2028para\u2029", "line\\u{2028}para\\u{2029}"],
  ["tag\u{e0041}", "tag\\u{e0041}"],
  ["filler\u3164\u115f", "filler\\u{3164}\\u{115f}"],
  ["braille\u2800", "braille\\u{2800}"],
  ["private\ue000", "private\\u{e000}"],
  ["lone\ud800", "lone\\u{d800}"],
];

test.each(SHOWN)("escapeUntrusted shows %j", (text, shown) => {
  expect(escapeUntrusted(text)).toBe(shown);
});

test("escapeUntrusted cuts what is longer than the bound and says how many characters are missing", () => {
  expect(escapeUntrusted("a".repeat(20), 20)).toBe("a".repeat(20));
  expect(escapeUntrusted("a".repeat(21), 20)).toBe(`${"a".repeat(15)}\\…+6`);
  expect(escapeUntrusted("🙂".repeat(20), 20)).toBe(`${"🙂".repeat(7)}\\…+13`);
  expect(escapeUntrusted("\n".repeat(21), 20)).toBe(`${"\\n".repeat(7)}\\…+14`);
});

test("escapeUntrusted is bounded by SHOWN_MAX unless told otherwise", () => {
  const shown = escapeUntrusted("x".repeat(1_000_000));
  expect(shown.length).toBeLessThanOrEqual(SHOWN_MAX);
  expect(shown.endsWith(`+${1_000_000 - (shown.length - "\\…+999849".length)}`)).toBe(true);
});

test("quoteUntrusted puts the shown text in backticks, of which it holds none", () => {
  expect(quoteUntrusted("a`b")).toBe("`a\\x60b`");
});

test("escapeUntrusted never gives two texts that fit one form, nor anything hidden, nor too much", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: fc.constantFrom("\\", "n", "x", "1", "b", "`", "\n", "\u001b") }),
  );
  fc.assert(
    fc.property(text, (input) => {
      const whole = escapeUntrusted(input, 10_000);
      expect(unescape(whole)).toBe(input);
      expect(whole).not.toMatch(/[\p{C}\u2028\u2029`]/u);
      expect(escapeUntrusted(input, 40).length).toBeLessThanOrEqual(40);
    }),
    { seed, numRuns: depth(2000, 100_000) },
  );
});

// Written from the docstring alone.
function unescape(shown: string): string {
  const simple: Record<string, string> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };
  return shown.replaceAll(
    /\\(?:u\{([0-9a-f]+)\}|x([0-9a-f]{2})|(.))/gsu,
    (_all, long: string, short: string, one: string) =>
      one === undefined ? String.fromCodePoint(Number.parseInt(long ?? short, 16)) : (simple[one] ?? "?"),
  );
}
