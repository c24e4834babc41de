// What labelled tasks wrote: which later task takes its label, which is refused for it, and what it is told.
import { describe, expect, test } from "vitest";
import {
  answer,
  type Case,
  decided,
  failing,
  offered,
  onlyFailure,
  passes,
  specWith,
} from "../../test/decision-cases.ts";
import { baseTask, call, hold, path } from "../../test/decision-fixtures.ts";
import type { OutputFact } from "./facts.ts";

function output(change: Partial<OutputFact> = {}): OutputFact {
  return { path: "/work/out/x", label: "secret", untrusted: false, decision: 12, ...change };
}

function reading(paths: readonly string[], outputs: readonly OutputFact[] = [output()]): Case {
  return { task: baseTask({ reads: paths, calls: [call()] }), facts: { outputs } };
}

const WRITTEN = "`/work/out/x` was written under decision 12, labelled `secret`";

describe("taskLabel of outputs", () => {
  test("read now, send in a later task is label_over_clearance, and names the decision behind it", () => {
    const finding = onlyFailure(reading(["/work/out/x"]));
    expect([finding.cause, ...answer(finding)]).toEqual([
      "label_over_clearance",
      "secret",
      "internal",
      "label",
      "sovereignty.endpoints.clearance",
      false,
    ]);
    expect(finding.evidence).toEqual(["needs.calls[0]", "api.example.com", WRITTEN]);
  });
  test("the output's folder, what lies below it, and what lies above it carry it; what is beside it does not", () => {
    for (const asked of ["/work/out", "/work", "/work/out/x/y"])
      expect(onlyFailure(reading([asked])).cause).toBe("label_over_clearance");
    for (const asked of ["/work/out/x2", "/work/out/y", "/work/o"]) passes(reading([asked]));
    passes(reading(["/work/out/x"], [output({ label: "internal" })]));
  });
  test("writes, the working directory, the program and files of the command reach it too", () => {
    const outputs = [output({ path: "/work/job/x" })];
    const label = (one: Case): string => decided({ ...one, facts: { outputs } }).label;
    expect(label({ task: baseTask({ writes: ["/work/job"] }) })).toBe("secret");
    expect(label({ task: baseTask({ reads_directory: true }) })).toBe("secret");
    expect(label({ task: baseTask() })).toBe("public");
    const file = { ...path("/work/job/x"), sha256: "aa" };
    expect(label({ paths: { executable: file } })).toBe("secret");
    expect(label({ paths: { arguments: [file] } })).toBe("secret");
    expect(label({ paths: { toolchain: [path("/work/job", { kind: "directory" })] } })).toBe("secret");
  });
  test("real paths count, not the words", () => {
    const linked = { paths: { reads: [path("/link", { real: "/work/out" })] } };
    expect(decided({ ...reading(["/link"]), ...linked }).label).toBe("secret");
  });
  test("in a labelled place that the working directory hides, it is hidden with it", () => {
    const sources = [{ path: "/work/job/vault/**", label: "secret", trust: "trusted" as const }];
    const spec = specWith({ privacy: { sources } });
    const label = (place: string, reads: readonly string[] = []): string =>
      decided({
        spec,
        task: baseTask({ reads_directory: true, reads }),
        facts: { outputs: [output({ path: place, label: "confidential" })] },
      }).label;
    expect(label("/work/job/vault/x")).toBe("public");
    expect(label("/work/job/vault")).toBe("public");
    expect(label("/work/job/vault2")).toBe("confidential");
    expect(label("/work/job")).toBe("confidential");
    expect(label("/work")).toBe("confidential");
    expect(label("/work/job/vault/x", ["/work/job/vault"])).toBe("secret");
  });
  test("a label that is no longer on the ladder counts as the highest", () => {
    expect(decided(reading(["/work/out"], [output({ label: "gone" })])).label).toBe("secret");
  });
  test("a source cannot lower it, whatever it says of the same place", () => {
    const sources = [{ path: "/work/out/**", label: "public", trust: "trusted" as const }];
    const one = { ...reading(["/work/out/x"]), spec: specWith({ privacy: { sources } }) };
    expect(onlyFailure(one).cause).toBe("label_over_clearance");
  });
  test("facts of earlier versions, without outputs, give the decision that they gave", () => {
    const { outputs: _, ...without } = { outputs: [] };
    expect(decided({ task: baseTask({ reads: ["/work/out"], calls: [call()] }), facts: without })).toEqual(
      decided(reading(["/work/out"], [])),
    );
  });
});

