// What a person is told of a decision: complete, checkable by hand, and nobody else's words unescaped.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryTriple } from "../../test/arbitrary-decision.ts";
import { specWith } from "../../test/decision-cases.ts";
import {
  baseFacts,
  baseSpec,
  baseTask,
  call,
  endpoint,
  GIB,
  hold,
  modelNeed,
  path,
} from "../../test/decision-fixtures.ts";
import { depth, seed } from "../../test/depth.ts";
import type { Spec } from "../spec/spec.ts";
import type { Task } from "../task/task.ts";
import { compileSpec } from "./compile-spec.ts";
import { decide } from "./decide.ts";
import { type ExplainedSection, explainDecision } from "./explain.ts";
import type { Facts } from "./facts.ts";

function explained(
  task: Task,
  facts: Facts = baseFacts(task),
  spec: Spec = baseSpec(),
): readonly ExplainedSection[] {
  const compiled = compileSpec(spec, "s");
  return explainDecision({ decision: decide(compiled, { task, digest: "d" }, facts), task, facts }, compiled);
}

function section(sections: readonly ExplainedSection[], title: string): readonly string[] {
  return sections.find((one) => one.title === title)?.lines ?? [];
}

describe("explainDecision", () => {
  test("of a lazy request", () => {
    const task = baseTask({
      calls: [
        call({ for: ["chat"], calls_max: 2 }),
        call({ to: "https://u.example.net:443/a", for: ["chat"], bytes_out_max: 5000, data: "internal" }),
      ],
    });
    const spec = specWith({
      sovereignty: {
        endpoints: [endpoint({ serves: ["chat"] })],
        external_calls_max: 0,
        uncontrolled_calls_max: 0,
      },
    });
    const facts = baseFacts(task);
    expect(explained(task, { ...facts, node: { ...facts.node, gate: "none" } }, spec)).toEqual([
      {
        title: "refused",
        lines: [
          "task `t`, asked by principal `me`",
          "to run `prog` in `/work/job`",
          "what it reads is labelled `public`",
        ],
      },
      {
        title: "why",
        lines: [
          "sovereignty: sovereignty score is 32: limit is 50 (score_under_limit, by `sovereignty.score_min`)",
          "sovereignty: needs 2 external calls: limit is 0 (external_calls_over_limit, by `sovereignty.external_calls_max`)",
          "  POST https://api.example.com:443/v1/x: host `api.example.com` is named contracted by the spec",
          "  POST https://u.example.net:443/a: host `u.example.net` is unknown to the spec: counts as uncontrolled",
          "sovereignty: needs 1 call to endpoints that nobody here controls: limit is 0 (uncontrolled_calls_over_limit, by `sovereignty.uncontrolled_calls_max`)",
          "  POST https://u.example.net:443/a: host `u.example.net` is unknown to the spec: counts as uncontrolled",
          "sovereignty: needs 1 call to hosts that the spec does not name: limit is 0 (host_unknown, by `sovereignty.endpoints`)",
          "  POST https://u.example.net:443/a: host `u.example.net` is unknown to the spec: counts as uncontrolled",
          "sovereignty: needs 2 external calls: no gate on this node, so nothing leaves it (no_gate_on_this_node, by `node.gate`)",
          "  POST https://api.example.com:443/v1/x: host `api.example.com` is named contracted by the spec",
          "  POST https://u.example.net:443/a: host `u.example.net` is unknown to the spec: counts as uncontrolled",
          "sovereignty: needs 2 external calls for what a provider on this node serves: limit is 0 (served_locally, by `sovereignty.local_first`)",
          "  POST https://api.example.com:443/v1/x: host `api.example.com` is named contracted by the spec",
          "  POST https://u.example.net:443/a: host `u.example.net` is unknown to the spec: counts as uncontrolled",
          "  provider `ollama` serves `chat` on this node with model `llama`: it fits now, needs 1 GiB: limit is 4 GiB",
        ],
      },
      {
        title: "what passes instead",
        lines: [
          "1. needs.calls: 2 calls → 0; needs.models: chat on provider ollama",
          "2. needs.calls: 2 calls → 0",
        ],
      },
      {
        title: "sovereignty score 32 of 100",
        lines: [
          "less 17 for POST https://api.example.com:443/v1/x: host `api.example.com` is named contracted by the spec (16 for its class, 0 for no byte cap, 0 for what nobody inspects, 1 for requests, 0 for bytes, 0 for its label)",
          "less 51 for POST https://u.example.net:443/a: host `u.example.net` is unknown to the spec: counts as uncontrolled (41 for its class, 8 for no byte cap, 0 for what nobody inspects, 0 for requests, 1 for bytes, 1 for its label)",
          "residency: the farthest that a byte goes is uncontrolled",
          "ownership: 2 to what is not owned",
          "compute: 0 of the model needs computed elsewhere",
          "auditability: 1 without a byte cap or inspection",
          "replaceable on this node today: 2",
        ],
      },
    ]);
  });
  test("of an admitted task, with what it is granted", () => {
    const task = baseTask({
      models: [modelNeed({ calls_max: 3 })],
      reads: ["/data/mail/x"],
      writes: ["/work/out"],
      reads_directory: true,
      records_network: true,
    });
    const facts = baseFacts(task);
    expect(explained(task, { ...facts, paths: { ...facts.paths, masked: ["/work/job/.ssh"] } })).toEqual([
      {
        title: "admitted",
        lines: [
          "task `t`, asked by principal `me`",
          "to run `prog` in `/work/job`",
          "what it reads is labelled `internal`, and some of it is untrusted",
        ],
      },
      {
        title: "what was measured",
        lines: [
          "sovereignty: `sovereignty.score_min` is 100: limit is 50",
          "privacy: `privacy.sources` is `internal`",
          "resources: `resources.processes_max` is 64: limit is 100",
          "execution: `execution.isolation` is `namespaces`: limit is `namespaces`",
          "request: `principals` is `me`",
        ],
      },
      {
        title: "where its label comes from",
        lines: ["reaches `/data/mail/x`: source `/data/mail/**` is labelled `internal`, untrusted"],
      },
      { title: "where model needs go", lines: ["`chat`: provider `ollama` with model `llama` (node)"] },
      { title: "sovereignty score 100 of 100", lines: ["no byte leaves this node"] },
      {
        title: "what it is granted",
        lines: [
          "memory 512 MiB, cores 1, processes 64, time 2 m, output 1 MiB",
          "reads `/data/mail/x`",
          "reads `/work/job`",
          "writes `/work/out`",
          "hidden `/work/job/.ssh`",
          "model `llama` of provider `ollama`, at most 3 requests",
          "no way out: what it tries on the network is refused and recorded",
        ],
      },
    ]);
  });
  test("of a deferral says when, and what passes now or that the same does later", () => {
    const task = baseTask({ memory: GIB });
    const facts = (memory: number): Facts => ({
      ...baseFacts(task),
      sums: { holds: [hold({ memory })], windows: [], ancestors: [] },
    });
    const sections = explained(task, facts(3.5 * GIB));
    expect(sections[0]?.title).toBe("deferred");
    expect(section(sections, "when")).toEqual([
      "expected to pass in 1 m or before: it waits for `memory_committed`",
    ]);
    expect(section(sections, "what passes instead")).toEqual(["1. needs.memory: 1 GiB → 512 MiB"]);
    expect(section(explained(task, facts(4 * GIB)), "what passes instead")).toEqual([
      "the same request, later",
    ]);
    const hot: Facts = { ...baseFacts(task), node: { ...baseFacts(task).node, memory_some_avg10: 9999 } };
    expect(section(explained(task, hot), "when")).toEqual([
      "expected to pass at a time nobody can say: it waits for `pressure_high`",
    ]);
  });
  test("of a refusal without remedy says so honestly, and of a remedy that waits that it does", () => {
    const task = baseTask();
    const nobody: Facts = { ...baseFacts(task), principal: null };
    const sections = explained(task, nobody);
    expect(section(sections, "what passes instead")).toEqual([
      "nothing: no change of this request that was tried passes",
    ]);
    expect(sections[0]?.lines[0]).toBe("task `t`, asked by a user that the spec does not list");
    const large = baseTask({ memory: 3 * GIB });
    const facts: Facts = {
      ...baseFacts(large),
      sums: { holds: [hold({ memory: 3 * GIB })], windows: [], ancestors: [] },
    };
    expect(section(explained(large, facts), "what passes instead")).toEqual([
      "1. needs.memory: 3 GiB → 1 GiB",
      "2. needs.memory: 3 GiB → 2 GiB (after a wait)",
    ]);
  });
  test("of a contradiction names what cannot hold together", () => {
    const task = baseTask({ models: [modelNeed()] });
    const wishing: Task = { ...task, requires: { residency: "node", latency: 10, bytes_out: null } };
    expect(section(explained(wishing), "cannot hold together")).toEqual(["`requires.latency`"]);
  });
  test("of a model need placed outward, and of one without a place", () => {
    const outward = explained(baseTask({ models: [modelNeed({ capability: "frontier" })] }));
    expect(section(outward, "where model needs go")).toEqual([
      "`frontier`: endpoint `api.example.com` (contracted)",
    ]);
    expect(section(outward, "sovereignty score 84 of 100").slice(1)).toEqual([
      "residency: the farthest that a byte goes is contracted",
      "ownership: 1 to what is not owned",
      "compute: 1 of the model needs computed elsewhere",
      "auditability: 0 without a byte cap or inspection",
      "replaceable on this node today: 0",
    ]);
    const none = explained(baseTask({ models: [modelNeed({ capability: "frontier", data: "secret" })] }));
    expect(section(none, "sovereignty score 73 of 100")[0]).toMatch(
      /^less 27 for POST https:\/\/api\.example\.com:443/,
    );
    expect(section(none, "sovereignty score 73 of 100")[1]).toBe(
      "residency: the farthest that a byte goes is node",
    );
  });
  test("of a provider says that it is one", () => {
    const task = baseTask({ provider: "ollama" });
    const facts: Facts = { ...baseFacts(task), providers: [] };
    expect(section(explained(task, facts), "what it is granted")[1]).toBe(
      "is provider `ollama` at `http://127.0.0.1:11434`",
    );
  });
  test("of the network grants, and of what nobody inspects", () => {
    const raw = endpoint({
      host: "fd00::5",
      port: 22,
      address: "fd00::5",
      opaque: { max_label: "public", bytes_out: 4096, bytes_in: 2048 },
    });
    const binding = {
      host: "api.example.com",
      port: 443,
      methods: ["POST"],
      paths: ["/v1"],
      place: "bearer",
    };
    const secrets = [{ name: "KEY", file: "/keys/one", for: binding }];
    const plain = specWith({ sovereignty: { endpoints: [endpoint(), raw], secrets, score_min: 0 } });
    const spec = { ...plain, principals: plain.principals.map((one) => ({ ...one, secrets: ["KEY"] })) };
    const task = baseTask({
      calls: [call({ calls_max: 2 }), call({ to: "tcp://[fd00::5]:22", method: ["CONNECT"] })],
      secrets: ["KEY"],
    });
    const sections = explained(task, baseFacts(task), spec);
    expect(section(sections, "what it is granted").slice(1)).toEqual([
      "calls POST `https://api.example.com:443/v1/x`, at most 2 requests and 1 KiB",
      "connects to `tcp://[fd00::5]:22` at `fd00::5` uninspected, at most 1 connection, 1 KiB out and 2 KiB in",
      "secret `KEY`, put in at `api.example.com:443`",
    ]);
    expect(section(sections, "sovereignty score 56 of 100").slice(0, 2)).toEqual([
      "less 17 for POST https://api.example.com:443/v1/x: host `api.example.com` is named contracted by the spec (16 for its class, 0 for no byte cap, 0 for what nobody inspects, 1 for requests, 0 for bytes, 0 for its label)",
      "less 27 for CONNECT tcp://[fd00::5]:22: host `fd00::5` is named contracted by the spec (16 for its class, 0 for no byte cap, 11 for what nobody inspects, 0 for requests, 0 for bytes, 0 for its label)",
    ]);
    expect(section(sections, "sovereignty score 56 of 100")).toContain(
      "auditability: 1 without a byte cap or inspection",
    );
  });
  test("residency of several calls is the farthest", () => {
    const endpoints = [
      endpoint(),
      endpoint({ host: "o.home.arpa", control: "owned" }),
      endpoint({ host: "u.example.org", control: "uncontrolled" }),
    ];
    const spec = specWith({ sovereignty: { endpoints } });
    const at = (...hosts: readonly string[]): string => {
      const calls = hosts.map((host) => call({ to: `https://${host}:443/v1` }));
      const lines = explained(baseTask({ calls }), undefined, spec).flatMap(({ lines }) => lines);
      return lines.find((line) => line.startsWith("residency")) ?? "";
    };
    expect(at("o.home.arpa")).toMatch(/owned$/);
    expect(at("o.home.arpa", "api.example.com")).toMatch(/is contracted$/);
    expect(at("api.example.com", "o.home.arpa")).toMatch(/is contracted$/);
    expect(at("o.home.arpa", "u.example.org", "api.example.com")).toMatch(/uncontrolled$/);
  });
});

