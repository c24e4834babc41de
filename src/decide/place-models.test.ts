// Known answers of where model needs go. For each cause a case beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import { answer, decided, onlyFailure, passes, specWith } from "../../test/decision-cases.ts";
import {
  baseSpec,
  baseTask,
  endpoint,
  GIB,
  model,
  modelNeed,
  provider,
} from "../../test/decision-fixtures.ts";
import type { Task } from "../task/task.ts";
import type { Decision } from "./decision.ts";

describe("decide, place-models: placing model needs", () => {
  test("no_placement where nothing serves, or no endpoint may have it", () => {
    const nowhere = onlyFailure({ task: baseTask({ models: [modelNeed({ capability: "embed" })] }) });
    expect([nowhere.cause, ...answer(nowhere)]).toEqual([
      "no_placement",
      "embed",
      null,
      "none",
      "needs.models[0]",
      false,
    ]);
    expect(nowhere.evidence).toEqual([]);
    const decision = decided({ task: baseTask({ models: [modelNeed({ capability: "embed" })] }) });
    expect([decision.score, decision.placements]).toEqual([100, []]);
    for (const change of [{ calls_max: 11 }, { bytes_out_max: 65_537 }, { data: "confidential" }]) {
      const need = modelNeed({ capability: "frontier", ...change });
      const spec = specWith({ sovereignty: { score_min: 0 } });
      const finding = onlyFailure({ spec, task: baseTask({ models: [need] }) });
      expect([finding.cause, finding.evidence]).toEqual(["no_placement", ["api.example.com"]]);
      expect(decided({ spec, task: baseTask({ models: [need] }) }).score).toBeLessThan(77);
    }
    passes({
      task: baseTask({
        models: [
          modelNeed({ capability: "frontier", calls_max: 10, bytes_out_max: 65_536, data: "internal" }),
        ],
      }),
    });
  });
  test("no_placement waits for a provider that is down, and says what was seen of it", () => {
    const task = baseTask({ models: [modelNeed()] });
    const down = provider({ state: "down", evidence: "connection `refused`\n", models: [] });
    const finding = onlyFailure({ task, facts: { providers: [down] } });
    expect([finding.cause, finding.transient]).toEqual(["no_placement", true]);
    expect(finding.evidence).toEqual(["provider `ollama` is down: `connection \\x60refused\\x60\\n`"]);
    const decision = decided({ task, facts: { providers: [down] } });
    expect([decision.outcome, decision.retry]).toEqual(["defer", { cause: "no_placement", after: null }]);
    // Another reason that lasts is a refusal, whatever is down.
    const both = baseTask({ models: [modelNeed(), modelNeed({ capability: "embed" })] });
    expect(decided({ task: both, facts: { providers: [down] } }).outcome).toBe("refuse");
  });
  test.each([
    ["no model", { models: [] }, {}, "is up (`own cgroup`): it has no model"],
    [
      "a size that is not known",
      { models: [model({ memory: null })] },
      {},
      "is up (`own cgroup`): model `llama` is not loaded, and its size is unknown",
    ],
    [
      "too little context",
      { models: [model({ context_max: 2048 })] },
      { context: 4096 },
      "is up (`own cgroup`): model `llama` holds 2048 tokens of context: 4096 are needed",
    ],
    [
      "models that are not asked for, or forwarded",
      { models: [model(), model({ name: "b", remote: true })] },
      { model: "c" },
      "is up (`own cgroup`): model `llama` is not the one that is asked for; model `b` is forwarded elsewhere",
    ],
    [
      "more than the node has",
      { models: [model({ memory: 11 * GIB })] },
      {},
      "is up (`own cgroup`): model `llama` needs 11 GiB: this node has 10 GiB",
    ],
    [
      "no proof that it stays here",
      { control: "unknown" as const, evidence: "its unit allows any address" },
      {},
      "is up, but not proved to stay on this node: `its unit allows any address`",
    ],
    ["another name", { name: "else" }, {}, "was not observed"],
  ])("no_placement tells of a provider with %s, and is permanent", (_, found, need, says) => {
    const finding = onlyFailure({
      task: baseTask({ models: [modelNeed(need)] }),
      facts: { providers: [provider(found)] },
    });
    expect([finding.cause, finding.transient]).toEqual(["no_placement", false]);
    expect(finding.evidence).toEqual([`provider \`ollama\` ${says}`]);
  });
  test("no_placement tells of at most eight models of a provider", () => {
    const models = Array.from({ length: 12 }, (_, at) => model({ name: `m${at}`, remote: true }));
    const finding = onlyFailure({
      task: baseTask({ models: [modelNeed()] }),
      facts: { providers: [provider({ models })] },
    });
    expect(finding.evidence[0]).toMatch(/model `m7` is forwarded elsewhere; 4 more$/u);
  });
  test("no_placement lists at most eight endpoints", () => {
    const endpoints = Array.from({ length: 12 }, (_, at) =>
      endpoint({ host: `h${at}.example.com`, clearance: "public" }),
    );
    const spec = specWith({ sovereignty: { endpoints, score_min: 0 } });
    expect(
      onlyFailure({
        spec,
        task: baseTask({ models: [modelNeed({ capability: "frontier", data: "internal" })] }),
      }).evidence,
    ).toHaveLength(8);
  });
  test("a verified local provider comes first", () => {
    const spec = specWith({ sovereignty: { endpoints: [endpoint({ serves: ["chat"], control: "owned" })] } });
    const decision = passes({ spec, task: baseTask({ models: [modelNeed()] }) });
    expect(decision.placements).toEqual([
      { capability: "chat", target: "provider", name: "ollama", model: "llama", control: "node" },
    ]);
    expect(decision.grants?.models).toEqual([
      {
        provider: "ollama",
        kind: "ollama",
        url: "http://127.0.0.1:11434",
        model: "llama",
        requests_max: 1,
        tokens_max: null,
        context: 0,
      },
    ]);
    expect(decision.score).toBe(100);
  });
  test("context and name must fit; a context that is not said fits", () => {
    const at = (need: Parameters<typeof modelNeed>[0], context_max: number | null = 8192): Decision =>
      decided({
        task: baseTask({ models: [modelNeed(need)] }),
        facts: { providers: [provider({ models: [model({ context_max })] })] },
      });
    expect(at({ context: 8192 }).outcome).toBe("admit");
    expect(at({ context: 8193 }).outcome).toBe("refuse");
    expect(at({ context: 8193 }, null).outcome).toBe("admit");
    expect(at({ model: "llama" }).outcome).toBe("admit");
    expect(at({ model: "else" }).outcome).toBe("refuse");
  });
  test("owned before contracted before uncontrolled, by what passes", () => {
    const endpoints = [
      endpoint({ host: "u.example.com", control: "uncontrolled", clearance: "secret" }),
      endpoint({ host: "c.example.com", control: "contracted", clearance: "confidential" }),
      endpoint({ host: "b.example.com", control: "contracted", clearance: "confidential" }),
      endpoint({ host: "o.example.com", control: "owned", clearance: "internal" }),
      endpoint({ host: "*.wild.example.com", control: "owned", clearance: "secret" }),
      endpoint({ host: "get.example.com", control: "owned", clearance: "secret", methods: ["GET"] }),
      endpoint({ host: "nopath.example.com", control: "owned", clearance: "secret", paths: [] }),
    ];
    const spec = specWith({ sovereignty: { endpoints, score_min: 0 } });
    const at = (data: string) =>
      decided({ spec, task: baseTask({ models: [modelNeed({ capability: "frontier", data })] }) })
        .placements[0];
    expect(at("public")).toEqual({
      capability: "frontier",
      target: "endpoint",
      name: "o.example.com",
      model: null,
      control: "owned",
    });
    expect(at("internal")?.name).toBe("o.example.com");
    expect(at("confidential")?.name).toBe("b.example.com");
    expect(at("secret")?.name).toBe("u.example.com");
  });
  test("within a class what the spec caps comes before what it does not, whatever is wished", () => {
    const endpoints = [
      endpoint({ host: "a.example.com", bytes_out_per_task_max: null, latency: 1 }),
      endpoint({ host: "b.example.com", latency: 500 }),
      endpoint({ host: "c.example.com", clearance: "secret", bytes_out_per_task_max: null, latency: null }),
    ];
    const at = (control: "owned" | "contracted", data: string | null = null) => {
      const spec = specWith({
        sovereignty: { endpoints: endpoints.map((one) => ({ ...one, control })), score_min: 0 },
      });
      const task = baseTask({ models: [modelNeed({ capability: "frontier", data })] });
      const wishing: Task = { ...task, requires: { ...task.requires, latency: 100 }, prefer: { latency: 1 } };
      return [task, wishing].map((one) => decided({ spec, task: one }).placements[0]?.name);
    };
    expect(at("contracted")).toEqual(["b.example.com", "b.example.com"]);
    expect(at("contracted", "secret")).toEqual(["c.example.com", "c.example.com"]);
    // What is owned stands as it does without a cap.
    expect(at("owned")).toEqual(["a.example.com", "a.example.com"]);
  });
  test("within a class the requirement, then the preference, then the name chooses", () => {
    const endpoints = [
      endpoint({ host: "a.example.com", latency: null }),
      endpoint({ host: "b.example.com", latency: 500 }),
      endpoint({ host: "c.example.com", latency: 100 }),
      endpoint({ host: "d.example.com", latency: 50 }),
      endpoint({ host: "u.example.com", latency: 1, control: "uncontrolled" }),
    ];
    const spec = specWith({ sovereignty: { endpoints, score_min: 0 } });
    const at = (requires: number | null, prefer: number | null) => {
      const task = baseTask({ models: [modelNeed({ capability: "frontier" })] });
      const wishing = {
        ...task,
        requires: { ...task.requires, latency: requires },
        prefer: { latency: prefer },
      };
      return decided({ spec, task: wishing }).placements[0]?.name;
    };
    expect(at(null, null)).toBe("a.example.com");
    expect(at(500, null)).toBe("b.example.com");
    expect(at(99, null)).toBe("d.example.com");
    expect(at(null, 100)).toBe("c.example.com");
    expect(at(null, 60)).toBe("d.example.com");
    expect(at(null, 500)).toBe("b.example.com");
    expect(at(100, 500)).toBe("c.example.com");
    expect(at(1, null)).toBe("a.example.com");
  });
  test("among local models: the requirement, free memory, the preference, loaded, smaller, name", () => {
    const [ollama] = baseSpec().sovereignty.providers;
    const providers = [
      { ...ollama!, name: "slow", latency: 900 },
      { ...ollama!, name: "fast", latency: 100 },
      { ...ollama!, name: "blank", latency: null },
    ];
    const spec = specWith({ sovereignty: { providers } });
    const at = (
      models: Record<string, readonly ReturnType<typeof model>[]>,
      wishes: { requires?: number; prefer?: number } = {},
    ) => {
      const task = baseTask({ models: [modelNeed()], memory: 1 });
      const wishing: Task = {
        ...task,
        requires: { ...task.requires, latency: wishes.requires ?? null },
        prefer: { latency: wishes.prefer ?? null },
      };
      const found = Object.entries(models).map(([name, some]) => provider({ name, models: some }));
      const placed = decided({ spec, task: wishing, facts: { providers: found } }).placements[0];
      return `${placed?.name} ${placed?.model}`;
    };
    const big = model({ name: "big", memory: 5 * GIB - 4 * GIB });
    expect(at({ slow: [model()], fast: [model()], blank: [model()] })).toBe("blank llama");
    expect(at({ slow: [model()], fast: [model()] })).toBe("fast llama");
    expect(at({ slow: [model()], fast: [model({ loaded: true, memory: 2 * GIB })] })).toBe("fast llama");
    expect(at({ slow: [model({ loaded: true, memory: 2 * GIB })], fast: [model()] })).toBe("slow llama");
    expect(at({ slow: [model({ memory: 1 })], fast: [model()] })).toBe("slow llama");
    expect(at({ fast: [model({ name: "zed" }), model({ name: "abc" }), big] })).toBe("fast abc");
    expect(at({ slow: [model({ memory: 1 })], fast: [model()] }, { requires: 100 })).toBe("fast llama");
    expect(
      at({ slow: [model({ memory: 1 })], fast: [model()], blank: [model({ memory: 0 })] }, { prefer: 50 }),
    ).toBe("fast llama");
    expect(
      at({ slow: [model({ memory: 1 })], fast: [model()], blank: [model({ memory: 0 })] }, { prefer: 900 }),
    ).toBe("slow llama");
    expect(
      at(
        { slow: [model({ memory: 4 * GIB, loaded: false })], fast: [model({ memory: 4 * GIB })] },
        { requires: 900 },
      ),
    ).toBe("fast llama");
  });
  test("a model whose size is unknown is not placed unless it is loaded", () => {
    const task = baseTask({ models: [modelNeed()] });
    const at = (loaded: boolean) =>
      decided({ task, facts: { providers: [provider({ models: [model({ memory: null, loaded })] })] } });
    expect(at(true).outcome).toBe("admit");
    expect([at(false).outcome, at(false).findings[0]?.cause]).toEqual(["refuse", "no_placement"]);
  });
  test("a model that the spec gives no room is not passed over for the outside", () => {
    const endpoints = [endpoint({ serves: ["chat"], control: "owned" })];
    const tight = { per_task_max: 2 * GIB, committed_max: 1000, host_reserve: 2 * GIB };
    for (const local_first of [true, false]) {
      const spec = {
        ...specWith({ sovereignty: { endpoints, local_first } }),
        resources: { ...baseSpec().resources, memory: tight },
      };
      const finding = onlyFailure({ spec, task: baseTask({ models: [modelNeed()], memory: 1 }) });
      expect([finding.cause, finding.rule]).toEqual(["memory_over_limit", "resources.memory.committed_max"]);
    }
  });
  test("no limit of the spec moves a need to another model", () => {
    const [ollama] = baseSpec().sovereignty.providers;
    const providers = [
      { ...ollama!, name: "slow", latency: 900 },
      { ...ollama!, name: "fast", latency: 100 },
    ];
    const found = [
      provider({ name: "slow", models: [model()] }),
      provider({ name: "fast", models: [model({ memory: 3 * GIB })] }),
    ];
    const at = (committed_max: number) => {
      const memory = { per_task_max: 2 * GIB, committed_max, host_reserve: 2 * GIB };
      const spec = {
        ...specWith({ sovereignty: { providers } }),
        resources: { ...baseSpec().resources, memory },
      };
      const task = { ...baseTask({ models: [modelNeed()], memory: 2 * GIB }), prefer: { latency: 100 } };
      return decided({ spec, task, facts: { providers: found } });
    };
    expect([at(5000).outcome, at(5000).placements[0]?.name]).toEqual(["refuse", "fast"]);
    expect([at(3750).outcome, at(3750).placements[0]?.name]).toEqual(["refuse", "fast"]);
    expect([at(3000).outcome, at(3000).placements[0]?.name]).toEqual(["refuse", "fast"]);
  });
  test("what fits free memory comes first, and the requirement before it", () => {
    const [ollama] = baseSpec().sovereignty.providers;
    const providers = [
      { ...ollama!, name: "slow", latency: 900 },
      { ...ollama!, name: "fast", latency: 100 },
    ];
    const spec = specWith({ sovereignty: { providers } });
    const found = [
      provider({ name: "slow", models: [model()] }),
      provider({ name: "fast", models: [model({ memory: 3 * GIB })] }),
    ];
    const at = (requires: number | null) => {
      const task = baseTask({ models: [modelNeed()], memory: 1 });
      return decided({
        spec,
        task: { ...task, requires: { ...task.requires, latency: requires }, prefer: { latency: 1 } },
        facts: { providers: found },
        node: { memory_available: 2 * GIB },
      });
    };
    expect(at(null).placements[0]?.name).toBe("slow");
    expect(at(null).outcome).toBe("admit");
    expect(at(500).placements[0]?.name).toBe("fast");
    expect(at(500).retry?.cause).toBe("memory_unavailable");
  });
  test("served_locally when a model need names a model that is not here", () => {
    const spec = specWith({ sovereignty: { endpoints: [endpoint({ serves: ["chat"] })] } });
    const task = baseTask({ models: [modelNeed({ model: "elsewhere" })] });
    const finding = onlyFailure({ spec, task });
    expect([finding.cause, finding.transient]).toEqual(["served_locally", false]);
    expect(finding.evidence[0]).toBe(
      "POST https://api.example.com:443: host `api.example.com` is named contracted by the spec",
    );
    passes({
      spec: specWith({ sovereignty: { endpoints: [endpoint({ serves: ["chat"] })], local_first: false } }),
      task,
    });
    passes({ spec, task: baseTask({ models: [modelNeed({ context: 9000 })] }) });
  });
});
