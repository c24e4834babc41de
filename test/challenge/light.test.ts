// The suites that ship, at `light`, on the package as it ships: everything is stopped or passes, and enough was fired.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { FAMILIES } from "../../src/challenge/case.ts";
import type { ChallengeReport } from "../../src/challenge/challenge.ts";
import { isDeep, seed } from "../depth.ts";
import { ROOT, WRIT } from "../e2e/cli-process.ts";

const INTENSITY = isDeep ? "heavy" : "light";

it(`writ challenge: the shipped suites hold at ${INTENSITY}`, { timeout: 1_800_000 }, async () => {
  const child = spawn(
    process.execPath,
    [WRIT, "challenge", "--intensity", INTENSITY, "--seed", String(seed), "--format", "json"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.once("close", resolve));
  const text = Buffer.concat(chunks).toString("utf8");
  const report = JSON.parse(text) as ChallengeReport & { readonly regressions: readonly string[] };
  mkdirSync(`${ROOT}/reports`, { recursive: true });
  writeFileSync(`${ROOT}/reports/challenge-${INTENSITY}.json`, text);
  const failed = report.cases.filter(
    ({ expected, outcome }) => outcome !== "left_out" && outcome !== expected,
  );
  expect([report.stopped, report.problems, failed]).toEqual([null, [], []]);
  expect(report.families.map(({ family }) => family)).toEqual([...FAMILIES]);
  const left = report.cases.filter(({ outcome }) => outcome === "left_out");
  if (left.length > 0)
    process.stderr.write(
      `challenge: left out: ${left.map(({ id, evidence }) => `${id} (${evidence.join()})`).join(", ")}\n`,
    );
  const base = (expected: string): number =>
    new Set(report.cases.filter((one) => one.expected === expected).map(({ parent }) => parent)).size;
  expect(base("stopped") + base("passed")).toBeGreaterThanOrEqual(400);
});
