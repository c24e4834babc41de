// Known answers of what a child may have at most, beyond the amounts in check-budgets.test.ts: a case beyond each limit, and
// one at it.
import { describe, expect, test } from "vitest";
import { decided, failing, grant, onlyFailure, passes, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, modelNeed } from "../../test/decision-fixtures.ts";
import { drawGrants } from "./draw-grants.ts";

const LEFT = grant().calls[0];

describe("children", () => {
  test("children_over_limit: submissions, depth, and a node that cannot hold them together", () => {
    const spec = specWith({ resources: { children: { per_task_max: 3, depth_max: 1 } } });
    passes({ spec, task: baseTask({ submits: 3 }) });
    const many = onlyFailure({ spec, task: baseTask({ submits: 4 }) });
    expect([many.cause, many.rule, many.measured, many.limit]).toEqual([
      "children_over_limit",
      "resources.children.per_task_max",
      4,
      3,
    ]);
    passes({ spec, sums: { ancestors: [grant()] } });
    const deep = onlyFailure({ spec, sums: { ancestors: [grant(), grant()] } });
    expect([deep.rule, deep.measured, deep.limit]).toEqual(["resources.children.depth_max", 2, 1]);
    const softly = specWith({ execution: { isolation: "namespaces", limits: "soft" } });
    const soft = onlyFailure({
      spec: softly,
      task: baseTask({ submits: 1 }),
      node: { limits: "soft" },
    });
    expect([soft.cause, soft.rule]).toEqual(["children_over_limit", "node.limits"]);
    const gateless = onlyFailure({ task: baseTask({ submits: 1 }), node: { gate: "none" } });
    expect([gateless.cause, gateless.rule]).toEqual(["children_over_limit", "node.gate"]);
  });
  test("a spec without `children` lets nothing submit", () => {
    const spec = specWith({ resources: { children: { per_task_max: 0, depth_max: 0 } } });
    expect(onlyFailure({ spec, task: baseTask({ submits: 1 }) }).cause).toBe("children_over_limit");
    expect(onlyFailure({ spec, sums: { ancestors: [grant()] } }).cause).toBe("children_over_limit");
  });
  test("a child and all that it may submit come out of its parent's submissions", () => {
    passes({ task: baseTask({ submits: 2 }), sums: { ancestors: [grant({ submits: 3 })] } });
    const over = onlyFailure({
      task: baseTask({ submits: 2 }),
      sums: { ancestors: [grant({ submits: 2 })] },
    });
    expect([over.cause, over.rule, over.measured]).toEqual(["ancestor_over_limit", "ancestor.submits", 3]);
  });
  test("its memory and cores are its parent's already, so the node is not asked for them again", () => {
    const node = { memory_available: 0, cpu: 1 };
    passes({ node, sums: { ancestors: [grant()] } });
    expect(failing(decided({ node })).length).toBeGreaterThan(0);
  });
});

describe("grants that need a place", () => {
  const calls = (...more: readonly ReturnType<typeof call>[]) => baseTask({ calls: [call(), ...more] });
  test("a host, method or path that the parent lacks, and more than it has left", () => {
    expect(LEFT).toBeDefined();
    const asked = calls();
    passes({ task: asked, sums: { ancestors: [grant()] } });
    for (const change of [
      { host: "b.example.com" },
      { port: 8443 },
      { scheme: "http" },
      { methods: ["DELETE"] },
      { path: "/v1beta" },
      { requests_max: 0 },
      { bytes_out_max: 1 },
      { bytes_in_max: 1 },
    ] as const) {
      const left = grant().calls.map((one) => ({ ...one, ...change }));
      const finding = onlyFailure({ task: asked, sums: { ancestors: [grant({ calls: left })] } });
      expect([finding.cause, finding.rule, finding.measured]).toEqual([
        "ancestor_over_limit",
        "ancestor.calls",
        "api.example.com",
      ]);
    }
  });
  test("two calls do not share what is left for one", () => {
    const one = grant().calls.map((left) => ({ ...left, requests_max: 1 }));
    passes({ task: calls(), sums: { ancestors: [grant({ calls: one })] } });
    const both = calls(call({ to: "https://api.example.com:443/v1/other" }));
    const ancestors = [grant({ calls: one, bytes_out: 1_000_000 })];
    expect(onlyFailure({ task: both, sums: { ancestors } }).rule).toBe("ancestor.calls");
  });
  test("a model, its provider and its context", () => {
    const task = baseTask({ models: [modelNeed()] });
    const { placements } = passes({ task });
    const at = { provider: placements[0]?.name ?? "", model: placements[0]?.model ?? "" };
    const left = { ...at, requests_max: 1, context: 4096 };
    passes({ task, sums: { ancestors: [grant({ models: [left] })] } });
    for (const change of [{ model: "other" }, { provider: "other" }, { requests_max: 0 }]) {
      const models = [{ ...left, ...change }];
      expect(onlyFailure({ task, sums: { ancestors: [grant({ models })] } }).rule).toBe("ancestor.models");
    }
  });
});

describe("what a child reads", () => {
  test("nothing untrusted where its parent is not, and its parent's taint is its own", () => {
    const spec = specWith({
      privacy: { sources: [{ path: "/work/mail/**", label: "public", trust: "untrusted" }] },
    });
    const task = baseTask({ reads: ["/work/mail/x"] });
    const refused = onlyFailure({ spec, task, sums: { ancestors: [grant()] } });
    expect([refused.cause, refused.rule]).toEqual(["ancestor_over_limit", "ancestor.untrusted"]);
    passes({ spec, task, sums: { ancestors: [grant({ untrusted: true })] } });
    expect(passes({ sums: { ancestors: [grant({ untrusted: true })] } }).untrusted).toBe(true);
    expect(passes({ sums: { ancestors: [grant()] } }).untrusted).toBe(false);
  });
  test("nothing that is hidden from its parent, from inside or around it", () => {
    const hidden = grant({ masked: ["/work/in/keys"] });
    for (const path of ["/work/in/keys", "/work/in/keys/one", "/work/in"]) {
      const finding = onlyFailure({ task: baseTask({ reads: [path] }), sums: { ancestors: [hidden] } });
      expect([finding.rule, finding.measured]).toEqual(["ancestor.masked", path]);
    }
    passes({ task: baseTask({ reads: ["/work/in/other"] }), sums: { ancestors: [hidden] } });
  });
  test("a child is no provider", () => {
    const rules = failing(
      decided({ task: baseTask({ provider: "ollama" }), sums: { ancestors: [grant()] } }),
    ).map(({ rule }) => rule);
    expect(rules).toContain("ancestor.provider");
  });
});

test("drawGrants names the first of a list that finds no room, and says what it took of which", () => {
  const left = { calls: grant().calls, opaque: [], models: [] };
  const [first] = left.calls;
  if (first === undefined) throw new Error("a grant of calls");
  const wanted = { ...first, requests_max: 60, bytes_out_max: 0 };
  const both = { calls: [wanted, { ...wanted, requests_max: 40 }], opaque: [], models: [] };
  expect(drawGrants(both, left)).toEqual({
    ok: true,
    drawn: {
      calls: [
        { at: 0, requests: 60, bytes_out: 0, bytes_in: null },
        { at: 0, requests: 40, bytes_out: 0, bytes_in: null },
      ],
      opaque: [],
      models: [],
    },
  });
  const over = { ...both, calls: [wanted, { ...wanted, requests_max: 41 }] };
  expect(drawGrants(over, left)).toEqual({ ok: false, list: "calls", name: "api.example.com" });
});
