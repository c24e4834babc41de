// labelLines: every labelled thing that a task reaches, and what its label means for each call.
import { describe, expect, test } from "vitest";
import { type Case, factsOf, grant, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint } from "../../test/decision-fixtures.ts";
import { compileSpec } from "./compile-spec.ts";
import { decisionsBehind, labelLines, originLines } from "./label-chain.ts";
import { type Situation, situationOf } from "./situation.ts";

function situation(one: Case): Situation {
  const { spec, task, facts } = factsOf(one);
  return situationOf(compileSpec(spec, "s"), task, facts);
}

const OUTPUT = { path: "/work/out/x", label: "internal", untrusted: true, decision: 4 };

describe("labelLines", () => {
  test("are none where all is the default", () => {
    expect(labelLines(situation({ task: baseTask({ reads: ["/work/in"], calls: [call()] }) }))).toEqual([]);
  });
  test("name source, output and parent, then each call with what it is cleared for", () => {
    const calls = [
      call(),
      call({ to: "https://own.example.com:443/" }),
      call({ to: "https://nowhere.example.org:443/" }),
    ];
    const endpoints = [
      endpoint(),
      endpoint({ host: "own.example.com", control: "owned", clearance: "secret", paths: ["/"] }),
    ];
    const one: Case = {
      spec: specWith({ sovereignty: { endpoints } }),
      task: baseTask({ reads: ["/data/vault/x", "/data"], writes: ["/work/out"], calls }),
      sums: { ancestors: [grant({ decision: 9, label: "confidential" })] },
      facts: { outputs: [OUTPUT] },
    };
    expect(labelLines(situation(one))).toEqual([
      "reaches `/data/vault/x`: source `/data/vault/**` is labelled `secret`",
      "reaches `/data`: source `/data/vault/**` is labelled `secret`",
      "reaches `/data`: source `/data/mail/**` is labelled `internal`, untrusted",
      "`/work/out/x` was written under decision 4, labelled `internal`, untrusted",
      "its parent, decision 9, has label `confidential`",
      "so `secret` data in `needs.calls[0]` to `api.example.com`, cleared for `internal`, is forbidden",
      "so `secret` data in `needs.calls[1]` to `own.example.com`, cleared for `secret`, is allowed by its label",
      "so `secret` data in `needs.calls[2]` to `nowhere.example.org`, which the spec does not name, is forbidden",
    ]);
  });
  test("name a source above the working directory, and none that is masked in it", () => {
    const sources = [
      { path: "/work/**", label: "internal", trust: "trusted" as const },
      { path: "/work/job", label: "public", trust: "untrusted" as const },
      { path: "/work/job/vault", label: "secret", trust: "trusted" as const },
    ];
    const one: Case = {
      spec: specWith({ privacy: { sources } }),
      task: baseTask({ reads_directory: true }),
    };
    expect(labelLines(situation(one))).toEqual([
      "reaches `/work/job`: source `/work/**` is labelled `internal`",
      "reaches `/work/job`: source `/work/job` is labelled `public`, untrusted",
    ]);
  });
  test("count what is more than a screen of them", () => {
    const outputs = Array.from({ length: 15 }, (_, at) => ({
      ...OUTPUT,
      path: `/work/out/${at}`,
      decision: at,
    }));
    const lines = labelLines(situation({ task: baseTask({ reads: ["/work/out"] }), facts: { outputs } }));
    expect(lines).toHaveLength(13);
    expect(lines[0]).toContain("decision 14");
    expect(lines.at(-1)).toBe("and 3 more");
  });
  test("P6: escape what is not Writ's own", () => {
    const path = "/work/out/a\u001b[31m`b\n";
    const one: Case = { task: baseTask({ reads: ["/work/out"] }), facts: { outputs: [{ ...OUTPUT, path }] } };
    const [line = ""] = originLines(situation(one));
    expect(line).not.toMatch(/[\u0000-\u001f]/);
    expect(line.match(/`/g)).toHaveLength(4);
  });
});

test("decisionsBehind are those that gave the label or the taint, each once, most private first", () => {
  const outputs = [
    { ...OUTPUT, label: "secret", untrusted: false, decision: 3 },
    { ...OUTPUT, label: "confidential", untrusted: false, decision: 5 },
    { ...OUTPUT, label: "public", decision: 7 },
    { ...OUTPUT, path: "/work/out/y", label: "secret", untrusted: false, decision: 3 },
    { ...OUTPUT, path: "/else", label: "secret", decision: 8 },
  ];
  const one: Case = { task: baseTask({ reads: ["/work/out"] }), facts: { outputs } };
  expect(decisionsBehind(situation(one))).toEqual([3, 7]);
  expect(decisionsBehind(situation({ task: baseTask({ reads: ["/data/vault"] }) }))).toEqual([]);
});
