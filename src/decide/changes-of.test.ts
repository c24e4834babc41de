// Exactly which changes are worth trying for a failure: those that touch it, and no others.
import { describe, expect, test } from "vitest";
import { type Case, factsOf, grant, specWith } from "../../test/decision-cases.ts";
import {
  baseTask,
  call,
  endpoint,
  GIB,
  hold,
  model,
  modelNeed,
  path,
  provider,
} from "../../test/decision-fixtures.ts";
import type { Task } from "../task/task.ts";
import type { Change } from "./change.ts";
import { changesOf } from "./changes-of.ts";
import { compileSpec } from "./compile-spec.ts";
import { judge } from "./judge.ts";

function changes(one: Case): readonly Change[] {
  const { spec, task, facts } = factsOf(one);
  return changesOf(judge(compileSpec(spec, "s"), task, facts));
}

function tried(one: Case): readonly string[] {
  return changes(one).map(({ summary }) => summary);
}

const dropCall = (at: number): string => `needs.calls[${at}]: declared → dropped`;
const dropModel = (at: number): string => `needs.models[${at}]: declared → dropped`;
const everything = baseTask({
  calls: [call({ for: ["frontier"], data: "internal" })],
  models: [modelNeed({ model: "llama", data: "public" })],
  reads: ["/data/mail/x", "/work/in"],
  writes: ["/work/out"],
  reads_directory: true,
  memory: GIB,
});
const wishing: Task = {
  ...everything,
  principal: "me",
  requires: { residency: "contracted", latency: 900, bytes_out: 1024 },
};

describe("changesOf: nothing but what touches the failure", () => {
  test("an amount alone", () => {
    const task: Task = { ...wishing, needs: { ...wishing.needs, processes: 101 } };
    expect(tried({ task })).toEqual(["needs.processes: 101 → 100", ...LABELLED]);
    const named: Task = { ...task, needs: { ...task.needs, reads: ["/work/in"], models: [modelNeed()] } };
    expect(tried({ task: named })).toEqual(["needs.processes: 101 → 100"]);
  });
  test("a principal's name alone", () => {
    expect(tried({ task: { ...baseTask(), principal: "other" } })).toEqual([
      "principal: named → whoever submits",
    ]);
  });
  test("a path alone", () => {
    const paths = { writes: [path("/work/out", { permitted: false })] };
    const task = baseTask({ reads: ["/data/mail/x"], writes: ["/work/out"], calls: [call()] });
    expect(tried({ task, paths })).toEqual(["needs.writes[0]: `/work/out` → dropped"]);
  });
  test("the working directory alone", () => {
    const paths = { directory: path("/work/job", { kind: "directory", permitted: false }) };
    expect(tried({ task: baseTask({ reads_directory: true, reads: ["/data/mail/x"] }), paths })).toEqual([
      "needs.reads_directory: true → false",
    ]);
    const gone = { directory: path("/work/job", { kind: "missing" }) };
    expect(tried({ task: baseTask(), paths: gone })).toEqual([]);
  });
  test("a wish: every wish there is, and what leaves", () => {
    const task: Task = {
      ...baseTask({ calls: [call()] }),
      requires: { residency: "node", latency: null, bytes_out: 5000 },
    };
    expect(tried({ task })).toEqual([
      "requires.residency: required → not required",
      "requires.bytes_out: required → not required",
      dropCall(0),
    ]);
  });
  test("a call's method: only dropping it", () => {
    const task = baseTask({
      calls: [call({ method: ["PUT"], data: "internal", for: ["frontier"] })],
      reads: ["/data/mail/x"],
    });
    expect(tried({ task })).toEqual([dropCall(0)]);
  });
  test("memory: amounts and models, no call", () => {
    const task = baseTask({ memory: 3 * GIB, models: [modelNeed()] });
    const spec = specWith({
      resources: { memory: { per_task_max: 9 * GIB, committed_max: 3000, host_reserve: 0 } },
    });
    expect(tried({ spec, task })).toEqual(["needs.memory: 3 GiB → 2 GiB", dropModel(0)]);
  });
  test("a window: requests, bytes, calls", () => {
    const spec = specWith({
      resources: {
        budgets: [
          { scope: "node", window: 1, external_calls: 2, bytes_out: 1000, tokens: null, money: null },
        ],
      },
    });
    const task = baseTask({
      calls: [call({ calls_max: 3 }), call({ method: ["GET"] })],
      reads: ["/data/mail/x"],
    });
    const windows = [
      { scope: "node" as const, key: "", window: 1, external_calls: 0, bytes_out: 0, frees_in: null },
    ];
    expect(tried({ spec, task, sums: { windows } })).toEqual([
      "needs.calls[0].calls_max: 3 → 1",
      dropCall(0),
      dropCall(1),
      "needs.calls: 2 calls → 0",
    ]);
  });
  test("an unknown window narrows nothing", () => {
    const spec = specWith({
      resources: {
        budgets: [
          { scope: "node", window: 1, external_calls: 2, bytes_out: null, tokens: null, money: null },
        ],
      },
    });
    expect(tried({ spec, task: baseTask({ calls: [call()] }) })).toEqual([dropCall(0)]);
  });
});

