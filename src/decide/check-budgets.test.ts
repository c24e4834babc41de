// Known answers of windows at every scope, and of ancestors. For each cause a case beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import { answer, decided, failing, grant, onlyFailure, passes, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, MIB, path } from "../../test/decision-fixtures.ts";
import type { Spec } from "../spec/spec.ts";
import type { Sums } from "./facts.ts";

describe("decide, check-budgets: sums that leave", () => {
  const scopes = [
    ["node", ""],
    ["spec", ""],
    ["principal", "me"],
    ["lineage", "root"],
    ["destination", "api.example.com"],
  ] as const;
  test.each(scopes)("P8: budget_over_limit and budget_spent at scope %s", (scope, key) => {
    for (const [amount, unit, task] of [
      ["external_calls", "count", baseTask({ calls: [call({ calls_max: 5 })] })],
      ["bytes_out", "bytes", baseTask({ calls: [call({ bytes_out_max: 5 })] })],
      ["tokens", "tokens", baseTask({ calls: [call({ tokens: 5 })] })],
    ] as const) {
      const spec = (limit: number): Spec =>
        specWith({
          resources: {
            budgets: [
              {
                scope,
                window: 1000,
                external_calls: null,
                bytes_out: null,
                tokens: null,
                money: null,
                [amount]: limit,
              },
            ],
          },
        });
      const row = (spent: number, other: string = key): Partial<Sums> => ({
        windows: [
          {
            scope,
            key: other,
            window: 1000,
            external_calls: 0,
            bytes_out: 0,
            tokens: 0,
            [amount]: spent,
            frees_in: 42,
          },
        ],
      });
      const rule = `resources.budgets.${scope}.${amount}`;
      const alone = onlyFailure({ spec: spec(4), task, sums: row(0) });
      expect([alone.cause, ...answer(alone)]).toEqual(["budget_over_limit", 5, 4, unit, rule, false]);
      expect(alone.evidence).toEqual(key === "" ? [scope] : [scope, key]);
      const summed = onlyFailure({ spec: spec(9), task, sums: row(5) });
      expect([summed.cause, ...answer(summed)]).toEqual(["budget_spent", 10, 9, unit, rule, true]);
      expect(decided({ spec: spec(9), task, sums: row(5) }).retry).toEqual({
        cause: "budget_spent",
        after: 42,
      });
      passes({ spec: spec(10), task, sums: row(5) });
      passes({ spec: spec(5), task, sums: row(0) });
      passes({ spec: spec(0), sums: row(0) });
      if (scope === "lineage") continue;
      for (const sums of [{ windows: [] }, ...(key === "" ? [] : [row(0, "other")])]) {
        const unknown = onlyFailure({ spec: spec(100), task, sums });
        expect([unknown.cause, ...answer(unknown)]).toEqual(["budget_spent", null, 100, unit, rule, true]);
      }
      const otherWindow = {
        windows: [{ scope, key, window: 999, external_calls: 0, bytes_out: 0, frees_in: null }],
      };
      expect(onlyFailure({ spec: spec(100), task, sums: otherWindow }).measured).toBe(null);
    }
  });
  test("a root starts its lineage; a child's lineage must be known", () => {
    const budgets = [
      {
        scope: "lineage" as const,
        window: 1000,
        external_calls: 5,
        bytes_out: null,
        tokens: null,
        money: null,
      },
    ];
    const spec = specWith({ resources: { budgets } });
    const task = baseTask({ calls: [call()] });
    passes({ spec, task });
    const ancestors = [grant()];
    expect(onlyFailure({ spec, task, sums: { ancestors } }).measured).toBe(null);
    const windows = ["r1", "r2"].map((key, at) => ({
      scope: "lineage" as const,
      key,
      window: 1000,
      external_calls: at * 5,
      bytes_out: 0,
      frees_in: 1,
    }));
    expect(onlyFailure({ spec, task, sums: { windows } }).evidence).toEqual(["lineage", "r2"]);
  });
  test("of several budgets for one scope and window the least amount holds", () => {
    const budget = (external_calls: number | null, bytes_out: number | null) => ({
      scope: "node" as const,
      window: 1000,
      external_calls,
      bytes_out,
      tokens: null,
      money: null,
    });
    const windows = [
      { scope: "node" as const, key: "", window: 1000, external_calls: 0, bytes_out: 0, frees_in: null },
    ];
    const spec = (...budgets: readonly ReturnType<typeof budget>[]): Spec =>
      specWith({ resources: { budgets } });
    const task = baseTask({ calls: [call({ calls_max: 5, bytes_out_max: 5 })] });
    for (const budgets of [
      [budget(5, 4), budget(9, null)],
      [budget(9, null), budget(5, 4)],
      [budget(9, 9), budget(9, 4)],
      [budget(null, 4), budget(5, 9)],
    ]) {
      const finding = onlyFailure({ spec: spec(...budgets), task, sums: { windows } });
      expect([finding.rule, finding.limit]).toEqual(["resources.budgets.node.bytes_out", 4]);
    }
    passes({ spec: spec(budget(5, 5), budget(9, null)), task, sums: { windows } });
  });
  test("P8: a destination's window is charged with what goes there alone, others with everything", () => {
    const endpoints = [endpoint(), endpoint({ host: "b.example.com" })];
    const spec = (scope: "node" | "destination"): Spec =>
      specWith({
        sovereignty: { endpoints },
        resources: {
          budgets: [{ scope, window: 1, external_calls: 5, bytes_out: null, tokens: null, money: null }],
        },
      });
    const task = baseTask({
      calls: [call({ calls_max: 3 }), call({ to: "https://b.example.com:443/v1", calls_max: 3 })],
    });
    const row = (scope: "node" | "destination", key: string) => ({
      scope,
      key,
      window: 1,
      external_calls: 0,
      bytes_out: 0,
      frees_in: null,
    });
    passes({
      spec: spec("destination"),
      task,
      sums: { windows: [row("destination", "api.example.com"), row("destination", "b.example.com")] },
    });
    expect(onlyFailure({ spec: spec("node"), task, sums: { windows: [row("node", "")] } }).measured).toBe(6);
  });
  test("ancestor_over_limit for each grant", () => {
    const within = {
      task: baseTask({
        calls: [call({ calls_max: 2 })],
        reads: ["/work/in"],
        writes: ["/work/out"],
        reads_directory: true,
      }),
    };
    passes({ ...within, sums: { ancestors: [grant()] } });
    const cases: readonly (readonly [Partial<ReturnType<typeof grant>>, readonly unknown[]])[] = [
      [{ memory: 512 * MIB - 1 }, [512 * MIB, 512 * MIB - 1, "bytes", "ancestor.memory", false]],
      [{ cpu: 999 }, [1000, 999, "cpu_milli", "ancestor.cpu", false]],
      [{ processes: 63 }, [64, 63, "count", "ancestor.processes", false]],
      [{ time: 119_999 }, [120_000, 119_999, "ms", "ancestor.time", false]],
      [{ external_calls: 1 }, [2, 1, "count", "ancestor.external_calls", false]],
      [{ bytes_out: 1023 }, [1024, 1023, "bytes", "ancestor.bytes_out", false]],
      [{ writes: ["/work/else"], reads: ["/work"] }, ["/work/out", null, "none", "ancestor.writes", false]],
      [{ reads: ["/work/job"], writes: ["/work/out"] }, ["/work/in", null, "none", "ancestor.reads", false]],
      [{ reads: ["/work/in"], writes: ["/work/out"] }, ["/work/job", null, "none", "ancestor.reads", false]],
    ];
    for (const [change, expected] of cases) {
      const finding = onlyFailure({ ...within, sums: { ancestors: [grant(), { ...grant(), ...change }] } });
      expect([finding.cause, finding.evidence]).toEqual(["ancestor_over_limit", ["decision 7"]]);
      expect(answer(finding)).toEqual(expected);
    }
    passes({
      ...within,
      sums: { ancestors: [grant({ reads: ["/work/job"], writes: ["/work/in", "/work/out"] })] },
    });
  });
  test("a child carries its ancestors' labels, and reads nothing above them", () => {
    const finding = onlyFailure({
      task: baseTask({ reads: ["/data/vault/x"] }),
      sums: { ancestors: [grant({ label: "internal", reads: ["/data"] })] },
    });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "ancestor_over_limit",
      "secret",
      "internal",
      "label",
      "ancestor.label",
      false,
    ]);
    expect(passes({ sums: { ancestors: [grant({ label: "internal" })] } }).label).toBe("internal");
    const unknown = onlyFailure({ sums: { ancestors: [grant({ label: "nonsense" })] } });
    expect([unknown.rule, unknown.measured]).toEqual(["ancestor.label", "secret"]);
  });
  test("a window of one scope says nothing of another's", () => {
    const budgets = (["node", "spec"] as const).map((scope) => ({
      scope,
      window: 1,
      external_calls: 5,
      bytes_out: null,
      tokens: null,
      money: null,
    }));
    const spec = specWith({ resources: { budgets } });
    const row = (scope: "node" | "spec", external_calls: number) => ({
      scope,
      key: "",
      window: 1,
      external_calls,
      bytes_out: 0,
      frees_in: null,
    });
    const task = baseTask({ calls: [call()] });
    const finding = onlyFailure({ spec, task, sums: { windows: [row("node", 0), row("spec", 5)] } });
    expect([finding.rule, finding.measured]).toEqual(["resources.budgets.spec.external_calls", 6]);
    const unseen = failing(decided({ spec, task, sums: { windows: [row("node", 0)] } }));
    expect(unseen.map((one) => [one.rule, one.measured])).toEqual([
      ["resources.budgets.spec.external_calls", null],
    ]);
  });
  test("windows of other scopes are no roots of a lineage, and each root counts once", () => {
    const spec = specWith({
      resources: {
        budgets: [
          { scope: "lineage", window: 1, external_calls: 5, bytes_out: null, tokens: null, money: null },
        ],
      },
    });
    const task = baseTask({ calls: [call()] });
    const row = (scope: "node" | "lineage", key: string, external_calls: number, window = 1) => ({
      scope,
      key,
      window,
      external_calls,
      bytes_out: 0,
      frees_in: null,
    });
    passes({ spec, task, sums: { windows: [row("node", "", 5), row("lineage", "r", 0)] } });
    passes({ spec, task, sums: { windows: [row("node", "x", 5)] } });
    expect(
      onlyFailure({ spec, task, sums: { windows: [row("lineage", "r", 5), row("lineage", "r", 0, 2)] } })
        .evidence,
    ).toEqual(["lineage", "r"]);
  });
  test("ancestor_over_limit goes by real paths, and an unknown label covers nothing but the least", () => {
    const ancestors = [grant({ reads: ["/in"], writes: ["/out"] })];
    const task = baseTask({ reads: ["/link"], writes: ["/link2"] });
    const at = (read: string, write: string) => ({
      task,
      sums: { ancestors },
      paths: {
        reads: [path("/link", { real: read })],
        writes: [path("/link2", { real: write, kind: "directory" as const })],
      },
    });
    passes(at("/in/x", "/out/x"));
    expect(onlyFailure(at("/else", "/out/x")).measured).toBe("/else");
    expect(onlyFailure(at("/in/x", "/else")).measured).toBe("/else");
    const directory = path("/work/job", { real: "/in/job", kind: "directory" });
    passes({ task: baseTask({ reads_directory: true }), sums: { ancestors }, paths: { directory } });
    const gone = failing(
      decided({ task: baseTask({ reads: ["/in/x"] }), sums: { ancestors }, paths: { reads: [] } }),
    );
    expect(gone.map((finding) => finding.cause)).toEqual(["path_missing"]);
  });
  test("what is undeclared is refused as that, not as more than an ancestor has", () => {
    const spec = specWith({ defaults: { memory: null, cpu: null, time: null, processes: null } });
    const none = grant({ memory: -1, cpu: -1, time: -1, processes: -1 });
    const causes = failing(decided({ spec, sums: { ancestors: [none] } })).map((finding) => finding.cause);
    expect(causes).toEqual([
      "memory_undeclared",
      "cpu_undeclared",
      "time_undeclared",
      "processes_undeclared",
    ]);
  });
});
