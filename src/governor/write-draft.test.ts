import { expect, test } from "vitest";
import type { CallNeed, Task } from "../task/task.ts";
import type { WantedCall } from "./blocked-attempts.ts";
import { taskOf } from "./parse-input.ts";
import type { JudgedCall, TaskDraft } from "./task-draft.ts";
import { writeDraft } from "./write-draft.ts";

const WANT: WantedCall = {
  scheme: "https",
  host: "api.example.com",
  port: 443,
  method: "POST",
  path: "/v1/chat",
  attempts: 3,
  seen: "request",
  plain: false,
  over_bytes: false,
};

function call(to: string, method = "POST"): CallNeed {
  return {
    to,
    method: [method],
    for: [],
    calls_max: 5,
    bytes_out_max: 65_536,
    bytes_in_max: null,
    tokens: null,
    money: null,
    data: null,
  };
}

function draft(calls: readonly CallNeed[], drafted: readonly JudgedCall[], more: Partial<TaskDraft> = {}) {
  const text =
    "task: t\nintent: 'calls:\n\n  calls:\n    - x'\nrun: { command: [curl] }\nneeds: { time: 1 s }\n";
  const { task: parsed } = taskOf({ text, source: "test", directory: "/work", format: "yaml" });
  const task: Task = { ...parsed, needs: { ...parsed.needs, calls } };
  const rest = { sequence: 12, outcome: "refuse" as const, observed: true, unnamed: 0, beyond: 0, kept: [] };
  return { ...rest, task, drafted, ...more };
}

function reads(text: string): Task {
  return taskOf({ text, source: "draft", directory: "/elsewhere", format: "yaml" }).task;
}

test("writeDraft puts each call's comment before it, and gives a file that reads as the task", () => {
  const own = call("https://own.example.com:443/", "GET");
  const added = call("https://api.example.com:443/v1/chat");
  const raised = call("https://b.example.com:443/");
  const it = draft(
    [own, added, raised],
    [
      { call: added, wanted: WANT, raised: false, outcome: "admit", refused_by: [] },
      {
        call: raised,
        wanted: { ...WANT, attempts: 1, seen: "connection", plain: true },
        raised: true,
        outcome: "refuse",
        refused_by: [{ rule: "sovereignty.endpoints", cause: "host_unknown" }],
      },
    ],
  );
  const text = writeDraft(it);
  expect(reads(text)).toEqual(it.task);
  const lines = text.split("\n");
  expect(lines[0]).toMatch(/^# Draft from record 12: it grants nothing\./);
  const at = lines.findIndex((line) => line.includes("own.example.com"));
  expect(lines[at - 1]).toBe("  calls:");
  const first = lines.findIndex((line) => line.includes("api.example.com"));
  expect(lines.slice(first - 2, first)).toEqual([
    "    # added from 3 blocked attempts",
    "    # the spec in force permits it",
  ]);
  const second = lines.findIndex((line) => line.includes("b.example.com"));
  expect(lines.slice(second - 2, second)).toEqual([
    "    # raised from 1 blocked attempt; only the connection was seen: method, path and numbers are guesses; tried without TLS, declared with it",
    "    # the spec in force does not permit it: `sovereignty.endpoints` (host_unknown)",
  ]);
});

test("writeDraft counts what it cannot name, and what no declaration mends", () => {
  const kept = [{ cause: "protected_value", attempts: 2 }];
  const text = writeDraft(draft([], [], { unnamed: 1, beyond: 7, kept }));
  expect(text).toContain("# 1 blocked attempt named nothing that can be declared.\n");
  expect(text).toContain("# 7 blocked attempts went to more places than a draft names.\n");
  expect(text).toContain("# 2 blocked attempts refused for `protected_value`: no declaration mends that.\n");
  expect(text).toContain("# The run was refused nothing that a call could declare: this is its task.\n");
});

test("writeDraft says when nothing could be seen", () => {
  expect(writeDraft(draft([], [], { observed: false }))).toContain(
    "# The run had no network and nothing that it tried was seen",
  );
});

test("writeDraft keeps a hostile cause inside its comment", () => {
  const kept = [{ cause: "x\ntask: other\n#", attempts: 1 }];
  const it = draft([], [], { kept });
  expect(reads(writeDraft(it))).toEqual(it.task);
});
