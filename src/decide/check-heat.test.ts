// Known answers of heat: what a temperature, a critical point, throttling, a level and a forecast lead to, and what is
// offered instead.
import { describe, expect, test } from "vitest";
import { answer, decided, onlyFailure, passes, specWith } from "../../test/decision-cases.ts";
import { baseTask, hold } from "../../test/decision-fixtures.ts";
import type { HeatForecast, MeasuredHeat, NodeFacts } from "./facts.ts";

const heat = (change: Partial<MeasuredHeat>): Partial<NodeFacts> => ({
  heat: { state: "measured", celsius_milli: 50_000, sensor: "cpu", ...change },
});

/** 40 C idle, 10 C a core, a minute. */
const fitted: HeatForecast = {
  samples: 20,
  base_milli: 40_000,
  rise_milli: 10_000,
  tau: 60_000,
  error_milli: 0,
};
const LONG = 1_800_000;

describe("decide, check-heat: heat_high", () => {
  test("a sensor within the margin of its own critical point", () => {
    const drive = (celsius_milli: number): Partial<NodeFacts> =>
      heat({ critical: { sensor: "nvme Composite", celsius_milli, limit_milli: 70_000 } });
    const finding = onlyFailure({ node: drive(65_001) });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "heat_high",
      65_001,
      65_000,
      "celsius_milli",
      "node.heat.critical",
      true,
    ]);
    expect(finding.evidence).toEqual(["nvme Composite"]);
    passes({ node: drive(65_000) });
  });
  test("a processor that was throttled, until ten seconds later", () => {
    const node = (ago: number): Partial<NodeFacts> => heat({ throttled: { by: "cpu3 package", ago } });
    expect(onlyFailure({ node: node(0) })).toMatchObject({
      cause: "heat_high",
      rule: "node.heat.throttled",
      transient: true,
    });
    expect(decided({ node: node(4000) }).retry).toEqual({ cause: "heat_high", after: 6000 });
    passes({ node: node(10_000) });
  });
  test("a node that was over its limit and is not back for long enough", () => {
    const finding = onlyFailure({ node: heat({ held_back: true }) });
    expect(finding).toMatchObject({ cause: "heat_high", rule: "node.heat.held_back", transient: true });
  });
  test.each(["moderate", "heavy", "trapping", "sleeping"] as const)("a platform at level %s", (level) => {
    const source = "pmset -g therm";
    const finding = onlyFailure({ node: { heat: { state: "level", level, source } } });
    expect(finding).toMatchObject({ cause: "heat_high", measured: level, limit: "nominal", transient: true });
    passes({ node: { heat: { state: "level", level: "nominal", source } } });
  });
  test("tells when it passes, where the node's warming is known", () => {
    const node = heat({ celsius_milli: 100_000, forecast: fitted });
    const { retry } = decided({ node, task: baseTask({ cpu: 1000, time: LONG }) });
    // From 100 to 80 on the way to 40: a minute times ln(60 / 40).
    expect(retry).toEqual({ cause: "heat_high", after: Math.ceil(60_000 * Math.log(1.5)) });
  });
});

describe("decide, check-heat: heat_forecast", () => {
  const warm = heat({ celsius_milli: 60_000, forecast: fitted });
  const beside = { holds: [hold({ cpu: 2000, ends_in: 30_000 })] };
  const wide = specWith({ resources: { cpu: { per_task_max: 8000 } } });
  const roomy = { ...warm, cpu: 8000 };

  test("what would settle over the limit waits, at the limit it runs", () => {
    const finding = onlyFailure({ spec: wide, node: roomy, task: baseTask({ cpu: 5000, time: LONG }) });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "heat_forecast",
      90_000,
      80_000,
      "celsius_milli",
      "resources.heat.max",
      true,
    ]);
    passes({ spec: wide, node: roomy, task: baseTask({ cpu: 4000, time: LONG }) });
  });
  test("a short task passes where a long one does not", () => {
    passes({ spec: wide, node: roomy, task: baseTask({ cpu: 5000, time: 30_000 }) });
  });
  test("what is held counts, and its end is waited for", () => {
    const task = baseTask({ cpu: 4000, time: LONG });
    const decision = decided({ spec: wide, node: roomy, task, sums: beside });
    expect(decision.retry).toEqual({ cause: "heat_forecast", after: 30_000 });
    passes({ spec: wide, node: roomy, task });
  });
  test("offers fewer cores, or less time", () => {
    const { remedies } = decided({ spec: wide, node: roomy, task: baseTask({ cpu: 5000, time: LONG }) });
    const [first] = remedies;
    expect(remedies.map(({ change }) => change)).toEqual(expect.arrayContaining(["lower_cpu", "lower_time"]));
    expect(first?.task.needs).toMatchObject({ cpu: 4000 });
    for (const { task, outcome } of remedies) {
      expect(outcome).toBe("admit");
      expect(decided({ spec: wide, node: roomy, task }).outcome).toBe("admit");
    }
  });
  test("what the fit is off by is added", () => {
    const node = { ...heat({ forecast: { ...fitted, error_milli: 1 } }), cpu: 8000 };
    const task = baseTask({ cpu: 4000, time: LONG });
    expect(onlyFailure({ spec: wide, node, task }).measured).toBe(80_001);
  });
  test("nobody knows when, where the node settles over the limit even alone", () => {
    const task = baseTask({ cpu: 5000, time: LONG });
    expect(decided({ spec: wide, node: roomy, task }).retry).toEqual({ cause: "heat_forecast", after: null });
  });

  describe("without settled tasks", () => {
    const blank = (celsius_milli: number): Partial<NodeFacts> => ({
      ...heat({ celsius_milli, forecast: { ...fitted, samples: 0 } }),
      cpu: 4000,
    });
    const task = baseTask({ cpu: 2000, time: LONG });
    test("a first task counts for ten degrees, beside others each task counts in full", () => {
      passes({ node: blank(70_000), task });
      expect(onlyFailure({ node: blank(70_001), task }).cause).toBe("heat_forecast");
      const sums = { holds: [hold({ cpu: 1000, ends_in: 5000 })] };
      expect(onlyFailure({ node: blank(50_001), task, sums }).measured).toBe(80_001);
      passes({ node: blank(50_000), task, sums });
    });
    test("a small task passes where a large one waits", () => {
      passes({ node: blank(75_000), task: baseTask({ cpu: 500, time: LONG }) });
      expect(onlyFailure({ node: blank(75_000), task }).cause).toBe("heat_forecast");
    });
  });
});

describe("decide, check-resources: a platform's own word on memory", () => {
  test("pressure_high where it says so, and nothing unmeasurable", () => {
    const node = (memory_level: "normal" | "warning" | "critical"): Partial<NodeFacts> => ({
      memory_some_avg10: null,
      memory_level,
    });
    passes({ node: node("normal") });
    for (const level of ["warning", "critical"] as const)
      expect(onlyFailure({ node: node(level) })).toMatchObject({ cause: "pressure_high", measured: level });
  });
});
