// Known answers of the changes of what leaves.
import { describe, expect, test } from "vitest";
import { decided, firstRemedy, offered, specWith } from "../../test/decision-cases.ts";
import {
  baseTask,
  call,
  endpoint,
  GIB,
  hold,
  model,
  modelNeed,
  provider,
} from "../../test/decision-fixtures.ts";

const chatEndpoint = endpoint({ serves: ["chat"] });

describe("remedies: lazy requests", () => {
  const task = baseTask({
    calls: [
      call({ for: ["chat"], calls_max: 2, bytes_out_max: 10 }),
      call({
        to: "https://u.example.net:443/a",
        for: ["chat"],
        calls_max: 3,
        bytes_out_max: 20,
        data: "internal",
      }),
      call({ to: "https://w.example.net:443/a", for: ["chat"], data: "public" }),
    ],
  });
  const spec = specWith({ sovereignty: { endpoints: [chatEndpoint] } });

  test("place_locally replaces every served call by one model need: one change, offered first", () => {
    expect(offered({ spec, task, node: { gate: "none" } })).toEqual([
      ["place_locally", "needs.calls: 3 calls → 0; needs.models: chat on provider ollama", "admit"],
      ["drop_call", "needs.calls: 3 calls → 0", "admit"],
    ]);
    expect(firstRemedy({ spec, task }).task).toEqual({
      ...task,
      needs: {
        ...task.needs,
        calls: [],
        models: [
          {
            capability: "chat",
            context: 4096,
            model: null,
            calls_max: 6,
            bytes_out_max: 1054,
            tokens: null,
            money: null,
            data: "internal",
          },
        ],
      },
    });
  });
  test("place_locally leaves what is not served here, and joins a need of the same capability", () => {
    const mixed = baseTask({
      calls: [call({ for: ["frontier"] }), call({ method: ["GET"], for: ["chat"], bytes_out_max: null })],
      models: [modelNeed({ model: "llama" }), modelNeed({ calls_max: 4, data: "public" })],
    });
    const both = specWith({
      sovereignty: { endpoints: [endpoint({ serves: ["chat", "frontier"] })] },
      defaults: { bytes_out: 1 },
    });
    const remedy = firstRemedy({ spec: both, task: mixed });
    expect(remedy.summary).toBe("needs.calls: 2 calls → 1; needs.models: chat on provider ollama");
    expect(remedy.task.needs.calls).toEqual([mixed.needs.calls[0]]);
    expect(remedy.task.needs.models).toEqual([
      mixed.needs.models[0],
      { ...mixed.needs.models[1], calls_max: 5, bytes_out_max: null, data: "public" },
    ]);
  });
  test("place_locally asks for no more context than the model has", () => {
    const small = { providers: [provider({ models: [model({ context_max: 2048 })] })] };
    expect(firstRemedy({ spec, task, facts: small }).task.needs.models[0]?.context).toBe(2048);
    const unsaid = { providers: [provider({ models: [model({ context_max: null })] })] };
    expect(firstRemedy({ spec, task, facts: unsaid }).task.needs.models[0]?.context).toBe(4096);
    const large = { providers: [provider({ models: [model({ context_max: 100_000 })] })] };
    expect(firstRemedy({ spec, task, facts: large }).task.needs.models[0]?.context).toBe(4096);
  });
  test("place_locally for one call says so; a declared label that is not on the ladder stays and is not offered", () => {
    const one = baseTask({ calls: [call({ for: ["chat"] })] });
    expect(firstRemedy({ spec, task: one }).summary).toBe(
      "needs.calls: 1 call → 0; needs.models: chat on provider ollama",
    );
    const odd = baseTask({
      calls: [
        call({ for: ["chat"], data: "odd" }),
        call({ method: ["GET"], for: ["chat"], data: "internal" }),
      ],
    });
    expect(offered({ spec, task: odd }).map(([change]) => change)).not.toContain("place_locally");
  });
  test("place_locally is deferred when memory is short now", () => {
    const remedy = firstRemedy({
      spec,
      task: { ...task, needs: { ...task.needs, memory: 1 } },
      sums: { holds: [hold({ memory: 4 * GIB })] },
    });
    expect([remedy.change, remedy.outcome]).toEqual(["place_locally", "defer"]);
  });
});

