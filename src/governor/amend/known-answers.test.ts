// The known answers: this build gives all of them, they cover each cause, and a build that answers otherwise is told.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CAUSES } from "../../decide/decision.ts";
import { type KnownAnswers, otherAnswers } from "./known-answers.ts";
import { afterRecord, NO_RATCHET, type Ratchet } from "./ratchet.ts";

const FILE = new URL("../../../answers/known-answers.json", import.meta.url);
const known = JSON.parse(readFileSync(FILE, "utf8")) as KnownAnswers;
const folder = mkdtempSync(join(tmpdir(), "writ-answers-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function given(text: string): readonly string[] {
  const file = join(folder, "answers.json");
  writeFileSync(file, text);
  return otherAnswers(file);
}

test("otherAnswers: this build gives every known answer, and each cause has one", () => {
  expect(otherAnswers()).toEqual([]);
  const causes = new Set(known.answers.map(({ cause }) => cause));
  expect(CAUSES.filter((cause) => !causes.has(cause))).toEqual([]);
  expect(known.answers.filter(({ outcome }) => outcome === "admit").length).toBeGreaterThan(0);
});

test("otherAnswers names each one that is given otherwise", () => {
  const answers = known.answers.map((answer, at) =>
    at === 3 ? { ...answer, outcome: "admit" } : at === 5 ? { ...answer, cause: "no such cause" } : answer,
  );
  expect(given(JSON.stringify({ ...known, answers }))).toEqual([
    `3 ${known.answers[3]?.cause ?? ""}`,
    "5 no such cause",
  ]);
  // What a build cannot even read as a task it answers otherwise.
  const broken = known.answers.map((answer) => ({ ...answer, set: [[["task"], 7]] }));
  expect(given(JSON.stringify({ ...known, answers: broken }))).toHaveLength(20);
});

test("otherAnswers of a file that is missing, empty or no JSON is an answer given otherwise", () => {
  expect(otherAnswers(join(folder, "nowhere.json"))).toEqual(["the file cannot be read"]);
  expect(given("")).toEqual(["the file cannot be read"]);
  expect(given("{}")).toEqual(["the file cannot be read"]);
  expect(given(JSON.stringify({ ...known, answers: [] }))).toEqual(["none is there"]);
});

test("P9: a build that gives a known answer otherwise waits, whatever it says at its next start", () => {
  const started = (ratchet: Ratchet, build: string, answers: readonly string[]): Ratchet =>
    afterRecord(ratchet, { kind: "software", sequence: 0, time: 0, core: { build, admits: [], answers } });
  const first = started(NO_RATCHET, "first", []);
  expect(first.build).toEqual({ accepted: "first", waits: null });
  const changed = started(first, "second", ["3 host_unknown"]);
  expect(changed.build).toMatchObject({
    accepted: "first",
    waits: { build: "second", answers: ["3 host_unknown"] },
  });
  expect(started(changed, "second", []).build).toEqual(changed.build);
  expect(started(changed, "first", []).build).toEqual(first.build);
});
