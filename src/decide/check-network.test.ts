// Known answers of what is proved, inspected and taken back: raw connections, plain HTTP, answers. For each cause a case
// beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import { answer, decided, failing, onlyFailure, passes, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint } from "../../test/decision-fixtures.ts";
import type { Endpoint, Spec } from "../spec/spec.ts";
import type { CallNeed } from "../task/task.ts";

const RAW = { max_label: "internal", bytes_out: 2048, bytes_in: 100 };
const opaque: Partial<Endpoint> = { host: "nas.example.com", port: 22, address: "10.0.0.5", opaque: RAW };
const connect = (change: Partial<CallNeed> = {}): CallNeed =>
  call({ to: "tcp://nas.example.com:22", method: ["CONNECT"], ...change });
const withEndpoint = (change: Partial<Endpoint>, score_min = 0): Spec =>
  specWith({ sovereignty: { endpoints: [endpoint(change)], score_min } });

describe("decide: raw connections", () => {
  test("opaque_not_granted for a raw connection to what takes requests", () => {
    const finding = onlyFailure({
      spec: withEndpoint({ ...opaque, opaque: null }),
      task: baseTask({ calls: [connect()] }),
    });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "opaque_not_granted",
      "nas.example.com",
      null,
      "none",
      "sovereignty.endpoints.opaque",
      false,
    ]);
    expect(finding.evidence).toEqual(["needs.calls[0]", "nas.example.com"]);
  });

  test("opaque_not_granted without an address, whatever a parser let through", () => {
    const spec = withEndpoint({ ...opaque, address: null });
    expect(onlyFailure({ spec, task: baseTask({ calls: [connect()] }) }).cause).toBe("opaque_not_granted");
    const calls = [call({ to: "https://nas.example.com:22/v1" })];
    expect(onlyFailure({ spec, task: baseTask({ calls }) }).cause).toBe("opaque_only");
  });

  test("opaque_only for a request to what takes raw connections, whatever its method and path", () => {
    const spec = withEndpoint(opaque);
    for (const method of ["POST", "PUT"]) {
      for (const path of ["/v1/x", "/elsewhere"]) {
        const calls = [call({ to: `https://nas.example.com:22${path}`, method: [method] })];
        const finding = onlyFailure({ spec, task: baseTask({ calls }) });
        expect([finding.cause, ...answer(finding)]).toEqual([
          "opaque_only",
          "nas.example.com",
          null,
          "none",
          "sovereignty.endpoints.opaque",
          false,
        ]);
        expect(finding.evidence).toEqual(["needs.calls[0]", "nas.example.com"]);
      }
    }
  });

  test("a raw connection has neither method nor path to be allowed", () => {
    passes({
      spec: withEndpoint({ ...opaque, methods: [], paths: [] }),
      task: baseTask({ calls: [connect()] }),
    });
  });

  test("host_unknown for a raw connection to another port or host", () => {
    for (const to of ["tcp://nas.example.com:23", "tcp://nas.example.org:22", "tcp://nas.example.com"]) {
      const finding = onlyFailure({
        spec: withEndpoint(opaque),
        task: baseTask({ calls: [connect({ to })] }),
      });
      expect(finding.cause).toBe("host_unknown");
    }
    const [line] = onlyFailure({
      spec: withEndpoint(opaque),
      task: baseTask({ calls: [connect({ to: "tcp://nas.example.com:23" })] }),
    }).evidence;
    expect(line).toBe(
      "CONNECT tcp://nas.example.com:23: host `nas.example.com` is unknown to the spec: counts as uncontrolled",
    );
  });

  test("host_unknown where entries exclude each other", () => {
    const endpoints = [
      endpoint({ address: "10.0.0.5" }),
      endpoint({ host: "*.example.com", control: "owned", address: "10.0.0.6" }),
    ];
    const spec = specWith({ sovereignty: { endpoints, score_min: 0 } });
    expect(onlyFailure({ spec, task: baseTask({ calls: [call()] }) }).cause).toBe("host_unknown");
  });

  test("label_over_clearance by what may pass uninspected, or by the clearance, whichever is lower", () => {
    const at = (max_label: string, clearance: string, data: string | null) => ({
      spec: withEndpoint({ ...opaque, clearance, opaque: { ...RAW, max_label } }),
      task: baseTask({ calls: [connect({ data })] }),
    });
    const finding = onlyFailure(at("internal", "secret", "confidential"));
    expect([finding.cause, ...answer(finding)]).toEqual([
      "label_over_clearance",
      "confidential",
      "internal",
      "label",
      "sovereignty.endpoints.opaque.max_label",
      false,
    ]);
    expect(onlyFailure(at("secret", "internal", "confidential")).rule).toBe(
      "sovereignty.endpoints.clearance",
    );
    expect(onlyFailure(at("internal", "internal", "confidential")).rule).toBe(
      "sovereignty.endpoints.clearance",
    );
    expect(onlyFailure(at("nowhere", "secret", null)).limit).toBe("nowhere");
    passes(at("internal", "secret", "internal"));
    passes(at("secret", "internal", "internal"));
  });

  test("bytes_over_limit and bytes_in_over_limit over all connections to a place", () => {
    const spec = withEndpoint(opaque);
    const two = (out: number, back: number | null) =>
      baseTask({
        calls: [
          connect({ bytes_out_max: 1024, bytes_in_max: 40 }),
          connect({ bytes_out_max: out, bytes_in_max: back, data: "internal" }),
        ],
      });
    const out = onlyFailure({ spec, task: two(1025, 60) });
    expect([out.cause, ...answer(out)]).toEqual([
      "bytes_over_limit",
      2049,
      2048,
      "bytes",
      "sovereignty.endpoints.opaque.bytes_out",
      false,
    ]);
    expect(out.evidence).toEqual(["nas.example.com:22"]);
    const back = onlyFailure({ spec, task: two(1024, 61) });
    expect([back.cause, ...answer(back)]).toEqual([
      "bytes_in_over_limit",
      101,
      100,
      "bytes",
      "sovereignty.endpoints.opaque.bytes_in",
      false,
    ]);
    expect(back.evidence).toEqual(["nas.example.com:22"]);
    passes({ spec, task: two(1024, 60) });
    passes({ spec, task: two(1024, null) });
  });

  test("the caps of the endpoint bind raw connections beside those of opaque", () => {
    const capped = withEndpoint({ ...opaque, bytes_out_per_task_max: 100, requests_per_task_max: 2 });
    const bytes = onlyFailure({ spec: capped, task: baseTask({ calls: [connect({ bytes_out_max: 101 })] }) });
    expect(bytes.rule).toBe("sovereignty.endpoints.bytes_out_per_task_max");
    const often = onlyFailure({
      spec: capped,
      task: baseTask({ calls: [connect({ bytes_out_max: 100, calls_max: 3 })] }),
    });
    expect([often.cause, often.measured, often.limit]).toEqual(["requests_over_limit", 3, 2]);
    passes({ spec: capped, task: baseTask({ calls: [connect({ bytes_out_max: 100, calls_max: 2 })] }) });
  });

  test("bytes_undeclared for a raw connection that declares none", () => {
    const finding = onlyFailure({
      spec: withEndpoint(opaque),
      task: baseTask({ calls: [connect({ bytes_out_max: null })] }),
    });
    expect([finding.cause, finding.rule]).toEqual(["bytes_undeclared", "needs.calls[0].bytes_out_max"]);
  });

  test("a raw connection counts eleven points more than a request of its class, cap or no cap", () => {
    const score = (change: Partial<Endpoint>, one: CallNeed): number =>
      passes({ spec: withEndpoint(change), task: baseTask({ calls: [one] }) }).score;
    const request = call({ to: "https://nas.example.com:22/v1/x" });
    for (const control of ["owned", "contracted"] as const) {
      const inspected = score({ ...opaque, control, opaque: null }, request);
      const raw = score({ ...opaque, control }, connect());
      expect([control, inspected - raw]).toEqual([control, 11]);
      expect(score({ ...opaque, control, bytes_out_per_task_max: null }, connect())).toBe(raw);
    }
    const spec = withEndpoint({ ...opaque, control: "owned" });
    expect(passes({ spec, task: baseTask({ calls: [connect()] }) }).score).toBe(84);
  });
});

