// Known answers for path prefixes at segment boundaries.
import { expect, test } from "vitest";
import { intersectPathPrefixes, matchesPathPrefix } from "./path-prefix.ts";

test.each([
  ["/", "/", true],
  ["/", "/a/b", true],
  ["/v1", "/v1", true],
  ["/v1", "/v1/", true],
  ["/v1", "/v1/chat", true],
  ["/v1", "/v1beta", false],
  ["/v1", "/v", false],
  ["/v1", "/x/v1", false],
  ["/v1/", "/v1/chat", true],
  ["/v1/", "/v1/", true],
  ["/v1/", "/v1", false],
])("matchesPathPrefix(%j, %j) is %s", (prefix, path, expected) => {
  expect(matchesPathPrefix(prefix, path)).toBe(expected);
});

test.each([
  [["/"], ["/v1"], ["/v1"]],
  [["/v1"], ["/"], ["/v1"]],
  [["/v1/"], ["/v1"], ["/v1/"]],
  [["/v1"], ["/v2"], []],
  [
    ["/v1", "/v2"],
    ["/v2", "/v1"],
    ["/v1", "/v2"],
  ],
  [["/", "/a"], ["/a", "/a/b"], ["/a"]],
  [["/a/b", "/a/c"], ["/a"], ["/a/b", "/a/c"]],
  [[], ["/"], []],
  [["/"], [], []],
  [["/b", "/a"], ["/"], ["/a", "/b"]],
])("intersectPathPrefixes(%j, %j) is %j", (left, right, expected) => {
  expect(intersectPathPrefixes(left, right)).toEqual(expected);
});
