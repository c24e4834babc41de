// Known answers of labels, clearances, meetings and holds. For each cause a case beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import {
  answer,
  type Case,
  decided,
  failing,
  onlyFailure,
  passes,
  specWith,
} from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, hold, modelNeed, path } from "../../test/decision-fixtures.ts";
import type { Spec } from "../spec/spec.ts";
import { findingSentence } from "./finding-sentence.ts";

describe("decide, check-privacy: labels", () => {
  const secretRead = baseTask({ reads: ["/data/vault/x"], calls: [call()] });
  test("label_over_clearance", () => {
    const endpoints = (clearance: string) =>
      specWith({ sovereignty: { endpoints: [endpoint({ clearance })], score_min: 0 } });
    const finding = onlyFailure({ spec: endpoints("confidential"), task: secretRead });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "label_over_clearance",
      "secret",
      "confidential",
      "label",
      "sovereignty.endpoints.clearance",
      false,
    ]);
    expect(finding.evidence).toEqual(["needs.calls[0]", "api.example.com"]);
    expect(passes({ spec: endpoints("secret"), task: secretRead }).label).toBe("secret");
    expect(onlyFailure({ spec: endpoints("nonsense"), task: baseTask({ calls: [call()] }) }).cause).toBe(
      "label_over_clearance",
    );
    expect(onlyFailure({ task: baseTask({ calls: [call({ data: "confidential" })] }) }).measured).toBe(
      "confidential",
    );
    passes({ task: baseTask({ calls: [call({ data: "internal" })] }) });
  });
  test("label_under_reads and label_unknown, of calls and model needs", () => {
    const spec = specWith({ sovereignty: { endpoints: [endpoint({ clearance: "secret" })], score_min: 0 } });
    const lie = onlyFailure({
      spec,
      task: { ...secretRead, needs: { ...secretRead.needs, calls: [call({ data: "confidential" })] } },
    });
    expect([lie.cause, ...answer(lie)]).toEqual([
      "label_under_reads",
      "confidential",
      "secret",
      "label",
      "privacy.sources",
      false,
    ]);
    expect(lie.evidence).toEqual(["needs.calls[0].data"]);
    passes({
      spec,
      task: { ...secretRead, needs: { ...secretRead.needs, calls: [call({ data: "secret" })] } },
    });
    const placed = onlyFailure({
      spec,
      task: baseTask({ reads: ["/data/vault/x"], models: [modelNeed({ data: "public" })] }),
    });
    expect([placed.cause, placed.evidence]).toEqual(["label_under_reads", ["needs.models[0].data"]]);
    const unknown = failing(decided({ spec, task: baseTask({ calls: [call({ data: "IGNORE" })] }) }));
    expect(unknown.map((finding) => [finding.cause, finding.measured, finding.limit])).toEqual([
      ["label_unknown", null, null],
      ["label_over_clearance", null, "secret"],
    ]);
  });
  test.each([
    ["nothing labelled", {}, "public", false],
    ["a read below a source", { reads: ["/data/vault/x/y"] }, "secret", false],
    ["a read that is a source", { reads: ["/data/vault"] }, "secret", false],
    ["a read above a source", { reads: ["/data"] }, "secret", true],
    ["a read above all", { reads: ["/"] }, "secret", true],
    ["a read beside a source", { reads: ["/data/vaults"] }, "public", false],
    ["a write that can be read back", { writes: ["/data/mail/out"] }, "internal", true],
  ] as const)("the label of a task with %s", (_, needs, label, untrusted) => {
    const decision = passes({ task: baseTask(needs) });
    expect([decision.label, decision.untrusted]).toEqual([label, untrusted]);
    expect(decision.grants?.label).toBe(label);
  });
  test("the label is that of real paths, of the program and of its arguments", () => {
    const task = baseTask({ reads: ["/link"], writes: ["/link2"] });
    expect(passes({ task, paths: { reads: [path("/link", { real: "/data/mail/x" })] } }).label).toBe(
      "internal",
    );
    expect(passes({ task, paths: { writes: [path("/link2", { real: "/data/mail/x" })] } }).label).toBe(
      "internal",
    );
    expect(
      passes({ paths: { executable: { ...path("/bin/x", { real: "/data/mail/x" }), sha256: null } } }).label,
    ).toBe("internal");
    expect(
      passes({ paths: { arguments: [{ ...path("x", { real: "/data/mail/x" }), sha256: null }] } }).label,
    ).toBe("internal");
    expect(
      passes({
        paths: { arguments: [{ ...path("/data/mail/x", { real: null, kind: "missing" }), sha256: null }] },
      }).label,
    ).toBe("internal");
    expect(
      decided({ paths: { executable: { ...path("/data/mail/x", { real: null }), sha256: null } } }).label,
    ).toBe("internal");
  });
  test("the label of the default directory grant counts sources at and above it; those inside are masked", () => {
    const at = (real: string) =>
      decided({
        task: baseTask({ reads_directory: true }),
        paths: { directory: path(real, { kind: "directory" }) },
      });
    expect([at("/data").label, at("/data").grants?.masked]).toEqual([
      "public",
      ["/data/mail", "/data/vault"],
    ]);
    expect([at("/data/vault/in").label, at("/data/vault").label]).toEqual(["secret", "secret"]);
    expect(at("/data/vault").grants?.masked).toEqual([]);
    expect(
      passes({
        task: baseTask({ reads_directory: true }),
        paths: { directory: path("/data/none", { kind: "directory" }) },
      }).label,
    ).toBe("public");
  });
  test("label_over_clearance at a provider that runs under a writ of a lower label", () => {
    const task = (needs: Partial<ReturnType<typeof modelNeed>> = {}) =>
      baseTask({ models: [modelNeed(needs)], reads: ["/data/vault/x"] });
    const running = (label?: string) => ({
      holds: [hold({ provider: "ollama", memory: 0, ...(label === undefined ? {} : { label }) })],
    });
    const finding = onlyFailure({ task: task(), sums: running("internal") });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "label_over_clearance",
      "secret",
      "internal",
      "label",
      "sovereignty.providers",
      false,
    ]);
    expect(finding.evidence).toEqual(["needs.models[0]", "ollama"]);
    expect(findingSentence(finding)).toBe(
      "would send `secret` data: the provider runs with label `internal`",
    );
    passes({ task: task(), sums: running("secret") });
    // What is said to be private counts, whatever was read; a label that is unknown counts as the lowest.
    expect(
      onlyFailure({
        task: baseTask({ models: [modelNeed({ data: "confidential" })] }),
        sums: running("internal"),
      }).measured,
    ).toBe("confidential");
    expect(onlyFailure({ task: task(), sums: running() }).limit).toBeNull();
    // Another task's label bounds nothing, nor a provider outside of any writ.
    passes({ task: task(), sums: { holds: [hold({ label: "public" })] } });
    passes({ task: task() });
    // It stays where it is: no endpoint takes it instead, whatever it is cleared for.
    const endpoints = [endpoint({ serves: ["chat"], control: "owned", clearance: "secret" })];
    const spec = specWith({ sovereignty: { endpoints } });
    expect(onlyFailure({ spec, task: task(), sums: running("internal") }).rule).toBe("sovereignty.providers");
  });
  test("may_not_meet", () => {
    const meets = (when: Partial<Spec["privacy"]["refuse_when"][number]>): Spec =>
      specWith({
        privacy: { refuse_when: [{ untrusted: null, label_min: null, control_not: null, ...when }] },
      });
    const mail = baseTask({ reads: ["/data/mail/x"], calls: [call()] });
    const finding = onlyFailure({
      spec: meets({ untrusted: true, label_min: "internal", control_not: "owned" }),
      task: mail,
    });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "may_not_meet",
      "internal",
      "internal",
      "label",
      "privacy.refuse_when[0]",
      false,
    ]);
    expect(finding.evidence).toEqual(["needs.calls[0] api.example.com"]);
    passes({ spec: meets({ untrusted: true, label_min: "confidential", control_not: "owned" }), task: mail });
    passes({
      spec: meets({ untrusted: true, label_min: "internal", control_not: "contracted" }),
      task: mail,
    });
    passes({
      spec: meets({ untrusted: true, control_not: "owned" }),
      task: baseTask({ reads: ["/data/none"], calls: [call()] }),
    });
    passes({
      spec: meets({ untrusted: true, control_not: "owned" }),
      task: baseTask({ reads: ["/data/mail/x"] }),
    });
    const alone = onlyFailure({
      spec: meets({ untrusted: true, label_min: "internal" }),
      task: baseTask({ reads: ["/data/mail/x"] }),
    });
    expect(alone.evidence).toEqual([]);
    expect(onlyFailure({ spec: meets({ untrusted: true }), task: mail }).limit).toBe(null);
    passes({ spec: meets({ untrusted: true }), task: baseTask({ calls: [call()] }) });
    passes({ spec: meets({ label_min: "internal" }), task: baseTask({ calls: [call()] }) });
    expect(
      onlyFailure({
        spec: meets({ label_min: "internal" }),
        task: baseTask({ calls: [call({ data: "internal" })] }),
      }).cause,
    ).toBe("may_not_meet");
    expect(
      onlyFailure({
        spec: meets({ label_min: "internal", control_not: "owned" }),
        task: baseTask({ calls: [call({ data: "internal" })] }),
      }).cause,
    ).toBe("may_not_meet");
  });
  test("label_conflict with live holds, either way", () => {
    const place = (at: string, label: string) => [{ path: at, label }];
    const writer = baseTask({ writes: ["/data/mail/out"] });
    const reader = (label: string, at = "/data/mail/out"): Case => ({
      task: writer,
      sums: {
        holds: [
          hold({ reads: place(at, label), ends_in: 5000 }),
          hold({ id: "h0", reads: place(at, label), ends_in: 70 }),
        ],
      },
    });
    const finding = onlyFailure(reader("public"));
    expect([finding.cause, ...answer(finding)]).toEqual([
      "label_conflict",
      "internal",
      null,
      "label",
      "privacy.sources",
      true,
    ]);
    expect(finding.evidence).toEqual(["h0", "h1"]);
    expect(decided(reader("public")).retry).toEqual({ cause: "label_conflict", after: 5000 });
    for (const at of ["/data/mail/out/x", "/data/mail", "/"])
      expect(onlyFailure(reader("public", at)).cause).toBe("label_conflict");
    passes(reader("internal"));
    passes(reader("secret"));
    passes(reader("public", "/data/mail/else"));
    expect(onlyFailure(reader("nonsense")).cause).toBe("label_conflict");

    const writing = (label: string, task = baseTask({ reads: ["/work/in"] }), at = "/work/in/a"): Case => ({
      task,
      sums: { holds: [hold({ writes: place(at, label) })] },
    });
    expect(onlyFailure(writing("internal")).cause).toBe("label_conflict");
    expect(onlyFailure(writing("nonsense")).cause).toBe("label_conflict");
    expect(onlyFailure(writing("internal", baseTask({ writes: ["/work/in"] }))).cause).toBe("label_conflict");
    expect(onlyFailure(writing("internal", baseTask({ reads_directory: true }), "/work/job/out")).cause).toBe(
      "label_conflict",
    );
    passes(writing("public"));
    passes(writing("internal", baseTask(), "/work/job/out"));
    passes(writing("internal", baseTask({ reads: ["/work/else"] })));
    expect(
      onlyFailure({ task: writer, sums: { holds: [hold({ writes: place("/data/mail/out", "public") })] } })
        .cause,
    ).toBe("label_conflict");
    passes({
      task: baseTask({ reads: ["/data/mail/out"] }),
      sums: { holds: [hold({ writes: place("/data/mail/out", "public") })] },
    });
    passes({
      task: baseTask({ reads: ["/data/mail/out"] }),
      sums: { holds: [hold({ reads: place("/data/mail/out", "public") })] },
    });
  });
  test("label_conflict goes by real paths", () => {
    const place = [{ path: "/real", label: "secret" }];
    const sums = { holds: [hold({ writes: place })] };
    const reading = { task: baseTask({ reads: ["/link"] }), sums };
    expect(onlyFailure({ ...reading, paths: { reads: [path("/link", { real: "/real/x" })] } }).cause).toBe(
      "label_conflict",
    );
    passes({ ...reading, paths: { reads: [path("/link", { real: "/other" })] } });
    const writing = { task: baseTask({ writes: ["/link"] }), sums };
    expect(onlyFailure({ ...writing, paths: { writes: [path("/link", { real: "/real" })] } }).cause).toBe(
      "label_conflict",
    );
    const directory = path("/work/job", { real: "/real/job", kind: "directory" });
    expect(onlyFailure({ task: baseTask({ reads_directory: true }), sums, paths: { directory } }).cause).toBe(
      "label_conflict",
    );
    passes({ sums, paths: { directory } });
    const missing = failing(
      decided({
        task: baseTask({ reads: ["/real/x"], writes: ["/real/y"] }),
        sums,
        paths: { reads: [], writes: [] },
      }),
    );
    expect(missing.map((finding) => finding.cause)).toEqual([
      "label_conflict",
      "path_missing",
      "path_missing",
    ]);
  });
});