/** What a task with a named model that has another label than what it reads would try for a label. */
const LABELLED = [
  "needs.models[0].model: named → any that serves it",
  "needs.models[0].data: declared → the label of what is read",
  "needs.reads[0]: `/data/mail/x` → dropped",
  "needs.reads_directory: true → false",
  dropCall(0),
  dropModel(0),
];

describe("changesOf: labels", () => {
  test("label_under_reads of a call and of a model need", () => {
    const task = baseTask({
      reads: ["/data/mail/x", "/work/in"],
      writes: ["/data/mail/out"],
      calls: [
        call({ data: "public" }),
        call({ method: ["GET"], data: "internal" }),
        call({ method: ["GET"] }),
      ],
      models: [modelNeed(), modelNeed({ capability: "frontier", data: "internal" })],
    });
    expect(tried({ task, spec: specWith({ sovereignty: { score_min: 0, external_calls_max: 9 } }) })).toEqual(
      [
        "needs.calls[0].data: declared → the label of what is read",
        "needs.models[1].data: declared → the label of what is read",
        "needs.reads[0]: `/data/mail/x` → dropped",
        "needs.writes[0]: `/data/mail/out` → dropped",
        dropCall(0),
        dropCall(1),
        dropCall(2),
        "needs.calls: 3 calls → 0",
        dropModel(0),
        dropModel(1),
      ],
    );
  });
  test("may_not_meet, label_over_clearance, no_placement by what makes the label", () => {
    const spec = specWith({
      privacy: { refuse_when: [{ untrusted: true, label_min: null, control_not: null }] },
    });
    expect(tried({ spec, task: baseTask({ reads: ["/data/mail/x", "/work/in"] }) })).toEqual([
      "needs.reads[0]: `/data/mail/x` → dropped",
    ]);
    const secret = baseTask({ reads: ["/data/vault/x", "/work/in"], calls: [call({ data: "secret" })] });
    expect(tried({ task: secret })).toEqual([
      "needs.calls[0].data: declared → the label of what is read",
      "needs.reads[0]: `/data/vault/x` → dropped",
      dropCall(0),
    ]);
    const placed = baseTask({
      reads: ["/data/vault/x"],
      reads_directory: true,
      models: [modelNeed({ capability: "frontier" })],
    });
    expect(tried({ task: placed, spec: specWith({ sovereignty: { score_min: 0 } }) })).toEqual([
      "needs.reads[0]: `/data/vault/x` → dropped",
      "needs.reads_directory: true → false",
      dropModel(0),
    ]);
  });
  test("by real paths", () => {
    const task = baseTask({ reads: ["/link", "/other"], calls: [call()] });
    const paths = { reads: [path("/link", { real: "/data/vault/x" }), path("/other", { real: "/work/o" })] };
    expect(tried({ task, paths })).toEqual(["needs.reads[0]: `/link` → dropped", dropCall(0)]);
    const sums = { ancestors: [grant({ reads: ["/work"] })] };
    const child = baseTask({ reads: ["/link", "/other"] });
    const linked = { reads: [path("/link", { real: "/elsewhere" }), path("/other", { real: "/work/o" })] };
    expect(tried({ task: child, paths: linked, sums })).toEqual(["needs.reads[0]: `/link` → dropped"]);
  });
  test("label_conflict by every path, and the directory", () => {
    const sums = { holds: [hold({ writes: [{ path: "/work/job/x", label: "secret" }] })] };
    const task = baseTask({ reads: ["/work/in"], writes: ["/work/out"], reads_directory: true });
    expect(tried({ task, sums })).toEqual([
      "needs.reads[0]: `/work/in` → dropped",
      "needs.writes[0]: `/work/out` → dropped",
      "needs.reads_directory: true → false",
    ]);
  });
  test("at most twelve paths, calls and models one by one", () => {
    const reads = Array.from({ length: 15 }, (_, at) => `/gone/${at}`);
    expect(changes({ task: baseTask({ reads }), paths: { reads: [] } })).toHaveLength(12);
    const calls = Array.from({ length: 15 }, (_, at) => call({ to: `https://h${at}.example.org:443/` }));
    expect(changes({ task: baseTask({ calls }) })).toHaveLength(13);
    const models = Array.from({ length: 15 }, (_, at) => modelNeed({ capability: "embed", model: `m${at}` }));
    const summaries = tried({ task: baseTask({ models }) });
    expect(summaries.filter((line) => line.endsWith("dropped"))).toHaveLength(12);
  });
});

