// No branch of a decision, of the executor or of the gate reads that something is a probe: nothing of theirs knows the word, and
// neither does the way of a run. The one place that tells a probe apart is the ledger that its run is given.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ROOT } from "../../../test/e2e/cli-process.ts";

/** Rooms that judge and enforce, and the files of the governor that every run passes. */
const ROOMS = ["decide", "enforce", "scan", "facts", "task", "names"];
const WAY = [
  "submit.ts",
  "judge.ts",
  "launch.ts",
  "gather-sums.ts",
  "gather-outputs.ts",
  "hold-of.ts",
  "sign-writ.ts",
  "scan-task.ts",
  "observe-for.ts",
  "sums.ts",
  "outputs.ts",
];

/** What could be read: the spec's field, a verdict, a file of this folder, its word in a record, its names. */
const MARK =
  /\b(?:spec|parsed|adopted)\.probes\b|\bProbe(?:r|Book|Verdict|Check|Family)\b|\bPROBE_(?:PATH|METHOD|NEEDS|CALLS|SCRIPT|KINDS|FAMILIES)\b|governor\/probes|kind\W{1,6}"probe"|\bisProbe\b/;

function reading(text: string): boolean {
  return MARK.test(text.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, ""));
}

test("nothing that decides, confines, looks or lets out reads a probe's mark", () => {
  const files = [
    ...ROOMS.flatMap((room) =>
      readdirSync(`${ROOT}/src/${room}`, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
        .map((name) => `src/${room}/${name}`),
    ),
    ...WAY.map((name) => `src/governor/${name}`),
  ];
  expect(files.length).toBeGreaterThan(300);
  const reads = files.filter((file) => reading(readFileSync(`${ROOT}/${file}`, "utf8")));
  expect(reads).toEqual([]);
});

test.each([
  'if (record.kind === "probe") return;',
  "if (spec.probes.share > 0) return null;",
  'import { PROBE_PATH } from "../governor/probes/probe-spec.ts";',
  "const isProbe = task.task === 'report';",
])("would be found: %s", (line) => {
  expect(reading(line)).toBe(true);
});
