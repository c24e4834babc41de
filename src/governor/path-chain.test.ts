// pathChain: places overlap exactly where one chain begins with the other, and no chain says a name.
import { expect, test } from "vitest";
import { isWithin } from "../names/path.ts";
import { nameHash } from "./name-hash.ts";
import { pathChain, pathChains } from "./path-chain.ts";

const names = nameHash(Buffer.alloc(32, 1));
const PATHS = ["/", "/a", "/a/b", "/ab", "/b/a", "/a/b/c"];

test("pathChain of one path begins that of another exactly when that lies within it", () => {
  for (const outer of PATHS) {
    for (const inner of PATHS) {
      const begins = pathChain(outer, names).every((hash, at) => pathChain(inner, names)[at] === hash);
      expect([outer, inner, begins]).toEqual([outer, inner, isWithin(outer, inner)]);
    }
  }
  expect(pathChain("/a/b", names)).toHaveLength(3);
  expect(pathChain("/a", names).join("")).toMatch(/^[0-9a-f]{128}$/);
});

test("pathChains of too many are the folder around them all", () => {
  const few = ["/w/a", "/w/b"];
  expect(pathChains(few, names)).toEqual(few.map((path) => pathChain(path, names)));
  const many = Array.from({ length: 1100 }, (_, at) => `/w/a/b/${at}`);
  expect(pathChains(many, names)).toEqual([pathChain("/w/a/b", names)]);
  expect(
    pathChains(
      Array.from({ length: 1100 }, () => "/w/a/b"),
      names,
    ),
  ).toEqual([pathChain("/w/a/b", names)]);
  expect(pathChains([...many, "/"], names)).toEqual([pathChain("/", names)]);
});