describe("changesOf: model needs", () => {
  const two = {
    providers: [
      provider({ models: [model({ context_max: 2048 }), model({ name: "big", context_max: 8192 })] }),
    ],
  };
  test("a context is lowered to the largest that is here", () => {
    const at = (context: number, facts: Case["facts"] = two) =>
      tried({ task: baseTask({ models: [modelNeed({ context })], processes: 101 }), facts: facts ?? {} });
    expect(at(8193)).toContain("needs.models[0].context: 8193 → 8192");
    expect(at(8192).join()).not.toContain("context");
    expect(
      at(9000, { providers: [provider({ models: [model({ context_max: null })] })] }).join(),
    ).not.toContain("context");
    expect(at(9000, { providers: [] }).join()).not.toContain("context");
  });
  test("of several needs only the one that is meant changes", () => {
    const models = [modelNeed({ model: "llama" }), modelNeed({ capability: "frontier", model: "x" })];
    const [one, other] = changes({ task: baseTask({ models, processes: 101 }) }).filter(({ summary }) =>
      summary.includes(".model:"),
    );
    expect(one?.task.needs.models).toEqual([{ ...models[0], model: null }, models[1]]);
    expect(other?.task.needs.models).toEqual([models[0], { ...models[1], model: null }]);
  });
  test("what would be the same need twice is not tried", () => {
    const models = [modelNeed({ model: "llama" }), modelNeed()];
    expect(tried({ task: baseTask({ models, processes: 101 }) })).toEqual(["needs.processes: 101 → 100"]);
    const apart = [modelNeed({ model: "llama" }), modelNeed({ data: "internal" })];
    expect(tried({ task: baseTask({ models: apart, processes: 101 }) })).toContain(
      "needs.models[0].model: named → any that serves it",
    );
    const other = [modelNeed({ model: "llama" }), modelNeed({ capability: "frontier" })];
    expect(tried({ task: baseTask({ models: other, processes: 101 }) })).toContain(
      "needs.models[0].model: named → any that serves it",
    );
  });
});

describe("changesOf: place_locally", () => {
  const spec = specWith({ sovereignty: { endpoints: [endpoint({ serves: ["chat"] })] } });
  const joined = (
    calls: readonly ReturnType<typeof call>[],
    models: readonly ReturnType<typeof modelNeed>[] = [],
  ) =>
    changes({ spec, task: baseTask({ calls, models }) }).find(({ change }) => change === "place_locally")
      ?.task.needs.models;

  test("joins the amounts of all calls", () => {
    const two = [call({ bytes_out_max: null, calls_max: 2 }), call({ method: ["GET"], calls_max: 3 })];
    expect(joined(two)).toEqual([modelNeed({ context: 4096, calls_max: 5, bytes_out_max: null })]);
    expect(joined(two.toReversed())).toEqual([
      modelNeed({ context: 4096, calls_max: 5, bytes_out_max: null }),
    ]);
    expect(joined([call(), call({ method: ["GET"], bytes_out_max: 6 })])).toEqual([
      modelNeed({ context: 4096, calls_max: 2, bytes_out_max: 1030 }),
    ]);
  });
  test("keeps the more private of two labels", () => {
    const at = (one: string | null, other: string | null) =>
      joined([call({ data: one }), call({ method: ["GET"], data: other })])?.[0]?.data;
    expect([at(null, null), at("internal", null), at(null, "internal")]).toEqual([
      null,
      "internal",
      "internal",
    ]);
    expect([at("internal", "public"), at("public", "internal"), at("public", "public")]).toEqual([
      "internal",
      "internal",
      "public",
    ]);
    expect([at("internal", "odd"), at("odd", "internal")]).toEqual(["odd", "odd"]);
  });
  test("joins a need for any model of that capability, and no other", () => {
    const others = [modelNeed({ model: "llama" }), modelNeed({ capability: "embed" })];
    expect(joined([call()], others)).toEqual([...others, modelNeed({ context: 4096 })]);
    const same = modelNeed({ context: 77, calls_max: 5 });
    expect(joined([call()], [others[0]!, same])).toEqual([
      others[0],
      { ...same, calls_max: 6, bytes_out_max: 2048 },
    ]);
  });
  test("is not tried above what one need may declare, and at it is", () => {
    const at = (calls_max: number) =>
      joined([call({ calls_max: 500_000 }), call({ method: ["GET"], calls_max })]);
    expect(at(500_001)).toBe(undefined);
    expect(at(500_000)?.[0]?.calls_max).toBe(1_000_000);
  });
  test("names every capability and provider once, sorted", () => {
    const providers = [
      {
        name: "b",
        kind: "openai" as const,
        url: "http://127.0.0.1:2",
        folder: null,
        serves: ["chat"],
        latency: null,
      },
      {
        name: "a",
        kind: "openai" as const,
        url: "http://127.0.0.1:1",
        folder: null,
        serves: ["embed"],
        latency: null,
      },
    ];
    const both = specWith({
      sovereignty: { endpoints: [endpoint({ serves: ["chat", "embed"] })], providers },
    });
    const facts = { providers: [provider({ name: "a" }), provider({ name: "b" })] };
    const calls = [
      call({ for: ["embed"] }),
      call({ for: ["chat"] }),
      call({ method: ["GET"], for: ["chat", "embed"] }),
    ];
    expect(tried({ spec: both, task: baseTask({ calls }), facts })[0]).toBe(
      "needs.calls: 3 calls → 0; needs.models: chat on provider b, embed on provider a",
    );
  });
  test("is not tried without a lazy call", () => {
    expect(tried({ task: baseTask({ calls: [call({ method: ["PUT"] })] }) })).toEqual([dropCall(0)]);
  });
});

