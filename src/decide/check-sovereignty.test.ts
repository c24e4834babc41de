// Known answers of what leaves the node: counts, score, endpoints, gate. For each cause a case beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import { answer, onlyFailure, passes, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, GIB, modelNeed } from "../../test/decision-fixtures.ts";
import type { Spec } from "../spec/spec.ts";
import type { NodeFacts } from "./facts.ts";

describe("decide, check-sovereignty: what leaves", () => {
  test("host_unknown", () => {
    const spec = specWith({ sovereignty: { uncontrolled_calls_max: 3, score_min: 0 } });
    for (const to of [
      "https://api.example.org:443/v1/x",
      "https://api.example.com:444/v1/x",
      "http://api.example.com:443/v1/x",
      "nonsense",
    ]) {
      const finding = onlyFailure({ spec, task: baseTask({ calls: [call({ to })] }) });
      expect([finding.cause, ...answer(finding)]).toEqual([
        "host_unknown",
        1,
        0,
        "count",
        "sovereignty.endpoints",
        false,
      ]);
    }
    const [line] = onlyFailure({
      spec,
      task: baseTask({ calls: [call({ to: "https://x.example.org:443/a" })] }),
    }).evidence;
    expect(line).toBe(
      "POST https://x.example.org:443/a: host `x.example.org` is unknown to the spec: counts as uncontrolled",
    );
    const [plain] = onlyFailure({
      spec,
      task: baseTask({ calls: [call({ to: "http://api.example.com:443/v1/x" })] }),
    }).evidence;
    expect(plain).toBe(
      "POST http://api.example.com:443/v1/x: host `api.example.com` is called by plain HTTP, which proves no host: counts as uncontrolled",
    );
    passes({ spec, task: baseTask({ calls: [call()] }) });
  });
  test("method_not_allowed and path_not_allowed", () => {
    const method = onlyFailure({ task: baseTask({ calls: [call({ method: ["PUT"] })] }) });
    expect([method.cause, ...answer(method)]).toEqual([
      "method_not_allowed",
      "PUT",
      null,
      "none",
      "sovereignty.endpoints.methods",
      false,
    ]);
    expect(method.evidence).toEqual(["needs.calls[0]", "api.example.com"]);
    const elsewhere = onlyFailure({
      task: baseTask({ calls: [call({ to: "https://api.example.com:443/v1beta" })] }),
    });
    expect([elsewhere.cause, ...answer(elsewhere)]).toEqual([
      "path_not_allowed",
      "/v1beta",
      null,
      "none",
      "sovereignty.endpoints.paths",
      false,
    ]);
    expect(elsewhere.evidence).toEqual(["needs.calls[0]", "api.example.com"]);
    passes({ task: baseTask({ calls: [call({ method: ["GET"], to: "https://api.example.com:443/v1" })] }) });
    const spec = specWith({ sovereignty: { endpoints: [endpoint({ paths: ["/v1", "/v2"] })] } });
    passes({ spec, task: baseTask({ calls: [call({ to: "https://api.example.com:443/v2/x" })] }) });
  });
  test("a call of several methods is one call, and its endpoint allows each of them", () => {
    const both = call({ method: ["GET", "POST"], calls_max: 2 });
    const apart = [call({ method: ["GET"] }), call({ method: ["POST"] })];
    const spec = specWith({ sovereignty: { score_min: 70 } });
    expect(passes({ spec, task: baseTask({ calls: [both] }) }).grants?.calls).toMatchObject([
      { methods: ["GET", "POST"], requests_max: 2 },
    ]);
    expect(onlyFailure({ spec, task: baseTask({ calls: apart }) }).cause).toBe("score_under_limit");
    const odd = onlyFailure({ task: baseTask({ calls: [call({ method: ["GET", "PUT"] })] }) });
    expect([odd.cause, odd.measured]).toEqual(["method_not_allowed", "PUT"]);
  });
  test("requests_over_limit over all calls to a place", () => {
    const other = call({ method: ["GET"], calls_max: 5 });
    const finding = onlyFailure({ task: baseTask({ calls: [other, call({ calls_max: 6 })] }) });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "requests_over_limit",
      11,
      10,
      "count",
      "sovereignty.endpoints.requests_per_task_max",
      false,
    ]);
    expect(finding.evidence).toEqual(["api.example.com:443"]);
    expect(finding.margin).toBe(-1000);
    passes({ task: baseTask({ calls: [other, call({ calls_max: 5 })] }) });
    const endpoints = [endpoint(), endpoint({ host: "b.example.com" })];
    passes({
      spec: specWith({ sovereignty: { endpoints } }),
      task: baseTask({
        calls: [call({ calls_max: 10 }), call({ to: "https://b.example.com:443/v1", calls_max: 10 })],
      }),
    });
    const ports = [endpoint(), endpoint({ port: 444 })];
    passes({
      spec: specWith({ sovereignty: { endpoints: ports } }),
      task: baseTask({
        calls: [call({ calls_max: 10 }), call({ to: "https://api.example.com:444/v1", calls_max: 10 })],
      }),
    });
  });
  test("bytes_over_limit over all calls to a place", () => {
    const other = call({ method: ["GET"], bytes_out_max: 65_000 });
    const finding = onlyFailure({ task: baseTask({ calls: [other, call({ bytes_out_max: 537 })] }) });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "bytes_over_limit",
      65_537,
      65_536,
      "bytes",
      "sovereignty.endpoints.bytes_out_per_task_max",
      false,
    ]);
    expect(finding.evidence).toEqual(["api.example.com:443"]);
    passes({ task: baseTask({ calls: [other, call({ bytes_out_max: 536 })] }) });
  });
  test("no cap of an endpoint is no limit", () => {
    const endpoints = [endpoint({ requests_per_task_max: null, bytes_out_per_task_max: null })];
    passes({
      spec: specWith({ sovereignty: { endpoints } }),
      task: baseTask({ calls: [call({ calls_max: 5000, bytes_out_max: GIB })] }),
    });
  });
  test("bytes_undeclared unless the spec has a default", () => {
    const task = baseTask({ calls: [call({ bytes_out_max: null })] });
    const finding = onlyFailure({ task });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "bytes_undeclared",
      null,
      null,
      "bytes",
      "needs.calls[0].bytes_out_max",
      false,
    ]);
    expect(finding.evidence).toEqual(["api.example.com"]);
    passes({ task, spec: specWith({ defaults: { bytes_out: 65_536 } }) });
    expect(onlyFailure({ task, spec: specWith({ defaults: { bytes_out: 65_537 } }) }).cause).toBe(
      "bytes_over_limit",
    );
  });
  test("external_calls_over_limit", () => {
    const spec = specWith({ sovereignty: { external_calls_max: 1, score_min: 0 } });
    const task = baseTask({ calls: [call(), call({ method: ["GET"] })] });
    const finding = onlyFailure({ spec, task });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "external_calls_over_limit",
      2,
      1,
      "count",
      "sovereignty.external_calls_max",
      false,
    ]);
    expect(finding.evidence).toEqual([
      "GET https://api.example.com:443/v1/x: host `api.example.com` is named contracted by the spec",
      "POST https://api.example.com:443/v1/x: host `api.example.com` is named contracted by the spec",
    ]);
    passes({ spec, task: baseTask({ calls: [call()] }) });
  });
  test("uncontrolled_calls_over_limit counts what is named uncontrolled", () => {
    const endpoints = [endpoint({ control: "uncontrolled" })];
    const spec = (uncontrolled_calls_max: number): Spec =>
      specWith({ sovereignty: { endpoints, uncontrolled_calls_max, score_min: 0 } });
    const task = baseTask({ calls: [call()] });
    const finding = onlyFailure({ spec: spec(0), task });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "uncontrolled_calls_over_limit",
      1,
      0,
      "count",
      "sovereignty.uncontrolled_calls_max",
      false,
    ]);
    expect(finding.evidence).toEqual([
      "POST https://api.example.com:443/v1/x: host `api.example.com` is named uncontrolled by the spec",
    ]);
    passes({ spec: spec(1), task });
  });
  test("score_under_limit", () => {
    const spec = (score_min: number): Spec => specWith({ sovereignty: { score_min } });
    const task = baseTask({ calls: [call()] });
    const finding = onlyFailure({ spec: spec(85), task });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "score_under_limit",
      84,
      85,
      "score",
      "sovereignty.score_min",
      false,
    ]);
    expect(finding.margin).toBe(-118);
    expect(passes({ spec: spec(84), task }).score).toBe(84);
    expect(passes({ spec: spec(100) }).score).toBe(100);
  });
  test("no_gate_on_this_node for a call and for a model need placed outward", () => {
    const node: Partial<NodeFacts> = { gate: "none" };
    const finding = onlyFailure({ node, task: baseTask({ calls: [call()] }) });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "no_gate_on_this_node",
      1,
      0,
      "count",
      "node.gate",
      false,
    ]);
    expect(finding.evidence).toEqual([
      "POST https://api.example.com:443/v1/x: host `api.example.com` is named contracted by the spec",
    ]);
    const placed = onlyFailure({ node, task: baseTask({ models: [modelNeed({ capability: "frontier" })] }) });
    expect(placed.evidence).toEqual([
      "POST https://api.example.com:443: host `api.example.com` is named contracted by the spec",
    ]);
    passes({ node, task: baseTask({ models: [modelNeed()] }) });
  });
});
