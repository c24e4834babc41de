// Quantile sketch against sorted amounts, and at its ends.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { QuantileSketch } from "./quantile-sketch.ts";

const amount = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 100 }), fc.maxSafeNat());

test("QuantileSketch is never under the sorted amount, and at most a sixteenth over it", () => {
  fc.assert(
    fc.property(
      fc.array(amount, { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (amounts, share) => {
        const sketch = new QuantileSketch();
        for (const one of amounts) sketch.add(one);
        const sorted = amounts.toSorted((left, right) => left - right);
        const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
        const found = sketch.quantile(share) ?? -1;
        expect(found).toBeGreaterThanOrEqual(exact);
        expect(found).toBeLessThanOrEqual(exact * (1 + 1 / 16) + 1);
      },
    ),
    { seed, numRuns: depth(200, 20_000) },
  );
});

test("QuantileSketch of nothing has no quantile, and takes nothing but whole amounts", () => {
  const sketch = new QuantileSketch();
  expect(sketch.quantile(0.5)).toBeNull();
  for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => sketch.add(wrong)).toThrow("whole");
  sketch.add(Number.MAX_SAFE_INTEGER);
  expect(sketch.quantile(1)).toBe(Number.MAX_SAFE_INTEGER);
});