describe("changesOf: narrower calls and amounts", () => {
  test("a call that is not over is not narrowed", () => {
    const endpoints = [endpoint(), endpoint({ host: "b.example.com" })];
    const spec = specWith({ sovereignty: { endpoints, score_min: 0 } });
    const calls = [
      call({ calls_max: 11, bytes_out_max: 65_537 }),
      call({ to: "https://b.example.com:443/v1", calls_max: 10, bytes_out_max: 65_536 }),
    ];
    expect(tried({ spec, task: baseTask({ calls }) })).toEqual([
      "needs.calls[0].calls_max: 11 → 10",
      "needs.calls[0].bytes_out_max: 65537 B → 64 KiB",
      dropCall(0),
      dropCall(1),
      "needs.calls: 2 calls → 0",
    ]);
  });
  test("down to one request and one byte, no further", () => {
    const at = (requests: number, bytes: number) => {
      const endpoints = [endpoint({ requests_per_task_max: requests, bytes_out_per_task_max: bytes })];
      return tried({
        spec: specWith({ sovereignty: { endpoints } }),
        task: baseTask({ calls: [call({ calls_max: 2, bytes_out_max: 2 })] }),
      });
    };
    expect(at(1, 1)).toEqual([
      "needs.calls[0].calls_max: 2 → 1",
      "needs.calls[0].bytes_out_max: 2 B → 1 B",
      dropCall(0),
    ]);
    expect(at(0, 0)).toEqual([dropCall(0)]);
  });
  test("amounts down to one, no further", () => {
    const spec = specWith({ resources: { processes_max: 1 } });
    expect(tried({ spec, task: baseTask({ processes: 2 }) })).toEqual(["needs.processes: 2 → 1"]);
    const none = specWith({ resources: { processes_max: 0 } });
    expect(tried({ spec: none, task: baseTask({ processes: 2 }) })).toEqual([]);
    const undeclared = specWith({
      resources: { processes_max: 0, cpu: { per_task_max: 1 } },
      defaults: { processes: null, cpu: null },
    });
    expect(tried({ spec: undeclared })).toEqual(["needs.cpu: undeclared → 0.001"]);
    const nothing = specWith({ resources: { processes_max: 0 }, defaults: { processes: null } });
    expect(tried({ spec: nothing })).toEqual([]);
  });
  test("memory is rounded to whole MiB only above one", () => {
    const at = (per_task_max: number) => {
      const memory = { per_task_max, committed_max: 5000, host_reserve: 2 * GIB };
      return changes({ spec: specWith({ resources: { memory } }), task: baseTask({ memory: GIB }) })[0]?.task
        .needs.memory;
    };
    expect([at(1_048_576), at(1_048_577), at(1_048_575), at(2_097_151)]).toEqual([
      1_048_576, 1_048_576, 1_048_575, 1_048_576,
    ]);
  });
});
