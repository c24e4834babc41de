// readSuites: what a folder of cases becomes, and what is said of folders that are none. Fires nothing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readSuites, type Suite } from "./read-suite.ts";
import { shippedSuites } from "./shipped-suites.ts";

const PLACE = "challenge: 1\nspec: { writ: 1 }\n";

function suiteOf(files: Readonly<Record<string, string>>): Suite {
  const folder = mkdtempSync(join(tmpdir(), "writ-suite-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return readSuites([folder]);
}

const caseText = (more: string): string =>
  `challenge: 1\nfamily: words\nplace: one\ncases:\n  - id: a\n    expected: stopped\n    steps: [{ check: { task: x } }]\n${more}`;

test("readSuites takes rows apart, each a case with its own names", () => {
  const { cases, problems } = suiteOf({
    "places/one.yaml": PLACE,
    "words/a.yaml": caseText(
      "    effects: { processes: true }\n    let: { X: '1' }\n    each: { p: { Y: '2' }, q: { Y: '3', X: '4' } }\n",
    ),
  });
  expect(problems).toEqual([]);
  expect(cases.map(({ id, let: values }) => [id, values])).toEqual([
    ["a/p", { X: "1", Y: "2" }],
    ["a/q", { X: "4", Y: "3" }],
  ]);
});

test.each([
  [
    "an attack that looks at no effect",
    caseText(""),
    /^words\/a\.yaml:5:.*`cases\[0\]\.effects` is empty: an attack counts as stopped only by an effect/u,
  ],
  [
    "a mistyped member",
    caseText("    effects: { processes: true }\n    expcted: x\n"),
    /unknown key `expcted` \(did you mean `expected`\?\)/u,
  ],
  [
    "a step of two actions",
    caseText("    effects: { processes: true }\n").replace(
      "check: { task: x }",
      "check: { task: x }, wait: 1 s",
    ),
    /has 2 actions: expected one/u,
  ],
  [
    "a step without an action",
    caseText("    effects: { processes: true }\n").replace("check: { task: x }", "outcome: admit"),
    /has no action: expected one/u,
  ],
  [
    "a family that is none",
    caseText("    effects: { processes: true }\n").replace("words\n", "word\n"),
    /did you mean `words`\?/u,
  ],
  [
    "a wait without end",
    caseText("    effects: { processes: true }\n").replace("check: { task: x }", "wait: 3 h"),
    /limit is `2 m`/u,
  ],
  ["no YAML", "\0", /^words\/a\.yaml:1:1:/u],
  ["nothing", "", /^words\/a\.yaml:1:1:/u],
  [
    "a place that is not there",
    caseText("    effects: { processes: true }\n    place: two\n"),
    /^a: there is no place `two`$/u,
  ],
])("readSuites names %s, and keeps the rest", (_, text, problem) => {
  const other = caseText("    effects: { processes: true }\n").replace("id: a", "id: b");
  const { cases, problems } = suiteOf({
    "places/one.yaml": PLACE,
    "words/a.yaml": text,
    "words/b.yaml": other,
  });
  expect(problems.length).toBeGreaterThan(0);
  expect(problems[0]).toMatch(problem);
  expect(cases.map(({ id }) => id)).toEqual(["b"]);
});

test("readSuites names an id that stands twice, and a folder without a suite", () => {
  const text = caseText("    effects: { processes: true }\n");
  const { problems } = suiteOf({ "places/one.yaml": PLACE, "words/a.yaml": text, "words/b.yaml": text });
  expect(problems).toEqual(["words/b.yaml: the id `a` stands in words/a.yaml as well"]);
  expect(suiteOf({}).problems).toEqual([expect.stringMatching(/no suite is here/u)]);
});

test("readSuites reads what ships, all of it", () => {
  const { cases, problems } = readSuites(shippedSuites());
  expect(problems).toEqual([]);
  expect(cases.length).toBeGreaterThan(0);
});
