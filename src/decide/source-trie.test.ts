// The trie of sources against names/path.ts over every source, and known answers.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { isWithin, overlapsPath, patternBase } from "../names/path.ts";
import type { Source } from "../spec/spec.ts";
import { buildSourceTrie, NOTHING } from "./source-trie.ts";

const LADDER = ["public", "internal", "secret"];
const path = fc
  .array(fc.constantFrom("a", "b", "ab"), { maxLength: 4 })
  .map((parts) => `/${parts.join("/")}`);
const source: fc.Arbitrary<Source> = fc.record({
  path: fc.tuple(path, fc.boolean()).map(([base, deep]) => (deep ? `${base === "/" ? "" : base}/**` : base)),
  label: fc.constantFrom(...LADDER),
  trust: fc.constantFrom("trusted", "untrusted"),
});

test("buildSourceTrie finds what a scan of all sources finds", () => {
  const property = fc.property(fc.array(source, { maxLength: 6 }), path, (sources, grant) => {
    const trie = buildSourceTrie(sources, (label) => LADDER.indexOf(label));
    const expected = (some: readonly Source[]) => ({
      rank: Math.max(-1, ...some.map(({ label }) => LADDER.indexOf(label))),
      untrusted: some.some(({ trust }) => trust === "untrusted"),
    });
    expect(trie.overlapping(grant)).toEqual(expected(sources.filter((one) => overlapsPath(one.path, grant))));
    const covering = sources.filter((one) => isWithin(patternBase(one.path), grant));
    expect(trie.covering(grant)).toEqual(expected(covering));
    const bases = sources.map((one) => patternBase(one.path));
    const inside = bases.filter((base) => base !== grant && isWithin(grant, base));
    expect(trie.inside(grant)).toEqual([...new Set(inside)].sort());
  });
  fc.assert(property, { seed, numRuns: depth(1000, 20_000) });
});

test("buildSourceTrie without sources finds nothing", () => {
  const trie = buildSourceTrie([], () => 0);
  expect([trie.overlapping("/a"), trie.covering("/"), trie.inside("/")]).toEqual([NOTHING, NOTHING, []]);
});

test("an untrusted source of the least label is found", () => {
  const trie = buildSourceTrie([{ path: "/m/**", label: "public", trust: "untrusted" }], () => 0);
  expect(trie.overlapping("/m/x/y")).toEqual({ rank: 0, untrusted: true });
  expect(trie.covering("/m/x/y")).toEqual({ rank: 0, untrusted: true });
  expect(trie.overlapping("/n")).toEqual(NOTHING);
});
