// The forecast against its differential equation, solved in small steps, and what must hold of it everywhere.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import type { HeatForecast } from "./facts.ts";
import { type HeatLoad, type HeatState, hottestWhile, passesIn } from "./heat-forecast.ts";

const runs = { seed, numRuns: depth(300, 20_000) };
const forecast: fc.Arbitrary<HeatForecast> = fc.record({
  samples: fc.constantFrom(0, 8, 64),
  base_milli: fc.integer({ min: 10_000, max: 70_000 }),
  rise_milli: fc.integer({ min: 0, max: 20_000 }),
  tau: fc.integer({ min: 1000, max: 1_800_000 }),
  error_milli: fc.integer({ min: 0, max: 5000 }),
});
const state: fc.Arbitrary<HeatState> = fc.record({
  now: fc.integer({ min: 10_000, max: 110_000 }),
  forecast,
  cores: fc.constantFrom(0, 1000, 4000, 64_000),
});
const load: fc.Arbitrary<HeatLoad> = fc.record({
  cpu: fc.integer({ min: 1, max: 4000 }),
  ends_in: fc.integer({ min: 1, max: 3_600_000 }),
});
const holds = fc.array(load, { maxLength: 5 });
const ask = fc.record({
  cpu: fc.integer({ min: 1, max: 8000 }),
  time: fc.integer({ min: 1, max: 3_600_000 }),
});

describe("hottestWhile", () => {
  it("is the hottest point of dT/dt = (T∞ − T)/τ", () => {
    const known = state.filter((one) => one.forecast.samples > 0);
    fc.assert(
      fc.property(known, holds, ask, (from, held, asked) => {
        const { base_milli, rise_milli, tau, error_milli } = from.forecast;
        const cores = held.reduce((sum, { cpu }) => sum + cpu, asked.cpu) / 1000;
        const settles = base_milli + rise_milli * cores + error_milli;
        const steps = 2000;
        let at = from.now;
        let hottest = at;
        for (let step = 0; step < steps; step += 1) {
          // The trapezoidal rule, whose error falls with the square of the step.
          const share = Math.min(asked.time, 40 * tau) / steps / tau / 2;
          at = (at * (1 - share) + 2 * share * settles) / (1 + share);
          hottest = Math.max(hottest, at);
        }
        expect(Math.abs(hottestWhile(from, held, asked) - hottest)).toBeLessThan(
          20 + Math.abs(settles - from.now) / 1000,
        );
      }),
      { ...runs, numRuns: depth(100, 2000) },
    );
  });

  it("is never below what is measured, nor lower when more cores or time are asked or more is held", () => {
    fc.assert(
      fc.property(state, holds, load, ask, ask, (from, held, more, one, other) => {
        const low = { cpu: Math.min(one.cpu, other.cpu), time: Math.min(one.time, other.time) };
        const high = { cpu: Math.max(one.cpu, other.cpu), time: Math.max(one.time, other.time) };
        const hottest = hottestWhile(from, held, low);
        expect(hottest).toBeGreaterThanOrEqual(from.now);
        expect(hottestWhile(from, held, high)).toBeGreaterThanOrEqual(hottest);
        expect(hottestWhile(from, [...held, more], low)).toBeGreaterThanOrEqual(hottest);
      }),
      runs,
    );
  });

  it("knows nothing better than a hot start: a fit of many samples never forecasts below its own base", () => {
    fc.assert(
      fc.property(state, ask, (from, asked) => {
        const settled = { ...asked, time: 100 * from.forecast.tau };
        if (from.forecast.samples > 0)
          expect(hottestWhile(from, [], settled)).toBeGreaterThanOrEqual(from.forecast.base_milli);
      }),
      runs,
    );
  });
});

describe("passesIn", () => {
  it("is 0 exactly when the task passes now, and null or a time at which it does", () => {
    const limit = fc.integer({ min: 30_000, max: 100_000 });
    let timed = 0;
    fc.assert(
      fc.property(state, holds, ask, limit, (from, held, asked, most) => {
        const wait = passesIn(from, held, asked, most);
        expect(wait === 0).toBe(hottestWhile(from, held, asked) <= most);
        if (wait === null || wait === 0) return;
        timed += 1;
        expect(Number.isSafeInteger(wait)).toBe(true);
        expect(hottestWhile(laterOn(from, held, wait), heldAt(held, wait), asked)).toBeLessThanOrEqual(most);
      }),
      runs,
    );
    expect(timed).toBeGreaterThan(10);
  });
});

function heldAt(held: readonly HeatLoad[], wait: number): readonly HeatLoad[] {
  return held
    .filter(({ ends_in }) => ends_in > wait)
    .map(({ cpu, ends_in }) => ({ cpu, ends_in: ends_in - wait }));
}

/** The node `wait` ms later, worked out stretch by stretch between the ends of holds. */
function laterOn(from: HeatState, held: readonly HeatLoad[], wait: number): HeatState {
  const { samples, base_milli, rise_milli, tau, error_milli } = from.forecast;
  const ends = held.map(({ ends_in }) => ends_in).filter((end) => end < wait);
  let at = 0;
  let { now } = from;
  for (const until of [...ends, wait].sort((one, other) => one - other)) {
    const running = held.filter(({ ends_in }) => ends_in > at);
    const cpu = running.reduce((sum, one) => sum + one.cpu, 0);
    const assumed = from.cores === 0 ? 40_000 : (40_000 * cpu) / from.cores;
    const rise = running.length === 0 ? Math.min(assumed, 10_000) : assumed;
    const settles = samples === 0 ? from.now + rise : base_milli + (rise_milli * cpu) / 1000 + error_milli;
    now = settles + (now - settles) * Math.exp(-(until - at) / tau);
    at = until;
  }
  return { ...from, now: Math.floor(now) };
}
