// P8: limits hold over sums. The projection agrees with a naive one that keeps every event for ever.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { BUCKET_MS } from "./settled-window.ts";
import { type DestinationAmounts, type Hold, Sums } from "./sums.ts";

const hosts = fc.constantFrom("a", "b");
const part: fc.Arbitrary<DestinationAmounts> = fc.record({
  host: hosts,
  external_calls: fc.nat(5),
  bytes_out: fc.nat(1000),
  tokens: fc.nat(1000),
  money: fc.nat(1000),
});
const step = fc.record({
  wait: fc.nat(30_000),
  principal: fc.constantFrom("p", "q"),
  destinations: fc.array(part, { maxLength: 2 }),
  settle: fc.option(fc.nat(9), { nil: null }),
  used: fc.array(part, { maxLength: 2 }),
});

interface Event {
  readonly keys: readonly string[];
  readonly at: number;
  readonly part: DestinationAmounts;
}

test("P8 Sums.window is held plus settled in the window, within one bucket, at every scope", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 120_000 }), (steps, window) => {
      // No more is kept than the window needs.
      const sums = new Sums(window);
      const settled: Event[] = [];
      let live: Hold[] = [];
      let now = 0;
      for (const [index, one] of steps.entries()) {
        now += one.wait;
        const hold = makeHold(`h${index}`, one.principal, one.destinations);
        sums.take(hold);
        live.push(hold);
        const ends = one.settle === null ? undefined : live[one.settle % live.length];
        if (ends !== undefined) {
          sums.settle(ends.id, one.used, now);
          live = live.filter((held) => held !== ends);
          for (const used of one.used)
            settled.push({ keys: keys(ends.principal, ends.lineage, used.host), at: now, part: used });
        }
        agree(sums, { live, settled }, window, now);
      }
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});

function agree(
  sums: Sums,
  { live, settled }: { readonly live: readonly Hold[]; readonly settled: readonly Event[] },
  window: number,
  now: number,
): void {
  for (const key of ["node|", "principal|p", "principal|q", "destination|a", "destination|b"]) {
    const [scope = "", name = ""] = key.split("|");
    const got = sums.window(scope as "node", name, window, now);
    const held = live.flatMap((hold) =>
      hold.destinations.filter((to) => keys(hold.principal, hold.lineage, to.host).includes(key)),
    );
    for (const amount of ["bytes_out", "tokens", "money"] as const) {
      const within = (slack: number): number =>
        total(
          settled
            .filter((event) => event.keys.includes(key) && event.at > now - window - slack)
            .map((event) => event.part),
          amount,
        );
      expect(got[amount]).toBeGreaterThanOrEqual(within(0) + total(held, amount));
      expect(got[amount]).toBeLessThanOrEqual(within(BUCKET_MS) + total(held, amount));
    }
  }
}

test("Sums.window says when the oldest part leaves, and it has left then", () => {
  const sums = new Sums(1_000_000_000);
  sums.take(makeHold("h", "p", []));
  sums.settle("h", [{ host: "a", external_calls: 2, bytes_out: 10, tokens: 3, money: 4 }], 25_000);
  const now = 31_000;
  const sum = sums.window("node", "", 60_000, now);
  expect(sum).toEqual({ external_calls: 2, bytes_out: 10, tokens: 3, money: 4, frees_in: 59_000 });
  expect(sums.window("node", "", 60_000, now + 58_999).external_calls).toBe(2);
  expect(sums.window("node", "", 60_000, now + 59_000).external_calls).toBe(0);
});

test("Sums takes and settles each hold once", () => {
  const sums = new Sums(1000);
  const hold = makeHold("h", "p", []);
  sums.take(hold);
  expect(() => sums.take(hold)).toThrow("a hold is taken once");
  sums.settle("h", [], 0);
  expect(() => sums.settle("h", [], 0)).toThrow("only a live hold is settled");
  expect(() => sums.drop("h")).toThrow("only a live hold is dropped");
});

function makeHold(id: string, principal: string, destinations: readonly DestinationAmounts[]): Hold {
  return { id, principal, lineage: id, memory: 1, cpu: 1, provider: null, ends_at: 0, destinations };
}

function keys(principal: string, lineage: string, host: string): readonly string[] {
  return ["node|", `principal|${principal}`, `lineage|${lineage}`, `destination|${host}`];
}

function total(parts: readonly DestinationAmounts[], amount: "bytes_out" | "tokens" | "money"): number {
  return parts.reduce((sum, one) => sum + one[amount], 0);
}
