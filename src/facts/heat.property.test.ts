// Heat over random sensors: the hottest plausible reading, or unmeasurable.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import { depth, seed } from "../../test/depth.ts";
import { observeHeat } from "./heat.ts";

describe("observeHeat", () => {
  it("is the maximum of the plausible readings, whatever their number and order", () => {
    const readings = fc.array(fc.integer({ min: -300_000, max: 300_000 }), { maxLength: 8 });
    fc.assert(
      fc.property(readings, (values) => {
        const tree = Object.fromEntries(
          values.map((value, at) => [`sys/class/hwmon/hwmon${at}/temp1_input`, `${value}\n`]),
        );
        const plausible = values.filter((value) => value > -40_000 && value < 150_000 && value !== 0);
        const heat = observeHeat(capturedTree(tree), "linux");
        if (plausible.length === 0) expect(heat.state).toBe("unmeasurable");
        else expect(heat).toMatchObject({ celsius_milli: Math.max(...plausible) });
      }),
      { seed, numRuns: depth(100, 2000) },
    );
  });
});
