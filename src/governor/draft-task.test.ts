import { expect, test } from "vitest";
import type { CallNeed, Task } from "../task/task.ts";
import type { WantedCall } from "./blocked-attempts.ts";
import { draftTask, roundedUp } from "./draft-task.ts";
import { taskOf } from "./parse-input.ts";

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
const CALL: CallNeed = {
  to: "https://api.example.com:443/v1",
  method: ["POST"],
  for: ["chat"],
  calls_max: 10,
  bytes_out_max: 100,
  bytes_in_max: null,
  tokens: null,
  money: null,
  data: "public",
};

function task(calls: readonly CallNeed[]): Task {
  const text = "task: t\nrun: { command: [curl] }\n";
  const { task: parsed } = taskOf({ text, source: "test", directory: "/work", format: "yaml" });
  return { ...parsed, needs: { ...parsed.needs, calls } };
}

function draft(wanted: readonly WantedCall[], ran = task([]), base = ran, cap: number | null = null) {
  return draftTask({ ran, base, wanted, bytesMax: () => cap });
}

test("draftTask adds a call with rounded counts, and says that its bytes are the least", () => {
  const { task: drafted, drafted: calls } = draft([WANT]);
  expect(drafted.needs.calls).toEqual([
    {
      to: "https://api.example.com:443/v1/chat",
      method: ["POST"],
      for: [],
      calls_max: 5,
      bytes_out_max: 131_072,
      bytes_in_max: null,
      tokens: null,
      money: null,
      data: null,
    },
  ]);
  expect(calls).toMatchObject([{ raised: false, wanted: WANT }]);
});

test("draftTask drafts no more bytes than the spec allows there", () => {
  expect(draft([WANT], task([]), task([]), 1000).task.needs.calls[0]?.bytes_out_max).toBe(1000);
});

test.each<[string, Partial<WantedCall>, string]>([
  ["a raw connection", { scheme: "tcp", port: 22, method: "CONNECT", path: "" }, "tcp://api.example.com:22"],
  ["an IPv6 address", { host: "2001:db8::1" }, "https://[2001:db8::1]:443/v1/chat"],
])("draftTask writes %s as the language does", (_, want, to) => {
  expect(draft([{ ...WANT, ...want }]).task.needs.calls[0]?.to).toBe(to);
});

test("draftTask raises what the task declared and spent, and keeps the rest of it", () => {
  const { task: drafted, drafted: calls } = draft([WANT], task([CALL]));
  expect(drafted.needs.calls).toEqual([{ ...CALL, calls_max: 20 }]);
  expect(calls).toMatchObject([{ raised: true }]);
});

test("draftTask doubles bytes that were spent", () => {
  const { task: drafted } = draft([{ ...WANT, over_bytes: true }], task([CALL]));
  expect(drafted.needs.calls[0]?.bytes_out_max).toBe(200);
});

test("draftTask leaves alone what an earlier draft declares with enough", () => {
  const { task: drafted, drafted: calls } = draft([WANT], task([]), task([CALL]));
  expect(drafted.needs.calls).toEqual([CALL]);
  expect(calls).toEqual([]);
});

test("draftTask takes no call of another method, host, port or longer path for the wanted one", () => {
  const others = [
    { ...CALL, method: ["GET"] },
    { ...CALL, to: "https://api.example.com:8443/v1" },
    { ...CALL, to: "https://api.example.com.evil.example:443/v1" },
    { ...CALL, to: "https://api.example.com:443/v1/chat/more" },
    { ...CALL, to: "tcp://api.example.com:443", method: ["CONNECT"] },
  ];
  expect(draft([WANT], task(others)).task.needs.calls).toHaveLength(others.length + 1);
});

test("draftTask of nothing wanted is the base", () => {
  const base = task([CALL]);
  expect(draft([], base).task).toEqual(base);
});

test.each([
  [1, 1],
  [2, 2],
  [3, 5],
  [6, 10],
  [11, 20],
  [60, 100],
  [900_000, 1_000_000],
  [5_000_000, 1_000_000],
])("roundedUp(%i) is %i", (count, rounded) => {
  expect(roundedUp(count)).toBe(rounded);
});
