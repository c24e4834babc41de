// Known answers for host patterns: canonical form, matching and inclusion, each at the label boundary.
import { expect, test } from "vitest";
import { canonicalHostPattern, coversPattern, isWildcard, matchesHost } from "./host-pattern.ts";

const LONG = `${"a".repeat(63)}.${"a".repeat(63)}.${"a".repeat(63)}`;

test.each([
  ["Example.COM.", "example.com"],
  ["*.Example.COM.", "*.example.com"],
  ["*.com", "*.com"],
  ["*.bücher.de", "*.xn--bcher-kva.de"],
  ["127.0.0.1", "127.0.0.1"],
  ["[::1]", "::1"],
  [`*.${LONG}.${"a".repeat(48)}`, `*.${LONG}.${"a".repeat(48)}`],
])("canonicalHostPattern reads %j as %j", (text, pattern) => {
  expect(canonicalHostPattern(text)).toEqual({ ok: true, value: pattern });
});

test.each([
  ["*", "bad_wildcard", "a wildcard that is not one leading `*.`"],
  ["*example.com", "bad_wildcard", "a wildcard that is not one leading `*.`"],
  ["a.*.com", "bad_wildcard", "a wildcard that is not one leading `*.`"],
  ["*.*.com", "bad_wildcard", "a wildcard that is not one leading `*.`"],
  ["*.a*", "bad_wildcard", "a wildcard that is not one leading `*.`"],
  ["*.127.0.0.1", "bad_wildcard", "a wildcard over an address"],
  ["*.[::1]", "bad_wildcard", "a wildcard over an address"],
  [`*.${LONG}.${"a".repeat(49)}`, "bad_wildcard", "a wildcard suffix longer than 240 characters"],
  ["*.", "empty", "no host"],
  ["*..com", "empty_label", "an empty label in the host"],
  ["a..b", "empty_label", "an empty label in the host"],
])("canonicalHostPattern refuses %j: %s", (text, code, detail) => {
  expect(canonicalHostPattern(text)).toMatchObject({ ok: false, error: { code, detail } });
});

test("canonicalHostPattern hints at the two forms", () => {
  const hint = "write one exact host, or `*.suffix` with the star as the first label";
  expect(canonicalHostPattern("*")).toMatchObject({ error: { hint } });
});

test.each([
  ["a.org", "a.org", true],
  ["a.org", "x.a.org", false],
  ["a.org", "ba.org", false],
  ["*.a.org", "x.a.org", true],
  ["*.a.org", "x.y.a.org", true],
  ["*.a.org", "a.org", false],
  ["*.a.org", ".a.org", false],
  ["*.a.org", "xa.org", false],
  ["*.a.org", "x.a.org.evil", false],
  ["*.0.0.1", "10.0.0.1", true],
])("matchesHost(%j, %j) is %s", (pattern, host, expected) => {
  expect(matchesHost(pattern, host)).toBe(expected);
});

test.each([
  ["a.org", "a.org", true],
  ["a.org", "*.a.org", false],
  ["*.a.org", "*.a.org", true],
  ["*.org", "*.a.org", true],
  ["*.a.org", "*.org", false],
  ["*.a.org", "x.a.org", true],
  ["*.a.org", "a.org", false],
  ["*.a.org", "*.ba.org", false],
  ["a.org", "b.org", false],
])("coversPattern(%j, %j) is %s", (outer, inner, expected) => {
  expect(coversPattern(outer, inner)).toBe(expected);
});

test("isWildcard tells the two forms apart", () => {
  expect(isWildcard("*.a")).toBe(true);
  expect(isWildcard("a")).toBe(false);
});