describe("remedies: narrower calls", () => {
  test("narrow_call to what an endpoint still has", () => {
    const task = baseTask({ calls: [call({ calls_max: 11 })] });
    expect(offered({ task })).toEqual([
      ["narrow_call", "needs.calls[0].calls_max: 11 → 10", "admit"],
      ["drop_call", "needs.calls[0]: declared → dropped", "admit"],
    ]);
    expect(firstRemedy({ task }).task.needs.calls[0]?.calls_max).toBe(10);
    const two = baseTask({ calls: [call({ calls_max: 4 }), call({ method: ["GET"], calls_max: 9 })] });
    expect(offered({ task: two }).slice(0, 2)).toEqual([
      ["narrow_call", "needs.calls[0].calls_max: 4 → 1", "admit"],
      ["narrow_call", "needs.calls[1].calls_max: 9 → 6", "admit"],
    ]);
    const three = baseTask({ calls: [call({ calls_max: 3 }), call({ method: ["GET"], calls_max: 10 })] });
    expect(offered({ task: three })[0]).toEqual(["narrow_call", "needs.calls[1].calls_max: 10 → 7", "admit"]);
  });
  test("narrow_call in bytes, declared or by default", () => {
    const task = baseTask({ calls: [call({ bytes_out_max: 65_537 })] });
    expect(offered({ task })[0]).toEqual([
      "narrow_call",
      "needs.calls[0].bytes_out_max: 65537 B → 64 KiB",
      "admit",
    ]);
    const byDefault = baseTask({ calls: [call({ bytes_out_max: null })] });
    const spec = specWith({ defaults: { bytes_out: 65_537 } });
    expect(firstRemedy({ spec, task: byDefault }).task.needs.calls[0]?.bytes_out_max).toBe(65_536);
    const tiny = specWith({ sovereignty: { endpoints: [endpoint({ bytes_out_per_task_max: 0 })] } });
    expect(offered({ spec: tiny, task }).map(([change]) => change)).toEqual(["drop_call"]);
  });
  test("narrow_call only at the place that is over", () => {
    const endpoints = [endpoint(), endpoint({ host: "b.example.com" })];
    const spec = specWith({ sovereignty: { endpoints, score_min: 0 } });
    const task = baseTask({
      calls: [call({ calls_max: 11 }), call({ to: "https://b.example.com:443/v1", calls_max: 10 })],
    });
    expect(offered({ spec, task }).map(([, summary]) => summary)).toEqual([
      "needs.calls[0].calls_max: 11 → 10",
      "needs.calls[0]: declared → dropped",
      "needs.calls: 2 calls → 0",
    ]);
  });
  test("narrow_call to what a window still has, and to the caller's own bound", () => {
    const budgets = [
      { scope: "node" as const, window: 1, external_calls: 4, bytes_out: 3000, tokens: null, money: null },
    ];
    const spec = specWith({ resources: { budgets } });
    const row = {
      scope: "node" as const,
      key: "",
      window: 1,
      external_calls: 1,
      bytes_out: 1000,
      frees_in: 5,
    };
    const deferred = { spec, task: baseTask({ calls: [call({ calls_max: 4 })] }), sums: { windows: [row] } };
    expect(decided(deferred).outcome).toBe("defer");
    expect(offered(deferred)[0]).toEqual(["narrow_call", "needs.calls[0].calls_max: 4 → 3", "admit"]);
    const bytes = {
      spec,
      task: baseTask({ calls: [call({ bytes_out_max: 3001 })] }),
      sums: { windows: [row] },
    };
    expect(offered(bytes)[0]).toEqual([
      "narrow_call",
      "needs.calls[0].bytes_out_max: 3001 B → 3 kB",
      "defer",
    ]);
    const task = baseTask({ calls: [call()] });
    expect(offered({ task: { ...task, requires: { ...task.requires, bytes_out: 1000 } } })[0]).toEqual([
      "narrow_call",
      "needs.calls[0].bytes_out_max: 1 KiB → 1 kB",
      "admit",
    ]);
  });
  test("narrow_call takes back a label or a capability that was said wrongly", () => {
    const spec = specWith({ sovereignty: { endpoints: [endpoint({ clearance: "secret" })], score_min: 0 } });
    const lie = baseTask({ reads: ["/data/vault/x"], calls: [call({ data: "public" })] });
    expect(offered({ spec, task: lie })[0]).toEqual([
      "narrow_call",
      "needs.calls[0].data: declared → the label of what is read",
      "admit",
    ]);
    const wrong = baseTask({ calls: [call({ for: ["embed"] })] });
    expect(offered({ task: wrong })[0]).toEqual([
      "narrow_call",
      "needs.calls[0].for: declared → whatever its endpoint serves",
      "admit",
    ]);
    expect(firstRemedy({ task: wrong }).task.needs.calls[0]?.for).toEqual([]);
  });
  test("a change that would declare the same call twice is not offered", () => {
    const task = baseTask({ calls: [call({ for: ["embed"] }), call()] });
    expect(offered({ task }).map(([change]) => change)).toEqual(["drop_call", "drop_call"]);
  });
  test("drop_call of each call, and of all", () => {
    const spec = specWith({ sovereignty: { external_calls_max: 1, score_min: 0 } });
    const task = baseTask({ calls: [call(), call({ method: ["GET"] })] });
    expect(offered({ spec, task })).toEqual([
      ["drop_call", "needs.calls[0]: declared → dropped", "admit"],
      ["drop_call", "needs.calls[1]: declared → dropped", "admit"],
      ["drop_call", "needs.calls: 2 calls → 0", "admit"],
    ]);
    expect(decided({ spec, task }).remedies.map((remedy) => remedy.task.needs.calls.length)).toEqual([
      1, 1, 0,
    ]);
  });
  test("drop_model of a need without a place", () => {
    const task = baseTask({ models: [modelNeed(), modelNeed({ capability: "embed" })] });
    expect(offered({ task })).toEqual([["drop_model", "needs.models[1]: declared → dropped", "admit"]]);
    expect(firstRemedy({ task }).task.needs.models).toEqual([modelNeed()]);
  });
  test("drop_model where models take the memory", () => {
    const spec = specWith({
      resources: { memory: { per_task_max: 8 * GIB, committed_max: 5000, host_reserve: 2 * GIB } },
    });
    const task = baseTask({ memory: 4 * GIB, models: [modelNeed()] });
    expect(offered({ spec, task })).toEqual([
      ["lower_memory", "needs.memory: 4 GiB → 3 GiB", "admit"],
      ["drop_model", "needs.models[0]: declared → dropped", "admit"],
    ]);
  });
});

