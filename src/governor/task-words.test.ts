// The words of a task in one text, and the task without parts of them.
import { expect, test } from "vitest";
import { baseTask, call } from "../../test/decision-fixtures.ts";
import type { Task } from "../task/task.ts";
import { withoutParts, wordsOf } from "./task-words.ts";

const task: Task = {
  ...baseTask({
    reads: ["/work/sécret-x"],
    writes: ["/work/out"],
    calls: [call({ to: "https://a.example:443/x" })],
  }),
  task: "näme",
  intent: "first secret then secret",
  run: { command: ["tool", "--key", "secret", "se", "cret"] },
};

/** Every place of `word` in the text, as parts to leave out. */
function parts(word: string): readonly { start: number; end: number; kind: string }[] {
  const text = Buffer.from(wordsOf(task).text);
  const found = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    found.push({ start: at, end: at + Buffer.byteLength(word), kind: "key" });
  return found;
}

test("wordsOf puts each word where it says, and a command in one line", () => {
  const { text, words } = wordsOf(task);
  for (const { word, start, end } of words)
    expect(Buffer.from(text.subarray(start, end)).toString()).toBe(word);
  expect(words.map(({ place }) => place)).toEqual([
    "task",
    "intent",
    ...task.run.command.map((_, at) => `run.command[${at}]`),
    "directory",
    "needs.reads[0]",
    "needs.writes[0]",
    "needs.calls[0].to",
  ]);
  expect(Buffer.from(text).toString()).toContain("tool --key secret se cret \n");
});

test("withoutParts leaves out each part, in every word, and nothing else", () => {
  expect(withoutParts(task, wordsOf(task), [])).toEqual(task);
  const left = withoutParts(task, wordsOf(task), parts("secret"));
  expect(left).toEqual({
    ...task,
    intent: "first [key] then [key]",
    run: { command: ["tool", "--key", "[key]", "se", "cret"] },
  });
});

test("withoutParts clears every word that a part meets, keeps paths absolute and calls nowhere", () => {
  const [across] = parts("se cret");
  expect(withoutParts(task, wordsOf(task), across ? [across] : []).run.command).toEqual([
    "tool",
    "--key",
    "secret",
    "[key]",
    "[key]",
  ]);
  expect(withoutParts(task, wordsOf(task), parts("/work/sécret")).needs.reads).toEqual(["/[key]-x"]);
  expect(withoutParts(task, wordsOf(task), parts("a.example")).needs.calls[0]?.to).toBe(
    "https://left-out.invalid:443/",
  );
  const all = [{ start: 0, end: wordsOf(task).text.length, kind: "not scanned" }];
  const nothing = withoutParts(task, wordsOf(task), all);
  expect(JSON.stringify(nothing)).not.toMatch(/cret-x|cret then|näme|\/work/);
  expect(nothing.directory).toBe("/[not scanned]");
});
