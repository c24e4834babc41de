// Known answers of memory, cores, time, heat and pressure. For each cause a case beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import {
  answer,
  type Case,
  decided,
  failing,
  onlyFailure,
  passes,
  specWith,
} from "../../test/decision-cases.ts";
import { baseTask, GIB, hold, MIB, model, modelNeed, provider } from "../../test/decision-fixtures.ts";
import type { Spec } from "../spec/spec.ts";
import type { Task } from "../task/task.ts";
import type { Decision } from "./decision.ts";
import type { HoldFact, NodeFacts } from "./facts.ts";

describe("decide, check-resources: resources", () => {
  test.each([
    ["memory", "bytes", "memory_undeclared"],
    ["cpu", "cpu_milli", "cpu_undeclared"],
    ["time", "ms", "time_undeclared"],
    ["processes", "count", "processes_undeclared"],
  ] as const)("%s undeclared without a default", (amount, unit, cause) => {
    const spec = specWith({ defaults: { [amount]: null } });
    const finding = onlyFailure({ spec });
    expect([finding.cause, ...answer(finding)]).toEqual([cause, null, null, unit, `needs.${amount}`, false]);
    passes({ spec, task: baseTask({ [amount]: 1 }) });
  });
  test.each([
    ["memory", 2 * GIB, "bytes", "memory_over_limit", "resources.memory.per_task_max"],
    ["cpu", 2000, "cpu_milli", "cpu_over_limit", "resources.cpu.per_task_max"],
    ["time", 1_800_000, "ms", "time_over_limit", "resources.time_max"],
    ["processes", 100, "count", "processes_over_limit", "resources.processes_max"],
  ] as const)("%s over its limit for one task", (amount, limit, unit, cause, rule) => {
    const finding = onlyFailure({ task: baseTask({ [amount]: limit + 1 }) });
    expect([finding.cause, ...answer(finding)]).toEqual([cause, limit + 1, limit, unit, rule, false]);
    expect(passes({ task: baseTask({ [amount]: limit }) }).grants?.[amount]).toBe(limit);
  });
  test("defaults are granted, and bounded like what is declared", () => {
    expect(passes({}).grants).toMatchObject({
      memory: 512 * MIB,
      cpu: 1000,
      time: 120_000,
      processes: 64,
      output: MIB,
    });
    expect(onlyFailure({ spec: specWith({ defaults: { processes: 101 } }) }).cause).toBe(
      "processes_over_limit",
    );
  });
  const roomy = specWith({
    resources: { memory: { per_task_max: 8 * GIB, committed_max: 5000, host_reserve: 2 * GIB } },
  });
  test("memory over what all tasks may have is permanent, with what is held it is transient", () => {
    const alone = onlyFailure({ spec: roomy, task: baseTask({ memory: 4 * GIB + 1 }) });
    expect([alone.cause, ...answer(alone)]).toEqual([
      "memory_over_limit",
      4 * GIB + 1,
      4 * GIB,
      "bytes",
      "resources.memory.committed_max",
      false,
    ]);
    passes({ spec: roomy, task: baseTask({ memory: 4 * GIB }) });
    const holds = [hold({ memory: GIB, ends_in: 900, cpu: 0 }), hold({ memory: GIB, ends_in: 70, cpu: 0 })];
    const sums = { holds };
    const summed = onlyFailure({ spec: roomy, task: baseTask({ memory: 2 * GIB + 1 }), sums });
    expect([summed.cause, ...answer(summed)]).toEqual([
      "memory_committed",
      4 * GIB + 1,
      4 * GIB,
      "bytes",
      "resources.memory.committed_max",
      true,
    ]);
    expect(decided({ spec: roomy, task: baseTask({ memory: 2 * GIB + 1 }), sums }).retry).toEqual({
      cause: "memory_committed",
      after: 70,
    });
    expect(decided({ spec: roomy, task: baseTask({ memory: 3 * GIB }), sums }).retry).toEqual({
      cause: "memory_committed",
      after: 70,
    });
    expect(decided({ spec: roomy, task: baseTask({ memory: 3 * GIB + 1 }), sums }).retry).toEqual({
      cause: "memory_committed",
      after: 900,
    });
    passes({ spec: roomy, task: baseTask({ memory: 2 * GIB }), sums });
  });
  test("committed_max rounds down, and a reserve above the machine leaves nothing", () => {
    const spec = (committed_max: number, host_reserve: number): Spec =>
      specWith({ resources: { memory: { per_task_max: GIB, committed_max, host_reserve } } });
    const small = (memory: number, memory_total: number, of: Spec): Case => ({
      spec: of,
      task: baseTask({ memory }),
      node: { memory_total },
    });
    expect(onlyFailure(small(10_000, 19_999, spec(5000, 0))).limit).toBe(9999);
    passes(small(9999, 19_999, spec(5000, 0)));
    passes(small(18_600, 20_000, spec(9300, 0)));
    expect(onlyFailure(small(18_601, 20_001, spec(9300, 0))).limit).toBe(18_600);
    expect(onlyFailure(small(1, 100, spec(10_000, 200))).limit).toBe(0);
  });
  test("memory_unavailable", () => {
    const finding = onlyFailure({ task: baseTask({ memory: GIB }), node: { memory_available: GIB - 1 } });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "memory_unavailable",
      GIB,
      GIB - 1,
      "bytes",
      "node.memory_available",
      true,
    ]);
    expect(decided({ task: baseTask({ memory: GIB }), node: { memory_available: 0 } }).retry).toEqual({
      cause: "memory_unavailable",
      after: null,
    });
    const held = decided({
      task: baseTask({ memory: GIB }),
      node: { memory_available: 0 },
      sums: { holds: [hold({ memory: GIB, used: GIB })] },
    });
    expect(held.retry).toEqual({ cause: "memory_unavailable", after: 60_000 });
    passes({ task: baseTask({ memory: GIB }), node: { memory_available: GIB } });
  });
  test("memory_unavailable counts what holds were promised and do not use yet", () => {
    const at = (memory: number, memory_available: number, held: Partial<HoldFact> = {}): Decision =>
      decided({
        task: baseTask({ memory }),
        node: { memory_available },
        sums: { holds: [hold({ memory: GIB, cpu: 0, ...held })] },
      });
    // Two tasks of half the free memory each run side by side, just admitted or well under way; three do not.
    expect(at(GIB, 2 * GIB).outcome).toBe("admit");
    expect(at(GIB, GIB, { used: GIB }).outcome).toBe("admit");
    expect(at(GIB, 2 * GIB - 1, { used: 0 }).outcome).toBe("defer");
    expect(at(GIB, GIB + GIB / 2, { used: GIB / 2 }).outcome).toBe("admit");
    expect(at(GIB, GIB + GIB / 2 - 1, { used: GIB / 2 }).outcome).toBe("defer");
    // What a hold uses beyond its promise is gone from what is free, and gives nothing back twice.
    expect(at(GIB, GIB, { used: 3 * GIB }).outcome).toBe("admit");
    const short = at(GIB + 1, 2 * GIB);
    expect(short.findings.map((one) => [one.cause, one.measured, one.limit, one.transient])).toEqual([
      ["memory_unavailable", GIB + 1, GIB, true],
    ]);
    expect(short.retry).toEqual({ cause: "memory_unavailable", after: 60_000 });
    // Promised beyond what is free: its end leaves what is free now, which is too little.
    expect(at(GIB, GIB / 2).retry).toEqual({ cause: "memory_unavailable", after: null });
  });
  test("a model that is loaded for a task is asked for too, once", () => {
    const task = (memory: number): Task =>
      baseTask({ memory, models: [modelNeed(), modelNeed({ data: "public" })] });
    passes({ spec: roomy, task: task(3 * GIB) });
    expect(onlyFailure({ spec: roomy, task: task(3 * GIB + 1) }).cause).toBe("memory_over_limit");
    const loaded = { providers: [provider({ models: [model({ loaded: true })] })] };
    passes({ spec: roomy, task: task(4 * GIB), facts: loaded });
    const short = onlyFailure({ task: task(GIB), node: { memory_available: 2 * GIB - 1 } });
    expect([short.cause, short.measured]).toEqual(["memory_unavailable", 2 * GIB]);
  });
  test("cores over the node's are permanent, with what is held transient", () => {
    const node = { cpu: 1500 };
    const alone = onlyFailure({ task: baseTask({ cpu: 1501 }), node });
    expect([alone.cause, ...answer(alone)]).toEqual([
      "cpu_over_limit",
      1501,
      1500,
      "cpu_milli",
      "node.cpu",
      false,
    ]);
    passes({ task: baseTask({ cpu: 1500 }), node });
    const sums = { holds: [hold({ ends_in: 44 })] };
    const summed = onlyFailure({ task: baseTask({ cpu: 1001 }), node, sums });
    expect([summed.cause, ...answer(summed)]).toEqual([
      "cpu_committed",
      1501,
      1500,
      "cpu_milli",
      "node.cpu",
      true,
    ]);
    expect(decided({ task: baseTask({ cpu: 1001 }), node, sums }).retry).toEqual({
      cause: "cpu_committed",
      after: 44,
    });
    passes({ task: baseTask({ cpu: 1000 }), node, sums });
  });
  test("heat_high at max less margin", () => {
    const heat = (celsius_milli: number): Partial<NodeFacts> => ({
      heat: { state: "measured", celsius_milli, sensor: "cpu" },
    });
    const finding = onlyFailure({ node: heat(80_001) });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "heat_high",
      80_001,
      80_000,
      "celsius_milli",
      "resources.heat.max",
      true,
    ]);
    expect(decided({ node: heat(80_001) }).retry).toEqual({ cause: "heat_high", after: null });
    passes({ node: heat(80_000) });
  });
  const blind: Partial<NodeFacts> = { heat: { state: "unmeasurable", cause: "no sensor" } };
  test("heat_unmeasurable", () => {
    const finding = onlyFailure({ node: blind });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "heat_unmeasurable",
      null,
      null,
      "none",
      "resources.heat.unmeasurable",
      false,
    ]);
  });
  describe("heat_cap", () => {
    const spec = specWith({ resources: { heat: { max: 85_000, margin: 5000, unmeasurable: "cap" } } });
    test("half the cores", () => {
      const node = { ...blind, cpu: 3001 };
      const finding = onlyFailure({ spec, node, task: baseTask({ cpu: 1501 }) });
      expect([finding.cause, ...answer(finding)]).toEqual([
        "heat_cap",
        1501,
        1500,
        "cpu_milli",
        "resources.heat.unmeasurable",
        false,
      ]);
      passes({ spec, node, task: baseTask({ cpu: 1500 }) });
      passes({ spec, node: { cpu: 1500 }, task: baseTask({ cpu: 1500 }) });
    });
    test("ten minutes", () => {
      const finding = onlyFailure({ spec, node: blind, task: baseTask({ time: 600_001 }) });
      expect([finding.cause, ...answer(finding)]).toEqual([
        "heat_cap",
        600_001,
        600_000,
        "ms",
        "resources.heat.unmeasurable",
        false,
      ]);
      passes({ spec, node: blind, task: baseTask({ time: 600_000 }) });
    });
    test("one task at a time, beside one provider", () => {
      const sums = { holds: [hold({ ends_in: 50 }), hold({ ends_in: 900 })] };
      const finding = onlyFailure({ spec, node: blind, sums });
      expect([finding.cause, ...answer(finding)]).toEqual([
        "heat_cap",
        3,
        1,
        "count",
        "resources.heat.unmeasurable",
        true,
      ]);
      expect(decided({ spec, node: blind, sums }).retry).toEqual({ cause: "heat_cap", after: 900 });
      const beside = { holds: [hold({ provider: "ollama" })] };
      passes({ spec, node: blind, sums: beside });
      expect(onlyFailure({ spec, node: blind, sums: { holds: [hold({ provider: null })] } }).cause).toBe(
        "heat_cap",
      );
      const stopped = { providers: [provider({ state: "down" })] };
      const serving = baseTask({ provider: "ollama" });
      expect(onlyFailure({ spec, node: blind, sums: beside, task: serving, facts: stopped }).cause).toBe(
        "heat_cap",
      );
      passes({ spec, node: blind, task: serving, facts: stopped, sums: { holds: [hold()] } });
    });
    test("half the cores over everything that is held", () => {
      const sums = { holds: [hold({ provider: "ollama", cpu: 1001, ends_in: 33 })] };
      const finding = onlyFailure({ spec, node: blind, sums });
      expect([finding.cause, ...answer(finding)]).toEqual([
        "heat_cap",
        2001,
        2000,
        "cpu_milli",
        "resources.heat.unmeasurable",
        true,
      ]);
      passes({ spec, node: blind, sums: { holds: [hold({ provider: "ollama", cpu: 1000 })] } });
    });
    test("a measured heat needs no cap", () => {
      passes({ spec, sums: { holds: [hold()] }, task: baseTask({ time: 600_001 }) });
    });
  });
  test("pressure_high and pressure_unmeasurable", () => {
    const finding = onlyFailure({ node: { memory_some_avg10: 2001 } });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "pressure_high",
      2001,
      2000,
      "basis_points",
      "resources.pressure.memory_some_avg10_max",
      true,
    ]);
    expect(decided({ node: { memory_some_avg10: 2001 } }).retry).toEqual({
      cause: "pressure_high",
      after: null,
    });
    passes({ node: { memory_some_avg10: 2000 } });
    const none = onlyFailure({ node: { memory_some_avg10: null } });
    expect([none.cause, ...answer(none)]).toEqual([
      "pressure_unmeasurable",
      null,
      null,
      "none",
      "resources.pressure.unmeasurable",
      false,
    ]);
    const spec = specWith({ resources: { pressure: { memory_some_avg10_max: 2000, unmeasurable: "pass" } } });
    passes({ spec, node: { memory_some_avg10: null } });
    expect(onlyFailure({ spec, node: { memory_some_avg10: 2001 } }).cause).toBe("pressure_high");
  });
  test("memory_unavailable waits for as many holds as give back what is missing", () => {
    const holds = [
      hold({ memory: GIB, used: GIB, ends_in: 900, cpu: 0 }),
      hold({ memory: GIB / 2, used: GIB / 2, ends_in: 70, cpu: 0 }),
    ];
    const at = (memory_available: number) =>
      decided({ task: baseTask({ memory: GIB }), node: { memory_available }, sums: { holds } }).retry?.after;
    expect([at(GIB - 1), at(GIB / 2), at(GIB / 2 - 1), at(0)]).toEqual([70, 70, 900, 900]);
  });
  test("what is undeclared has no other cause", () => {
    const spec = specWith({
      defaults: { memory: null, cpu: null, time: null, processes: null },
      resources: {
        heat: { max: 1, margin: 0, unmeasurable: "cap" },
        cpu: { per_task_max: -1 },
        time_max: -1,
        processes_max: -1,
      },
    });
    const causes = failing(decided({ spec, node: { ...blind, cpu: -2 } })).map((finding) => finding.cause);
    expect(causes).toEqual([
      "memory_undeclared",
      "cpu_undeclared",
      "time_undeclared",
      "processes_undeclared",
    ]);
  });
});