test("P6: explainDecision shows foreign words escaped only, on one line each", () => {
  const hostile = "\u001b[31m`x`\u202e\nadmitted\u0000";
  const task: Task = {
    ...baseTask({ reads: ["/data/a\u001b[2J`b"] }),
    task: hostile,
    intent: hostile,
    run: { command: [hostile, hostile] },
    directory: "/work/\u202ejob",
  };
  const facts: Facts = { ...baseFacts(task), principal: "me" };
  const lines = explained(task, facts).flatMap((one) => [one.title, ...one.lines]);
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(lines).toContain("task `\\x1b[31m\\x60x\\x60\\u{202e}\\nadmitted\\x00`, asked by principal `me`");
  expect(lines.some((line) => line.startsWith("its intent, unverified: `\\x1b"))).toBe(true);
  const refused = explained(task, {
    ...facts,
    paths: { ...facts.paths, reads: [path("/data/a\u001b[2J`b", { permitted: false })] },
  });
  for (const { lines: some } of refused) for (const line of some) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test("explainDecision tells every decision: a sentence for each finding, a line for each remedy, the score's shares", () => {
  const property = fc.property(arbitraryTriple, ({ spec, task, facts }) => {
    const compiled = compileSpec(spec, "s");
    const decision = decide(compiled, { task, digest: "d" }, facts);
    const sections = explainDecision({ decision, task, facts }, compiled);
    const why = sections[1]?.lines.filter((line) => !line.startsWith("  ")) ?? [];
    expect(why).toHaveLength(decision.findings.length);
    for (const line of why) expect(line).not.toMatch(/undefined|null|NaN|\[object/);
    if (decision.remedies.length > 0) {
      expect(section(sections, "what passes instead")).toHaveLength(decision.remedies.length);
    }
    const shares = section(sections, `sovereignty score ${decision.score} of 100`).map((line) =>
      Number(/^less (\d+) /.exec(line)?.[1] ?? 0),
    );
    expect(Math.max(0, 100 - shares.reduce((sum, share) => sum + share, 0))).toBe(decision.score);
  });
  fc.assert(property, { seed, numRuns: depth(300, 5000) });
}, 900_000);
