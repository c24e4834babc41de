// The limit of a share against tables of Clopper and Pearson's interval, and at its ends.
import { expect, test } from "vitest";
import { upperShare } from "./upper-share.ts";

// To four digits, from sums of whole binomial terms in another language.
test.each([
  [0, 1, 0.95],
  [0, 29, 0.0981],
  [0, 119, 0.0249],
  [1, 20, 0.2161],
  [5, 50, 0.1988],
  [50, 100, 0.5864],
])("upperShare of %i of %i is %d", (seen, of, limit) => {
  expect(upperShare(seen, of)).toBeCloseTo(limit, 4);
});

test("upperShare of all is all, of very many is near what was seen, and of nonsense is a fault", () => {
  expect(upperShare(7, 7)).toBe(1);
  expect(upperShare(5_000, 100_000)).toBeGreaterThan(0.05);
  expect(upperShare(5_000, 100_000)).toBeLessThan(0.0515);
  expect(upperShare(0, 10_000_000)).toBeCloseTo(-Math.log(0.05) / 1e7, 9);
  for (const [seen, of] of [
    [0, 0],
    [-1, 3],
    [4, 3],
    [0, Number.NaN],
  ] as const)
    expect(() => upperShare(seen, of)).toThrow("share");
});
