import { expect, test } from "vitest";
import { commandTaskText } from "../task/command-task.ts";
import { taskOf } from "./parse-input.ts";

test.each([
  ["memory", { memory: "9 XB" }],
  ["time", { time: "soon" }],
  ["processes", { processes: "many" }],
  ["read", { read: [""] }],
])("an error of --%s names the flag, and no line of a text that nobody wrote", (flag, flags) => {
  const text = commandTaskText(["true"], flags);
  const parse = () => taskOf({ text, source: "command line", directory: "/tmp", format: "json" });
  expect(parse).toThrow(new RegExp(`^command line: .*--${flag}\\b`));
  expect(parse).not.toThrow(/:\d+:|needs\./);
  const asFile = () => taskOf({ text, source: "task.json", directory: "/tmp", format: "json" });
  expect(asFile).toThrow(/^task\.json:1:\d+: /);
});
