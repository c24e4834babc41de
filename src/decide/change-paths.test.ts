// Known answers of the changes of paths and wishes.
import { describe, expect, test } from "vitest";
import { firstRemedy, grant, offered, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, hold, modelNeed, path } from "../../test/decision-fixtures.ts";
import type { Task } from "../task/task.ts";

describe("remedies: paths and wishes", () => {
  test("drop_path of what is missing, not permitted or private", () => {
    const task = baseTask({ reads: ["/data/a", "/data/b"] });
    const reads = [path("/data/a"), path("/data/b", { permitted: false })];
    expect(offered({ task, paths: { reads } })).toEqual([
      ["drop_path", "needs.reads[1]: `/data/b` → dropped", "admit"],
    ]);
    expect(firstRemedy({ task, paths: { reads } }).task.needs.reads).toEqual(["/data/a"]);
    const writes = baseTask({ writes: ["/data/b"] });
    expect(offered({ task: writes, paths: { writes: [] } })).toEqual([
      ["drop_path", "needs.writes[0]: `/data/b` → dropped", "admit"],
    ]);
  });
  test("drop_path of what makes the label, and nothing else", () => {
    const task = baseTask({ reads: ["/data/vault/x", "/work/in"], calls: [call({ data: null })] });
    expect(offered({ task }).map(([, summary]) => summary)).toEqual([
      "needs.reads[0]: `/data/vault/x` → dropped",
      "needs.calls[0]: declared → dropped",
    ]);
    const untrusted = specWith({
      privacy: {
        refuse_when: [{ untrusted: true, label_min: null, control_not: null }],
        default_label: "internal",
      },
    });
    expect(offered({ spec: untrusted, task: baseTask({ reads: ["/data/mail/x", "/work/in"] }) })).toEqual([
      ["drop_path", "needs.reads[0]: `/data/mail/x` → dropped", "admit"],
    ]);
  });
  test("drop_path of what conflicts with a live hold, and of the directory grant", () => {
    const task = baseTask({ reads: ["/work/in"] });
    const sums = { holds: [hold({ writes: [{ path: "/work/in/a", label: "secret" }] })] };
    expect(offered({ task, sums })).toEqual([["drop_path", "needs.reads[0]: `/work/in` → dropped", "admit"]]);
    const directory = baseTask({ reads_directory: true });
    const there = { holds: [hold({ writes: [{ path: "/work/job/a", label: "secret" }] })] };
    expect(offered({ task: directory, sums: there })).toEqual([
      ["drop_path", "needs.reads_directory: true → false", "admit"],
    ]);
    const unreadable = { directory: path("/work/job", { kind: "directory", permitted: false }) };
    expect(offered({ task: directory, paths: unreadable })).toEqual([
      ["drop_path", "needs.reads_directory: true → false", "admit"],
    ]);
  });
  test("drop_path of what an ancestor does not have", () => {
    const sums = { ancestors: [grant({ reads: ["/work/in"], writes: ["/work/out"] })] };
    const task = baseTask({ reads: ["/work/else", "/work/in"], writes: ["/work/out"] });
    expect(offered({ task, sums })).toEqual([
      ["drop_path", "needs.reads[0]: `/work/else` → dropped", "admit"],
    ]);
    const writing = baseTask({ writes: ["/work/in", "/work/out"] });
    expect(offered({ task: writing, sums })).toEqual([
      ["drop_path", "needs.writes[0]: `/work/in` → dropped", "admit"],
    ]);
  });
  test("drop_requirement of each wish, of a model's name, of its context, of a principal's name", () => {
    const wishing = (requires: Partial<Task["requires"]>, task = baseTask({ calls: [call()] })): Task => ({
      ...task,
      requires: { ...task.requires, ...requires },
    });
    expect(offered({ task: wishing({ residency: "node" }) })[0]).toEqual([
      "drop_requirement",
      "requires.residency: required → not required",
      "admit",
    ]);
    expect(firstRemedy({ task: wishing({ residency: "node", bytes_out: 5000 }) }).task.requires).toEqual({
      residency: null,
      latency: null,
      bytes_out: 5000,
    });
    const quick = wishing({ latency: 1 }, baseTask({ models: [modelNeed()] }));
    expect(offered({ task: quick })[0]).toEqual([
      "drop_requirement",
      "requires.latency: required → not required",
      "admit",
    ]);
    const named = baseTask({ models: [modelNeed({ model: "gone" })] });
    expect(offered({ task: named })[0]).toEqual([
      "drop_requirement",
      "needs.models[0].model: named → any that serves it",
      "admit",
    ]);
    const long = baseTask({ models: [modelNeed({ context: 9000 })] });
    expect(offered({ task: long })[0]).toEqual([
      "drop_requirement",
      "needs.models[0].context: 9000 → 8192",
      "admit",
    ]);
    const lie = baseTask({ reads: ["/data/vault/x"], models: [modelNeed({ data: "public" })] });
    expect(offered({ task: lie })[0]).toEqual([
      "drop_requirement",
      "needs.models[0].data: declared → the label of what is read",
      "admit",
    ]);
    const odd = baseTask({ models: [modelNeed(), modelNeed({ capability: "frontier", data: "odd" })] });
    expect(offered({ task: odd })[0]).toEqual([
      "drop_requirement",
      "needs.models[1].data: declared → the label of what is read",
      "admit",
    ]);
    const other = { ...baseTask(), principal: "other" };
    expect(offered({ task: other })).toEqual([
      ["drop_requirement", "principal: named → whoever submits", "admit"],
    ]);
    expect(firstRemedy({ task: other }).task.principal).toBe(null);
  });
});