describe("decide: answers", () => {
  test("bytes_in_over_limit over all calls to a place; what is undeclared has one byte at least", () => {
    const spec = withEndpoint({ bytes_in_per_task_max: 10 });
    const back = (...each: readonly (number | null)[]) =>
      baseTask({
        calls: each.map((bytes_in_max, at) => call({ method: [at === 0 ? "POST" : "GET"], bytes_in_max })),
      });
    const finding = onlyFailure({ spec, task: back(4, 7) });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "bytes_in_over_limit",
      11,
      10,
      "bytes",
      "sovereignty.endpoints.bytes_in_per_task_max",
      false,
    ]);
    expect(finding.evidence).toEqual(["api.example.com:443"]);
    expect(onlyFailure({ spec, task: back(10, null) }).measured).toBe(11);
    passes({ spec, task: back(4, 6) });
    passes({ spec, task: back(9, null) });
    const nothing = withEndpoint({ bytes_in_per_task_max: 0 });
    expect(onlyFailure({ spec: nothing, task: back(null) }).measured).toBe(1);
    passes({ spec: nothing, task: back(0) });
    passes({ spec: withEndpoint({}), task: back(2 ** 40) });
  });
});

describe("decide: plain HTTP", () => {
  const plain = baseTask({ calls: [call({ to: "http://api.example.com:443/v1/x" })] });

  test.each(["127.0.0.1", "127.1.2.3", "::1"])("passes to this node alone, at %s", (address) => {
    passes({ spec: withEndpoint({ address }), task: plain });
  });

  test.each([null, "8.8.8.8", "10.0.0.5"])("is a host unknown at %s", (address) => {
    const causes = failing(decided({ spec: withEndpoint({ address }), task: plain })).map(
      ({ cause }) => cause,
    );
    expect(causes).toContain("host_unknown");
  });

  test("passes to a loopback address that the spec names", () => {
    const spec = withEndpoint({ host: "127.0.0.1", port: 8080, address: "127.0.0.1" });
    passes({ spec, task: baseTask({ calls: [call({ to: "http://127.0.0.1:8080/v1/x" })] }) });
  });
});
