// Runs the tests: sets up what the machine lacks, then Vitest at one of two depths, and ends with the counts. With
// --deep the counts an issue names are run, and command, commit, seed, date and counts go to docs/evidence/.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { keepGateCompiled } from "../src/enforce/gate/gate.ts";
import { setUp } from "./setup.ts";
import { evidenceOf, writeEvidence } from "./write-evidence.ts";

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTotalTests: number;
  readonly numFailedTestSuites: number;
}

const deep = process.argv.includes("--deep");
const rest = process.argv.slice(2).filter((argument) => argument !== "--deep");
const report = "reports/tests.json";
setUp("tests");
// Hundreds of gate workers start in the tests; a fresh clone has nothing compiled yet.
await keepGateCompiled();
mkdirSync("reports", { recursive: true });
rmSync(report, { force: true });
const env = { ...process.env, WRIT_TEST_DEPTH: deep ? "deep" : "bounded" };
const started = new Date();
const run = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...rest,
  ],
  { stdio: "inherit", env },
);
if (!existsSync(report)) {
  process.stderr.write("test: error: the run was interrupted before it could report\n");
  process.stdout.write("0 passed, 1 failed\n");
  process.exit(1);
}
const results = JSON.parse(readFileSync(report, "utf8")) as Results;
// A file that fails to load has no failed test of its own; it still counts as a failure.
const failed = Math.max(results.numFailedTests, run.status === 0 ? 0 : 1);
if (deep) {
  writeEvidence({
    ...evidenceOf("test-deep", "npm run test:deep", rest),
    started,
    results: { passed: results.numPassedTests, failed, skipped: results.numPendingTests },
  });
}
if (results.numPassedTests === 0) process.stderr.write("test: error: no test ran\n");
process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`);
process.exit(run.status === 0 && failed === 0 && results.numPassedTests > 0 ? 0 : 1);
