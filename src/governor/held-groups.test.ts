// HeldGroups: the sums of what is held, whoever comes and goes, and never an end that is too early.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { HeldGroups } from "./held-groups.ts";
import { type Hold, Sums } from "./sums.ts";

const held = fc.record({
  memory: fc.nat(1000),
  cpu: fc.nat(1000),
  ends_at: fc.nat(5_000_000),
  stays: fc.boolean(),
});

function hold(id: string, { memory, cpu, ends_at }: Pick<Hold, "memory" | "cpu" | "ends_at">): Hold {
  return { id, principal: "p", lineage: id, memory, cpu, provider: null, ends_at, destinations: [] };
}

test("HeldGroups.told is the sum of what is held, in at most 16 groups, none of which ends too early", () => {
  fc.assert(
    fc.property(fc.array(held, { maxLength: 60 }), (all) => {
      const groups = new HeldGroups();
      const holds = all.map((one, at) => hold(`h${at}`, one));
      for (const one of holds) groups.add(one);
      for (const [at, one] of holds.entries()) if (all[at]?.stays === false) groups.remove(one);
      const left = holds.filter((_, at) => all[at]?.stays !== false);
      const told = groups.told();
      expect(told.length).toBeLessThanOrEqual(16);
      expect(groups.count).toBe(left.length);
      for (const name of ["memory", "cpu"] as const)
        expect(sumOf(told.map((group) => group[name]))).toBe(sumOf(left.map((one) => one[name])));
      expect(sumOf(told.map(({ count }) => count))).toBe(left.length);
      // By any time at least as much is still told to be held as is.
      for (const { ends_at } of left) {
        const still = sumOf(left.filter((one) => one.ends_at >= ends_at).map(({ memory }) => memory));
        const said = sumOf(told.filter((group) => group.ends_at > ends_at).map(({ memory }) => memory));
        expect(said).toBeGreaterThanOrEqual(still);
      }
    }),
    { seed, numRuns: depth(200, 20_000) },
  );
});

test("Sums.grouped tells few holds one by one and many together, and always those that count by themselves", () => {
  const sums = new Sums(1_000_000);
  sums.take(hold("writes", { memory: 1, cpu: 1, ends_at: 5 }));
  for (let at = 0; at < 15; at += 1)
    sums.take(hold(`h${at}`, { memory: 2, cpu: 3, ends_at: 10 }), [`/in/${at % 3}`]);
  expect(sums.grouped([])).toMatchObject({ groups: [], apart: { length: 16 } });
  sums.take(hold("h15", { memory: 2, cpu: 3, ends_at: 10 }), ["/in/0/deep", "/usr/lib"]);
  expect(sums.grouped([])).toEqual({
    apart: [sums.hold("writes")],
    groups: [{ count: 16, memory: 32, cpu: 48, ends_at: 60_000 }],
  });
  // A task that writes is told those by themselves that read there, or around it, or below it; the rest is the same sum.
  const told = (...writes: string[]): readonly [readonly string[], number] => {
    const { apart, groups } = sums.grouped(writes);
    return [apart.map(({ id }) => id), sumOf(groups.map(({ count }) => count))];
  };
  expect(told("/in/0")).toEqual([["writes", "h0", "h3", "h6", "h9", "h12", "h15"], 10]);
  expect(told("/in/0/deep/er")).toEqual([["writes", "h0", "h3", "h6", "h9", "h12", "h15"], 10]);
  expect(told("/in/00", "/usr")).toEqual([["writes", "h15"], 15]);
  expect(told("/in")[1]).toBe(0);
  expect(told("/out")).toEqual([["writes"], 16]);
  sums.drop("writes");
  sums.settle("h15", [], 0);
  expect(sums.grouped([]).apart.map(({ id }) => id)).toEqual(sums.holds().map(({ id }) => id));
  expect(sums.holds().length).toBe(15);
});

function sumOf(figures: readonly number[]): number {
  return figures.reduce((sum, one) => sum + one, 0);
}
