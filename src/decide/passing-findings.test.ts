// The tightest passing finding of each constraint, and that nothing volatile stands in one.
import { expect, test } from "vitest";
import { decided, grant, passes, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, GIB, hold, MIB, modelNeed } from "../../test/decision-fixtures.ts";
import type { Finding } from "./decision.ts";

function brief({ rule, measured, limit, unit, margin }: Finding): readonly unknown[] {
  return [rule, measured, limit, unit, margin];
}

test("passingFindings of a task that stays here", () => {
  expect(passes({}).findings.map(brief)).toEqual([
    ["sovereignty.score_min", 100, 50, "score", 10_000],
    ["privacy.sources", "public", null, "label", null],
    ["resources.processes_max", 64, 100, "count", 3600],
    ["execution.isolation", "namespaces", "namespaces", "none", null],
    ["principals", "me", null, "none", null],
  ]);
  for (const finding of passes({}).findings) {
    expect([finding.passes, finding.cause, finding.transient, finding.evidence]).toEqual([
      true,
      null,
      false,
      [],
    ]);
  }
});

test("passingFindings names the tightest of the resources", () => {
  const at = (needs: Parameters<typeof baseTask>[0]): unknown =>
    brief(passes({ task: baseTask(needs) }).findings[2] as Finding);
  expect(at({ memory: 2 * GIB - MIB })).toEqual([
    "resources.memory.per_task_max",
    2 * GIB - MIB,
    2 * GIB,
    "bytes",
    4,
  ]);
  expect(at({ cpu: 1999 })).toEqual(["resources.cpu.per_task_max", 1999, 2000, "cpu_milli", 5]);
  expect(at({ time: 1_799_999 })).toEqual(["resources.time_max", 1_799_999, 1_800_000, "ms", 0]);
  expect(at({ processes: 100 })).toEqual(["resources.processes_max", 100, 100, "count", 0]);
  expect(at({ memory: 2 * GIB, processes: 100 })).toEqual([
    "resources.memory.per_task_max",
    2 * GIB,
    2 * GIB,
    "bytes",
    0,
  ]);
});

test("passingFindings names the tightest of what leaves", () => {
  const at = (sovereignty: Parameters<typeof specWith>[0]["sovereignty"]): unknown =>
    brief(
      passes({ spec: specWith({ sovereignty: sovereignty ?? {} }), task: baseTask({ calls: [call()] }) })
        .findings[0] as Finding,
    );
  expect(at({ score_min: 50, external_calls_max: 2 })).toEqual([
    "sovereignty.external_calls_max",
    1,
    2,
    "count",
    5000,
  ]);
  expect(at({ score_min: 80, external_calls_max: 9 })).toEqual([
    "sovereignty.score_min",
    84,
    80,
    "score",
    500,
  ]);
  expect(at({ score_min: 0, external_calls_max: 1, uncontrolled_calls_max: 4 })).toEqual([
    "sovereignty.score_min",
    84,
    0,
    "score",
    null,
  ]);
  const endpoints = [endpoint({ control: "uncontrolled" })];
  expect(at({ score_min: 10, endpoints, uncontrolled_calls_max: 1 })).toEqual([
    "sovereignty.uncontrolled_calls_max",
    1,
    1,
    "count",
    0,
  ]);
});

test("passingFindings names the closest clearance", () => {
  const endpoints = [
    endpoint({ clearance: "secret" }),
    endpoint({ host: "b.example.com", clearance: "confidential" }),
  ];
  const spec = specWith({ sovereignty: { endpoints, score_min: 0 } });
  const calls = [call({ data: "internal" }), call({ to: "https://b.example.com:443/v1", data: "internal" })];
  expect(brief(passes({ spec, task: baseTask({ calls }) }).findings[1] as Finding)).toEqual([
    "sovereignty.endpoints.clearance",
    "internal",
    "confidential",
    "label",
    null,
  ]);
  const close = [call({ data: "confidential" }), call({ to: "https://b.example.com:443/v1" })];
  expect(passes({ spec, task: baseTask({ calls: close }) }).findings[1]?.limit).toBe("secret");
  const outward = baseTask({ models: [modelNeed({ capability: "frontier" })] });
  expect(passes({ spec, task: outward }).findings[1]?.limit).toBe("secret");
});

test("nothing volatile stands in a decision that does not turn on it", () => {
  const quiet = { task: baseTask({ models: [modelNeed()] }) };
  const busy = {
    ...quiet,
    node: {
      memory_available: 5 * GIB,
      memory_some_avg10: 1999,
      heat: { state: "measured", celsius_milli: 79_999, sensor: "x" },
    },
    sums: {
      holds: [hold()],
      ancestors: [
        grant({ models: [{ provider: "ollama", model: "llama", requests_max: 9, context: 1_000_000 }] }),
      ],
    },
  } as const;
  expect(decided(busy)).toEqual(decided(quiet));
  const refused = { task: baseTask({ calls: [call({ method: ["PUT"] })] }) };
  expect(decided({ ...busy, ...refused })).toEqual(decided(refused));
  const lazy = {
    spec: specWith({ sovereignty: { endpoints: [endpoint({ serves: ["chat"] })] } }),
    task: baseTask({ calls: [call()] }),
  };
  expect(decided({ ...busy, ...lazy })).toEqual(decided(lazy));
});

test("passingFindings names what may pass uninspected where that is closest", () => {
  const raw = endpoint({
    host: "nas.example.com",
    address: "10.0.0.5",
    clearance: "secret",
    opaque: { max_label: "internal", bytes_out: 4096, bytes_in: 1 },
  });
  const spec = specWith({
    sovereignty: { endpoints: [endpoint({ clearance: "confidential" }), raw], score_min: 0 },
  });
  const connect = call({ to: "tcp://nas.example.com:443", method: ["CONNECT"] });
  const { findings } = passes({ spec, task: baseTask({ calls: [call(), connect] }) });
  expect(brief(findings[1] as Finding)).toEqual([
    "sovereignty.endpoints.opaque.max_label",
    "public",
    "internal",
    "label",
    null,
  ]);
});
