// Runs the mutation tester over the rooms that decide, and writes each room's score to docs/evidence/. Fails below the
// threshold of stryker.config.json. Arguments name the rooms to mutate, such as `names` or `scan/novelty`; without them all of that file.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { evidenceOf, writeEvidence } from "./write-evidence.ts";

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

const report = "reports/mutation/mutation.json";
const chosen = process.argv.slice(2);
const rest =
  chosen.length === 0
    ? []
    : [
        "--mutate",
        [...chosen.map((room) => `src/${room}/**/*.ts`), "!src/**/*.test.ts", "!src/**/fixtures/**"].join(
          ",",
        ),
      ];
const started = new Date();
rmSync(report, { force: true });
const run = spawnSync(
  process.execPath,
  ["node_modules/@stryker-mutator/core/bin/stryker.js", "run", ...rest],
  {
    stdio: "inherit",
    // A room's own tests are those that are to catch its mutants.
    env: chosen.length === 0 ? process.env : { ...process.env, WRIT_MUTATED: chosen.join(" ") },
  },
);
const { files } = JSON.parse(readFileSync(report, "utf8")) as Report;
writeEvidence({
  ...evidenceOf("mutation", "npm run test:mutation", chosen),
  started,
  results: { score: score(""), rooms: rooms(), passed: run.status === 0 },
});
process.exit(run.status ?? 1);

function rooms(): object {
  const names = new Set(Object.keys(files).map((path) => path.split("/").slice(0, 2).join("/")));
  return Object.fromEntries([...names].sort().map((room) => [room, score(`${room}/`)]));
}

/** Mutants below `folder` that a test or its time limit caught, of all that were tried; in per cent. */
function score(folder: string): object {
  const tried = Object.entries(files)
    .filter(([path]) => path.startsWith(folder))
    .flatMap(([, file]) => file.mutants.map(({ status }) => status));
  const count = (...statuses: readonly string[]): number =>
    tried.filter((one) => statuses.includes(one)).length;
  const caught = count("Killed", "Timeout");
  const all = caught + count("Survived", "NoCoverage");
  return { caught, survived: all - caught, percent: Math.round((10_000 * caught) / all) / 100 };
}
