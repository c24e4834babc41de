// Known answers for file paths and the patterns of sources.
import { expect, test } from "vitest";
import {
  canonicalPath,
  canonicalPathPattern,
  coversPath,
  isDeepPattern,
  isWithin,
  overlapsPath,
  patternBase,
} from "./path.ts";

const DEEP = `/${"a/".repeat(2046)}ab`;

test.each([
  ["/a/b", "/x", "/a/b"],
  ["b", "/x", "/x/b"],
  ["./b/", "/x", "/x/b"],
  ["../b", "/x/y", "/x/b"],
  ["../../../b", "/x", "/b"],
  ["/a/./b/../c//d/", "/x", "/a/c/d"],
  ["/", "/x", "/"],
  ["..", "/", "/"],
  ["b", "/", "/b"],
  ["a~b", "/x", "/x/a~b"],
  ["/a/~", "/x", "/a/~"],
  ["a*b", "/x", "/x/a*b"],
  ["...", "/x", "/x/..."],
  ["/ü b", "/", "/ü b"],
  [`/${"a".repeat(255)}`, "/", `/${"a".repeat(255)}`],
  [DEEP, "/", DEEP],
])("canonicalPath(%j, %j) is %j", (text, directory, expected) => {
  expect(canonicalPath(text, directory)).toEqual({ ok: true, value: expected });
});

test.each([
  ["", "empty", "no path", "name a path"],
  ["~", "home_shorthand", "`~` in a path: a service's home is another's", "write the absolute path"],
  ["~/a", "home_shorthand", "`~` in a path: a service's home is another's", "write the absolute path"],
  ["~me/a", "home_shorthand", "`~` in a path: a service's home is another's", "write the absolute path"],
  ["a\u0000b", "control_character", "a control character in the path", "rename the file"],
  ["a\nb", "control_character", "a control character in the path", "rename the file"],
  ["a\u001f", "control_character", "a control character in the path", "rename the file"],
  ["a\u007f", "control_character", "a control character in the path", "rename the file"],
  ["a\u009f", "control_character", "a control character in the path", "rename the file"],
  ["a\ud800", "bad_character", "malformed Unicode in the path", "rename the file"],
  [`${DEEP}c`, "too_long", "a path of 4096 bytes: limit is 4095", "shorten the path"],
  [`/${"a".repeat(256)}`, "too_long", "a path component over 255 bytes", "shorten the component"],
  [`/${"ü".repeat(128)}`, "too_long", "a path component over 255 bytes", "shorten the component"],
])("canonicalPath refuses %j: %s", (text, code, detail, hint) => {
  expect(canonicalPath(text, "/")).toEqual({ ok: false, error: { code, detail, hint } });
});

test.each([
  ["/a/b", "/a/b"],
  ["/a/b/**", "/a/b/**"],
  ["/a/../b/**", "/b/**"],
  ["/a/", "/a"],
  ["/**", "/**"],
  ["/a/..", "/"],
  ["/a/../**", "/**"],
])("canonicalPathPattern reads %j as %j", (text, expected) => {
  expect(canonicalPathPattern(text)).toEqual({ ok: true, value: expected });
});

test.each([
  ["", "empty"],
  ["a/**", "not_absolute"],
  ["a", "not_absolute"],
  ["~/a/**", "home_shorthand"],
  ["/a/*", "bad_glob"],
  ["/a/**/b", "bad_glob"],
  ["/a**", "bad_glob"],
  ["/**/**", "bad_glob"],
  ["/a?", "bad_glob"],
  ["/a[b]", "bad_glob"],
  ["/a]", "bad_glob"],
  ["**", "bad_glob"],
  ["/a\u0000/**", "control_character"],
  [`/${"a".repeat(256)}/**`, "too_long"],
])("canonicalPathPattern refuses %j: %s", (text, code) => {
  const pattern = canonicalPathPattern(text);
  expect(pattern.ok ? pattern.value : pattern.error.code).toBe(code);
});

test("canonicalPathPattern says what it takes", () => {
  const glob = {
    detail: "a wildcard that is not a final `/**`",
    hint: "write a path, or `path/**` for all below it",
  };
  expect(canonicalPathPattern("/a/*")).toMatchObject({ error: glob });
  const absolute = { detail: "a path that is not absolute", hint: "start it with `/`" };
  expect(canonicalPathPattern("a")).toMatchObject({ error: absolute });
});

test.each([
  ["/", "/a", true],
  ["/a", "/a", true],
  ["/a", "/a/b", true],
  ["/a", "/ab", false],
  ["/a/b", "/a", false],
])("isWithin(%j, %j) is %s", (folder, path, expected) => {
  expect(isWithin(folder, path)).toBe(expected);
});

test.each([
  ["/a", "/a", false],
  ["/a/**", "/a", true],
  ["/**", "/", true],
])("patternBase(%j) is %j", (pattern, base, deep) => {
  expect(patternBase(pattern)).toBe(base);
  expect(isDeepPattern(pattern)).toBe(deep);
});

test.each([
  ["/a/**", "/a", true, true],
  ["/a/**", "/a/b/c", true, true],
  ["/a/**", "/ab", false, false],
  ["/a/**", "/", false, true],
  ["/a/b/**", "/a", false, true],
  ["/a/b/**", "/c", false, false],
  ["/**", "/a", true, true],
  ["/a", "/a", true, true],
  ["/a", "/a/b", false, true],
  ["/a/b", "/a", false, true],
  ["/a", "/b", false, false],
])("coversPath and overlapsPath of %j and %j are %s and %s", (pattern, path, covers, overlaps) => {
  expect(coversPath(pattern, path)).toBe(covers);
  expect(overlapsPath(pattern, path)).toBe(overlaps);
});
