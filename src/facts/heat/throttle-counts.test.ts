// Throttle counters and what a rise of them does to the fact.
import { expect, it } from "vitest";
import { capturedTree, type Tree } from "../../../test/captured-tree.ts";
import { HEAT_MACHINES } from "../../../test/heat-machines.ts";
import { THROTTLED_MS } from "../../decide/check-heat.ts";
import { HeatWatch } from "./heat-watch.ts";
import { temperature } from "./sensor-reading.ts";
import { throttleCounts } from "./throttle-counts.ts";

const countsOf = (tree: Tree): ReturnType<typeof throttleCounts> => throttleCounts(capturedTree(tree));

it("throttleCounts reads each processor's counters, and no counter where there is none", () => {
  const { counts, now } = countsOf(HEAT_MACHINES.intelServer);
  expect([counts.size, counts.get("cpu7 package"), counts.get("cpu0 core"), now]).toEqual([16, 3, 0, null]);
  expect(countsOf(HEAT_MACHINES.amdDesktop).counts.size).toBe(0);
  const bad = { "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": "-3\n" };
  expect(countsOf(bad).counts.size).toBe(0);
});

it.each([
  ["50000", null],
  ["0x50005", "soc:firmware"],
  ["8", "soc:firmware"],
  ["1", null],
  ["zzz", null],
  ["", null],
])("throttleCounts reads the firmware's word %j", (word, expected) => {
  const tree = { "sys/devices/platform/soc/soc:firmware/get_throttled": `${word}\n` };
  expect(countsOf(tree).now).toBe(expected);
});

it("HeatWatch tells of throttling from a rise on, for as long as its bound, and not at the first look", () => {
  const watch = new HeatWatch();
  const readings = [
    {
      key: "a",
      sensor: "coretemp",
      role: "processor" as const,
      group: "g",
      milli: temperature("50000"),
      critical: null,
    },
  ];
  const look = (count: number, at: number): unknown =>
    watch.judge({ readings, throttle: { counts: new Map([["cpu3 package", count]]), now: null } }, at);
  expect(look(40, 0)).not.toHaveProperty("throttled");
  expect(look(41, 1000)).toHaveProperty("throttled", { by: "cpu3 package", ago: 0 });
  expect(look(41, 1000 + THROTTLED_MS - 1)).toHaveProperty("throttled.ago", THROTTLED_MS - 1);
  expect(look(41, 1000 + THROTTLED_MS)).not.toHaveProperty("throttled");
  // A counter that starts again from zero (a reboot of a core) is no rise.
  expect(look(0, 20_000)).not.toHaveProperty("throttled");
});
