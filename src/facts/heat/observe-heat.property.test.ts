// Heat over random sensors and random breakage: the hottest reading, or unmeasurable; never cooler for what is missing.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capturedTree } from "../../../test/captured-tree.ts";
import { depth, seed } from "../../../test/depth.ts";
import { HeatWatch, STUCK } from "./heat-watch.ts";
import { observeHeat } from "./observe-heat.ts";
import { type SensorReading, temperature } from "./sensor-reading.ts";
import { sensorRole } from "./sensor-role.ts";

const QUIET = { counts: new Map<string, number>(), now: null };
const runs = { seed, numRuns: depth(200, 5000) };

const sane = fc.integer({ min: 20_000, max: 100_000 });
const insane = fc.constantFrom(
  "-40000",
  "200000",
  "NaN",
  "",
  "0",
  "1e5",
  "999999999",
  "-999999",
  "\u0000",
  "٣",
);

function reading(name: string, at: number, text: string | null): SensorReading {
  const role = sensorRole(name);
  const milli = temperature(text);
  return { key: `k${at}`, sensor: `${name} ${at}`, role, group: role, milli, critical: null };
}

describe("observeHeat", () => {
  it("is the hottest of plausible readings whatever their number and order, and unmeasurable when one is not", () => {
    const readings = fc.array(fc.integer({ min: -300_000, max: 300_000 }), { maxLength: 8 });
    fc.assert(
      fc.property(readings, (values) => {
        const tree = Object.fromEntries(
          values.map((value, at) => [`sys/class/hwmon/hwmon${at}/temp1_input`, `${value}\n`]),
        );
        const sound = values.every((value) => value > -40_000 && value < 150_000 && value !== 0);
        const heat = observeHeat(capturedTree(tree), "linux");
        if (values.length === 0 || !sound) expect(heat.state).toBe("unmeasurable");
        else expect(heat).toMatchObject({ celsius_milli: Math.max(...values) });
      }),
      { seed, numRuns: depth(100, 2000) },
    );
  });
});

describe("HeatWatch", () => {
  it("is unmeasurable, with the sensor's name, once a sensor of a processor vanishes or talks nonsense", () => {
    const machine = fc.record({
      values: fc.array(sane, { minLength: 2, maxLength: 6 }),
      broken: fc.nat(),
      how: fc.oneof(insane, fc.constant(null), fc.constant("gone" as const)),
    });
    fc.assert(
      fc.property(machine, ({ values, broken, how }) => {
        const watch = new HeatWatch();
        const all = values.map((value, at) => reading("coretemp", at, String(value)));
        expect(watch.judge({ readings: all, throttle: QUIET }, 0)).toMatchObject({
          state: "measured",
          celsius_milli: Math.max(...values),
        });
        const at = broken % values.length;
        const later =
          how === "gone"
            ? all.filter((_, index) => index !== at)
            : all.map((one, index) => (index === at ? reading("coretemp", at, how) : one));
        const heat = watch.judge({ readings: later, throttle: QUIET }, 1000);
        expect(heat).toMatchObject({ state: "unmeasurable", left_out: [{ sensor: `coretemp ${at}` }] });
        expect(watch.judge({ readings: all, throttle: QUIET }, 2000)).toHaveProperty("state", "measured");
      }),
      runs,
    );
  });

  it("is unmeasurable when no sensor is left at all, however many looks that lasts", () => {
    const watch = new HeatWatch();
    watch.judge({ readings: [reading("coretemp", 0, "50000")], throttle: QUIET }, 0);
    for (let at = 1; at < 100; at += 1)
      expect(watch.judge({ readings: [], throttle: QUIET }, at)).toMatchObject({
        state: "unmeasurable",
        cause: "coretemp 0 vanished",
      });
  });

  it("is never cooler for a sensor of another kind that breaks", () => {
    const kinds = fc.constantFrom("nvme", "acpitz", "iwlwifi_1", "amdgpu", "BAT0", "x");
    fc.assert(
      fc.property(sane, kinds, sane, insane, (core, kind, other, text) => {
        const watch = new HeatWatch();
        const cpu = reading("coretemp", 0, String(core));
        watch.judge({ readings: [cpu, reading(kind, 1, String(other))], throttle: QUIET }, 0);
        const heat = watch.judge({ readings: [cpu, reading(kind, 1, text)], throttle: QUIET }, 1000);
        if (heat.state === "measured") expect(heat.celsius_milli).toBe(core);
        else expect(heat.state).toBe("unmeasurable");
        expect(heat).toMatchObject({ left_out: [{ sensor: `${kind} 1` }] });
        // Only what comes and goes by itself may break unpunished.
        if (heat.state === "measured") expect(["iwlwifi_1", "BAT0"]).toContain(kind);
      }),
      runs,
    );
  });

  it("finds a sensor that stands still while the rest of its processor moves, and forgives it when it moves again", () => {
    const watch = new HeatWatch();
    const look = (still: number, moving: number, now: number): ReturnType<HeatWatch["judge"]> => {
      const readings = [
        reading("coretemp", 0, String(still)),
        reading("coretemp", 1, String(moving)),
        reading("acpitz", 2, "27800"),
        reading("amdgpu", 3, "41000"),
      ];
      return watch.judge({ readings, throttle: QUIET }, now);
    };
    const step = STUCK.ms / STUCK.looks;
    for (let at = 0; at < STUCK.looks; at += 1) {
      const moving = 45_000 + (at % 30) * 1000;
      expect(look(50_000, moving, at * step)).toHaveProperty("state", "measured");
    }
    expect(look(50_000, 60_000, STUCK.ms)).toMatchObject({
      state: "unmeasurable",
      cause: "coretemp 0 has not changed while others did",
    });
    expect(look(51_000, 60_000, STUCK.ms + 1000)).toHaveProperty("state", "measured");
  });

  it("does not take a quiet processor for a stuck one", () => {
    const watch = new HeatWatch();
    for (let at = 0; at < 500; at += 1) {
      const readings = [
        reading("coretemp", 0, "50000"),
        reading("coretemp", 1, String(48_000 + (at % 3) * 1000)),
      ];
      expect(watch.judge({ readings, throttle: QUIET }, at * 10_000)).toHaveProperty("state", "measured");
    }
  });
});
