// Tests of the table of windows against a naive one: order, each pair once, what many share left out, look-ups.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { firstEntry, gramEntries, gramTable, mayHold } from "./gram-table.ts";

/** Keys that meet often, in all of their digits; with sequences that rise. */
const pairs = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 2047, 2048, 0x3f_ffff, 0x40_0000, 0xffff_ffff), fc.nat(30)), {
    maxLength: 80,
  })
  .map((some) => some.toSorted(([, one], [, other]) => one - other));

test("gramEntries gives each pair once, by key and sequence, without the keys that too many owners have", () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: 1, max: 9 }), (some, most) => {
      const ownerOf = (sequence: number): number => sequence >> 1;
      const { keys, sequences } = gramEntries(Uint32Array.from(some.flat()), ownerOf, most);
      const naive = some
        .filter(([key]) => new Set(some.filter(([k]) => k === key).map(([, s]) => ownerOf(s))).size <= most)
        .map(([key, sequence]) => key * 64 + sequence);
      const expected = [...new Set(naive)].toSorted((one, other) => one - other);
      expect([...keys].map((key, at) => key * 64 + (sequences[at] ?? 0))).toEqual(expected);
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});

test("firstEntry finds each key at its first entry and no other, and mayHold denies none that is there", () => {
  fc.assert(
    fc.property(pairs, fc.array(fc.integer({ min: 0, max: 0xffff_ffff })), (some, others) => {
      const table = gramTable(gramEntries(Uint32Array.from(some.flat()), (owner) => owner, 1000));
      for (const key of [...some.map(([each]) => each), ...others]) {
        expect(firstEntry(table, key)).toBe(table.keys.indexOf(key));
        if (table.keys.includes(key)) expect(mayHold(table.bits, table.shift, key)).toBe(true);
      }
    }),
    { seed, numRuns: depth(200, 10_000) },
  );
});