describe("untrusted outputs", () => {
  const refuse_when = [{ untrusted: true as const, label_min: null, control_not: null }];
  const spec = specWith({ privacy: { refuse_when } });
  const tainted = output({ label: "public", untrusted: true });

  test("taint who reads them, and refuse_when holds them apart", () => {
    const finding = onlyFailure({ ...reading(["/work/out"], [tainted]), spec });
    expect(finding.cause).toBe("may_not_meet");
    expect(finding.evidence).toEqual([
      "`/work/out/x` was written under decision 12, labelled `public`, untrusted",
    ]);
    expect(decided(reading(["/work/out"], [tainted])).untrusted).toBe(true);
    passes({ ...reading(["/work/else"], [tainted]), spec });
  });
});

describe("remedies of outputs", () => {
  test("drop_path of the path that meets one, and of the directory", () => {
    expect(offered(reading(["/work/in", "/work/out"]))).toEqual([
      ["drop_path", "needs.reads[1]: `/work/out` → dropped", "admit"],
      ["drop_call", "needs.calls[0]: declared → dropped", "admit"],
    ]);
    const directory: Case = {
      task: baseTask({ reads_directory: true, calls: [call()] }),
      facts: { outputs: [output({ path: "/work/job/x" })] },
    };
    expect(offered(directory).map(([, summary]) => summary)).toContain("needs.reads_directory: true → false");
  });
});

describe("label_conflict of trust", () => {
  const at = [{ path: "/work/out", label: "public" }];
  const tainted = baseTask({ reads: ["/data/mail/x"], writes: ["/work/out"] });
  const low = specWith({
    privacy: { sources: [{ path: "/data/mail/**", label: "public", trust: "untrusted" }] },
  });

  test("a live writer of untrusted content defers who is to read trusted content alone, and the reverse", () => {
    const writer = hold({ writes: at, untrusted: true });
    const trusted: Case = { task: baseTask({ reads: ["/work/out/x"] }), sums: { holds: [writer] } };
    expect(onlyFailure(trusted)).toMatchObject({ cause: "label_conflict", transient: true });
    passes({ ...trusted, sums: { holds: [{ ...writer, untrusted: false }] } });
    const reader = hold({ reads: at, untrusted: false });
    const one: Case = { spec: low, task: tainted, sums: { holds: [reader] } };
    expect(onlyFailure(one).cause).toBe("label_conflict");
    passes({ ...one, sums: { holds: [{ ...reader, untrusted: true }] } });
    passes({ ...one, sums: { holds: [hold({ reads: at })] } });
    passes({ ...one, sums: { holds: [writer] } });
  });
  test("a live writer in a labelled place that the working directory hides defers nobody there", () => {
    const sources = [{ path: "/work/job/vault", label: "secret", trust: "trusted" as const }];
    const holds = [hold({ writes: [{ path: "/work/job/vault/x", label: "secret" }] })];
    const one: Case = { task: baseTask({ reads_directory: true }), sums: { holds } };
    passes({ ...one, spec: specWith({ privacy: { sources } }) });
    expect(onlyFailure(one).cause).toBe("label_conflict");
  });
  test("a live writer of the task's own program or file defers it", () => {
    const holds = [hold({ writes: [{ path: "/work/bin", label: "secret" }] })];
    const file = { ...path("/work/bin/prog"), sha256: "aa" };
    expect(onlyFailure({ paths: { executable: file }, sums: { holds } }).cause).toBe("label_conflict");
    expect(onlyFailure({ paths: { arguments: [file] }, sums: { holds } }).cause).toBe("label_conflict");
  });
});

test("outputEvidence names at most three, the most private first, in the same words for any order", () => {
  const outputs = [
    output({ path: "/work/out/a", label: "confidential", decision: 3 }),
    output({ path: "/work/out/`b", decision: 4 }),
    output({ path: "/work/out/c", label: "internal", decision: 5 }),
    output({ path: "/work/out/d", label: "confidential", decision: 6 }),
    output({ path: "/work/out/e", label: "confidential", decision: 3 }),
  ];
  const lines = (order: readonly OutputFact[]): readonly string[] | undefined =>
    failing(decided(reading(["/work/out"], order)))[0]?.evidence.slice(2);
  expect(lines(outputs)).toEqual([
    "`/work/out/\\x60b` was written under decision 4, labelled `secret`",
    "`/work/out/d` was written under decision 6, labelled `confidential`",
    "`/work/out/a` was written under decision 3, labelled `confidential`",
  ]);
  expect(lines(outputs.toReversed())).toEqual(lines(outputs));
});
