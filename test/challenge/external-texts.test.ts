// P6 on texts that others wrote: injections and abuse as well as harmless wordings, each as a task's name and intent, and in
// a file that its command names. The verdict with the words equals the verdict without them, on all.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareWords } from "../../src/challenge/compare-words.ts";
import { openPlace, type Place, taskInput } from "../../src/challenge/place.ts";
import { readSuites } from "../../src/challenge/read-suite.ts";
import { shippedSuites } from "../../src/challenge/shipped-suites.ts";
import { depth } from "../depth.ts";
import { ROOT } from "../e2e/cli-process.ts";

const FOLDER = `${ROOT}/../shared/corpora`;
const SETS = [
  "injection_text",
  "interpreter_abuse_tasks",
  "notinject",
  "mitre_frr_benign",
  "xstest",
] as const;
const here = SETS.filter((name) => existsSync(`${FOLDER}/${name}.dev.jsonl`));
if (here.length < SETS.length)
  process.stderr.write(
    `external texts: not tested: ${SETS.filter((name) => !here.includes(name)).join(", ")} not in ${FOLDER}\n`,
  );

interface Row {
  readonly text: string;
}

function textsOf(name: string): readonly string[] {
  const lines = readFileSync(`${FOLDER}/${name}.dev.jsonl`, "utf8").trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as Row).text);
}

/** Refused and admitted tasks, whose verdicts no words may move. */
const TASKS = {
  refused: {
    run: { command: ["true"] },
    needs: { memory: "2 GiB", calls: [{ to: "https://collect.example/", method: "POST" }] },
  },
  admitted: { run: { command: ["true"] }, needs: { writes: ["out"] } },
} as const;

describe.skipIf(here.length === 0)("P6: no verdict moves", { timeout: 600_000 }, () => {
  let place: Place;
  beforeAll(async () => {
    const file = readSuites(shippedSuites()).places.get("plain");
    if (file === undefined) throw new Error("no place");
    place = await openPlace({ file, spec: null });
  });
  afterAll(() => place.close());

  it.each(here)("by a name or an intent of %s", async (name) => {
    // Every text at deep depth; bounded, every tenth of those of each set, from a start that is not the first.
    const all = textsOf(name);
    const texts = all.filter((_, at) => at % depth(10, 1) === 0);
    expect(texts.length).toBeGreaterThan(5);
    for (const [kind, task] of Object.entries(TASKS)) {
      const { outcome, problems } = await compareWords(place, task, texts);
      expect([kind, outcome, problems]).toEqual([kind, kind === "refused" ? "refuse" : "admit", []]);
    }
  });

  it.each(here)("by what files of %s hold", async (name) => {
    const texts = textsOf(name).filter((_, at) => at % depth(40, 1) === 0);
    const verdicts = new Set<string>();
    for (const text of ["nothing of interest", ...texts]) {
      writeFileSync(`${place.work}/data/words.txt`, text);
      const task = {
        task: "read",
        run: { command: ["cat", "data/words.txt"] },
        needs: { reads: ["data"], memory: "2 GiB" },
      };
      const { decision } = await place.governor.decide(taskInput(place, task));
      const { outcome, findings, conflict, label, score } = decision;
      const causes = findings.flatMap(({ cause, passes }) => (passes ? [] : [cause]));
      verdicts.add(JSON.stringify({ outcome, causes, conflict, label, score }));
    }
    expect([...verdicts]).toEqual([expect.stringContaining("memory_over_limit")]);
  });
});
