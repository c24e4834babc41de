// StartTeller and StartWatch: who waits sees a starting governor move on, and is never kept waiting by what stands still.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type StartProgress, StartTeller, StartWatch } from "./start-progress.ts";

let run = "";
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "writ-starting-"));
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(run, { recursive: true });
});

test("StartWatch.look tells each step from the second it sees on, and the end once", () => {
  const teller = new StartTeller(run);
  const told: (StartProgress | null)[] = [];
  const watch = new StartWatch(run, (progress) => told.push(progress));
  const step = (doing: StartProgress["doing"], done: number): boolean => {
    vi.advanceTimersByTime(300);
    teller.tell(doing, done, 1000);
    return watch.look();
  };
  expect(watch.look()).toBe(false);
  expect(step("verifying", 256)).toBe(false);
  expect(watch.isStarting).toBe(false);
  expect(step("verifying", 512)).toBe(true);
  expect(watch.isStarting).toBe(true);
  expect(step("rebuilding", 1024)).toBe(true);
  expect(watch.look()).toBe(false);
  teller.end();
  expect(watch.isStarting).toBe(false);
  watch.end();
  watch.end();
  expect(told).toEqual([
    { doing: "verifying", done: 512, of: 1000 },
    { doing: "rebuilding", done: 1024, of: 1024 },
    null,
  ]);
  expect(readdirSync(run)).toEqual([]);
});

test("StartWatch.isStarting is over when nothing moved for ten seconds, as of one that was killed", () => {
  const teller = new StartTeller(run);
  const watch = new StartWatch(run, () => undefined);
  for (const done of [256, 512]) {
    vi.advanceTimersByTime(300);
    teller.tell("verifying", done, 1000);
    watch.look();
  }
  expect(watch.isStarting).toBe(true);
  vi.advanceTimersByTime(10_000);
  expect(watch.isStarting).toBe(false);
  // Its last word is no beginning for who comes later, and the next start takes it away.
  const later = new StartWatch(run, () => undefined);
  expect([later.look(), later.look(), later.isStarting]).toEqual([false, false, false]);
  expect(new StartTeller(run)).toBeDefined();
  expect(readdirSync(run)).toEqual([]);
});

test("StartTeller.tell writes nothing of a start that is soon over, and nothing too often", () => {
  const teller = new StartTeller(run);
  teller.tell("verifying", 256, 300);
  expect(readdirSync(run)).toEqual([]);
  vi.advanceTimersByTime(300);
  teller.tell("verifying", 257, 300);
  expect(readdirSync(run)).toEqual([]);
});

test.each([
  "",
  "null",
  "{",
  '{"doing":"\u001b[2J","done":1,"of":1}',
  '{"doing":"verifying","done":-1,"of":1}',
  '{"doing":"verifying","done":"1","of":1}',
  `{"doing":"verifying","done":1,"of":1}${" ".repeat(300)}`,
])("StartWatch.look takes what is no progress for none: %j", (text) => {
  const watch = new StartWatch(run, () => expect.unreachable());
  writeFileSync(join(run, "starting.json"), '{"doing":"verifying","done":1,"of":9}');
  watch.look();
  writeFileSync(join(run, "starting.json"), text);
  expect(watch.look()).toBe(false);
});

test("StartTeller leaves out what cannot be written", () => {
  const teller = new StartTeller(join(run, "none"));
  vi.advanceTimersByTime(300);
  expect(() => teller.tell("verifying", 256, 300)).not.toThrow();
});
