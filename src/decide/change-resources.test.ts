// Known answers of the changes of what is asked of the node.
import { describe, expect, test } from "vitest";
import { firstRemedy, grant, offered, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, GIB, hold, MIB, modelNeed } from "../../test/decision-fixtures.ts";
import type { Spec } from "../spec/spec.ts";

const blind = { heat: { state: "unmeasurable", cause: "none" } } as const;

describe("remedies: amounts", () => {
  test.each([
    ["memory", 2 * GIB + 1, 2 * GIB, "lower_memory", "needs.memory: 2147483649 B → 2 GiB"],
    ["cpu", 2500, 2000, "lower_cpu", "needs.cpu: 2.5 → 2"],
    ["time", 1_800_001, 1_800_000, "lower_time", "needs.time: 1800001 ms → 30 m"],
    ["processes", 101, 100, "lower_processes", "needs.processes: 101 → 100"],
  ] as const)("%s is lowered to its limit", (amount, asked, limit, change, summary) => {
    const task = baseTask({ [amount]: asked });
    expect(offered({ task })).toEqual([[change, summary, "admit"]]);
    expect(firstRemedy({ task }).task.needs[amount]).toBe(limit);
  });
  test("lower_memory to what is free now, rounded down to whole MiB, and to the lasting limit", () => {
    const sums = { holds: [hold({ memory: 3 * GIB + 1 })] };
    const task = baseTask({ memory: 3 * GIB });
    expect(offered({ task, sums })).toEqual([
      ["lower_memory", "needs.memory: 3 GiB → 1023 MiB", "admit"],
      ["lower_memory", "needs.memory: 3 GiB → 2 GiB", "defer"],
    ]);
    const deferred = baseTask({ memory: 2 * GIB });
    expect(offered({ task: deferred, sums })).toEqual([
      ["lower_memory", "needs.memory: 2 GiB → 1023 MiB", "admit"],
    ]);
    const less = { holds: [hold({ memory: 4 * GIB - 5 })] };
    expect(offered({ task: baseTask({ memory: MIB }), sums: less })).toEqual([
      ["lower_memory", "needs.memory: 1 MiB → 5 B", "admit"],
    ]);
    expect(
      offered({ task: baseTask({ memory: MIB }), sums: { holds: [hold({ memory: 4 * GIB })] } }),
    ).toEqual([]);
  });
  test("what is over by default is declared lower", () => {
    const spec = specWith({ defaults: { processes: 200 } });
    expect(firstRemedy({ spec }).task.needs.processes).toBe(100);
  });
  test("a heat cap lowers cores and time", () => {
    const spec = specWith({ resources: { heat: { max: 1, margin: 0, unmeasurable: "cap" } } });
    const task = baseTask({ cpu: 2000, time: 600_001 });
    const node = { ...blind, cpu: 3000 };
    expect(offered({ spec, task, node })).toEqual([
      ["lower_cpu", "needs.cpu: 2 → 1.5; needs.time: 600001 ms → 10 m", "admit"],
    ]);
    expect(
      offered({ spec, task: baseTask({ processes: 5, cpu: 1000 }), node, sums: { holds: [hold()] } }),
    ).toEqual([]);
  });
  test("an ancestor's remaining grant lowers", () => {
    const task = baseTask({ processes: 70, time: 120_001 });
    const sums = { ancestors: [grant()] };
    expect(offered({ task, sums })).toEqual([
      ["lower_time", "needs.time: 120001 ms → 2 m; needs.processes: 70 → 64", "admit"],
    ]);
  });
  test("declare everything that is undeclared: one change", () => {
    const nothing = { memory: null, cpu: null, time: null, processes: null };
    const spec = specWith({ defaults: nothing });
    expect(offered({ spec })).toEqual([
      [
        "declare",
        "needs.memory: undeclared → 512 MiB; needs.cpu: undeclared → 1; needs.time: undeclared → 2 m; needs.processes: undeclared → 64",
        "admit",
      ],
    ]);
    expect(firstRemedy({ spec }).task.needs).toMatchObject({
      memory: 512 * MIB,
      cpu: 1000,
      time: 120_000,
      processes: 64,
    });
  });
  test("declare within the limits", () => {
    const spec: Spec = specWith({
      defaults: { memory: null, cpu: null, time: null, processes: null },
      resources: {
        memory: { per_task_max: 300 * MIB, committed_max: 5000, host_reserve: 2 * GIB },
        cpu: { per_task_max: 700 },
        time_max: 5000,
        processes_max: 3,
      },
    });
    expect(firstRemedy({ spec }).task.needs).toMatchObject({
      memory: 300 * MIB,
      cpu: 700,
      time: 5000,
      processes: 3,
    });
    const little = {
      ...spec,
      resources: { ...spec.resources, heat: { max: 1, margin: 0, unmeasurable: "cap" as const } },
    };
    const node = { ...blind, cpu: 1000, memory_total: 2 * GIB + 20 * MIB };
    expect(firstRemedy({ spec: little, node }).task.needs).toMatchObject({ memory: 10 * MIB, cpu: 500 });
    const long = { ...little, resources: { ...little.resources, time_max: 10_000_000 } };
    expect(firstRemedy({ spec: long, node }).task.needs.time).toBe(120_000);
  });
  test("declare the bytes of calls and model needs", () => {
    const task = baseTask({
      calls: [call({ bytes_out_max: null })],
      models: [modelNeed({ capability: "frontier", bytes_out_max: null })],
    });
    const spec = specWith({
      sovereignty: { endpoints: [endpoint({ bytes_out_per_task_max: null })], score_min: 0 },
    });
    const remedy = firstRemedy({ spec, task });
    expect([remedy.change, remedy.summary]).toEqual(["declare", "bytes_out_max: undeclared → 64 KiB"]);
    expect([remedy.task.needs.calls[0]?.bytes_out_max, remedy.task.needs.models[0]?.bytes_out_max]).toEqual([
      65_536, 65_536,
    ]);
    const declared = baseTask({
      calls: [call({ bytes_out_max: null }), call({ method: ["GET"], bytes_out_max: 7 })],
    });
    expect(firstRemedy({ spec, task: declared }).task.needs.calls.map((one) => one.bytes_out_max)).toEqual([
      65_536, 7,
    ]);
  });
});