describe("remedies: answers and raw connections", () => {
  const capped = specWith({ sovereignty: { endpoints: [endpoint({ bytes_in_per_task_max: 2048 })] } });

  test("narrow_call takes less back, by what all calls of the place are over", () => {
    const task = baseTask({
      calls: [call({ bytes_in_max: 2048 }), call({ method: ["GET"], bytes_in_max: 1024 })],
    });
    expect(offered({ spec: capped, task })).toEqual([
      ["narrow_call", "needs.calls[0].bytes_in_max: 2 KiB → 1 KiB", "admit"],
      ["drop_call", "needs.calls[0]: declared → dropped", "admit"],
      ["drop_call", "needs.calls[1]: declared → dropped", "admit"],
      ["drop_call", "needs.calls: 2 calls → 0", "admit"],
    ]);
    expect(firstRemedy({ spec: capped, task }).task.needs.calls[0]?.bytes_in_max).toBe(1024);
    const one = baseTask({ calls: [call({ bytes_in_max: 2049 })] });
    expect(offered({ spec: capped, task: one })[0]).toEqual([
      "narrow_call",
      "needs.calls[0].bytes_in_max: 2049 B → 2 KiB",
      "admit",
    ]);
  });

  test("narrow_call changes nothing of what comes back where that was not declared", () => {
    const spec = specWith({ sovereignty: { endpoints: [endpoint({ bytes_in_per_task_max: 0 })] } });
    const task = baseTask({ calls: [call()] });
    expect(offered({ spec, task })).toEqual([["drop_call", "needs.calls[0]: declared → dropped", "admit"]]);
    const declared = baseTask({ calls: [call({ bytes_in_max: 1 })] });
    expect(offered({ spec, task: declared })).toEqual([
      ["drop_call", "needs.calls[0]: declared → dropped", "admit"],
    ]);
  });

  test("narrow_call keeps a raw connection within what may pass uninspected", () => {
    const raw = endpoint({
      host: "nas.example.com",
      address: "10.0.0.5",
      control: "owned",
      opaque: { max_label: "public", bytes_out: 1024, bytes_in: 1024 },
    });
    const spec = specWith({ sovereignty: { endpoints: [raw] } });
    const connect = call({ to: "tcp://nas.example.com:443", method: ["CONNECT"] });
    expect(offered({ spec, task: baseTask({ calls: [{ ...connect, bytes_out_max: 2048 }] }) })[0]).toEqual([
      "narrow_call",
      "needs.calls[0].bytes_out_max: 2 KiB → 1 KiB",
      "admit",
    ]);
    expect(offered({ spec, task: baseTask({ calls: [{ ...connect, bytes_in_max: 2048 }] }) })[0]).toEqual([
      "narrow_call",
      "needs.calls[0].bytes_in_max: 2 KiB → 1 KiB",
      "admit",
    ]);
  });
});
