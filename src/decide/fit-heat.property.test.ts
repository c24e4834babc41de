// The fit against nodes whose warming is known: near the truth and rarely below it, whatever noise and outliers; conservative
// until there are samples enough.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { fitHeat, HEAT_SAMPLES_MIN, type HeatSample } from "./fit-heat.ts";
import { ASSUMED_HEAT, hottestWhile } from "./heat-forecast.ts";

interface Truth {
  readonly base: number;
  /** A core. */
  readonly rise: number;
  readonly tau: number;
  readonly cores: number;
}

const truth: fc.Arbitrary<Truth> = fc.record({
  base: fc.integer({ min: 25_000, max: 55_000 }),
  rise: fc.integer({ min: 500, max: 12_000 }),
  tau: fc.integer({ min: 12_000, max: 900_000 }),
  cores: fc.constantFrom(2, 4, 8),
});

/** Random loads and times, ± 1 C of noise, one reading in twelve far off. */
function samplesOf(node: Truth, draws: readonly (readonly number[])[]): readonly HeatSample[] {
  let now = node.base;
  return draws.map(([a = 0, b = 0, c = 0, d = 0, e = 0]) => {
    const load = Math.round(a * node.cores * 1000);
    const wall = Math.round(1000 * Math.exp(b * Math.log(1800)));
    // Some start right after one another, some after the node cooled.
    const from = c < 0.5 ? node.base : now;
    const settles = node.base + (node.rise * load) / 1000;
    now = settles - (settles - from) * Math.exp(-wall / node.tau);
    const noise = e < 1 / 12 ? (e * 12 - 0.5) * 60_000 : (d - 0.5) * 2000;
    return { from: Math.round(from), to: Math.round(now + noise), load, wall };
  });
}

const unit = fc.double({ min: 0, max: 1, noNaN: true });

/** Even draws from a seed (mulberry32): what is drawn is to be a node's life, not a corner of it. */
const draws = (count: number): fc.Arbitrary<number[][]> =>
  fc.noShrink(fc.nat({ max: 2 ** 31 - 1 })).map((first) => {
    let state = first;
    const next = (): number => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
    return Array.from({ length: count }, () => Array.from({ length: 5 }, next));
  });

describe("fitHeat", () => {
  it("forecasts a node of noise and outliers within a few degrees, seldom below", () => {
    let forecasts = 0;
    let below = 0;
    let above = 0;
    const ask = fc.record({ share: unit, time: fc.integer({ min: 1000, max: 1_800_000 }) });
    fc.assert(
      fc.property(truth, draws(48), ask, (node, drawn, { share, time }) => {
        const cores = node.cores * 1000;
        const forecast = fitHeat(samplesOf(node, drawn), cores);
        const cpu = Math.max(1, Math.round(share * cores));
        const told = hottestWhile({ now: node.base, forecast, cores }, [], { cpu, time });
        const settles = node.base + (node.rise * cpu) / 1000;
        const real = settles - (settles - node.base) * Math.exp(-time / node.tau);
        forecasts += 1;
        if (told < real) below += 1;
        if (told > real + 10_000) above += 1;
        // Never far below, whatever was drawn.
        expect(told).toBeGreaterThan(real - 6000);
      }),
      { seed, numRuns: depth(300, 5000) },
    );
    console.log(`forecasts: ${forecasts}, below the truth ${below}, over 10 C above it ${above}`);
    expect(below / forecasts).toBeLessThan(0.1);
    expect(above / forecasts).toBeLessThan(0.15);
  });

  it("assumes what it cannot know yet, and never rises backwards", () => {
    const anything = fc.record({
      from: fc.integer({ min: -40_000, max: 150_000 }),
      to: fc.integer({ min: -40_000, max: 150_000 }),
      load: fc.integer({ min: 0, max: 1_000_000 }),
      wall: fc.integer({ min: 0, max: 100_000_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(anything, { maxLength: 70 }),
        fc.constantFrom(0, 1000, 64_000),
        (samples, cores) => {
          const fitted = fitHeat(samples, cores);
          const sound = samples.filter(({ wall }) => wall >= 1000).length;
          expect(fitted.samples).toBe(sound < HEAT_SAMPLES_MIN ? 0 : sound);
          expect(fitted.rise_milli).toBeGreaterThanOrEqual(0);
          expect(fitted.error_milli).toBeGreaterThanOrEqual(0);
          for (const figure of Object.values(fitted)) expect(Number.isSafeInteger(figure)).toBe(true);
          expect(fitHeat(samples, cores)).toEqual(fitted);
        },
      ),
      { seed, numRuns: depth(200, 5000) },
    );
  });

  it("keeps to the assumed rise where every sample had the same load", () => {
    const flat = Array.from({ length: 20 }, () => ({ from: 40_000, to: 50_000, load: 1000, wall: 600_000 }));
    const { base_milli, rise_milli, error_milli } = fitHeat(flat, 4000);
    // One core settles at 50 C, whichever part of it is base.
    expect(Math.abs(base_milli + rise_milli - 50_000)).toBeLessThan(25_000);
    expect(base_milli + rise_milli).toBeGreaterThanOrEqual(50_000);
    // Three more cores are at least what is assumed of them.
    expect(rise_milli).toBeGreaterThanOrEqual(ASSUMED_HEAT.rise_milli / 4);
    expect(error_milli).toBe(500);
  });

  it("takes no sample that is no figure", () => {
    const bad = [
      { from: Number.NaN, to: 1, load: 1, wall: 5000 },
      { from: 1, to: Number.POSITIVE_INFINITY, load: 1, wall: 5000 },
      { from: 1, to: 1, load: -1, wall: 5000 },
      { from: 1, to: 1, load: 1, wall: 999 },
    ];
    const many = Array.from({ length: 40 }, (_, at) => bad[at % 4]).filter((one) => one !== undefined);
    expect(fitHeat(many, 4000).samples).toBe(0);
  });
});
