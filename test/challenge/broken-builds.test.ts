// Every family is able to fail: a build with one check taken out is caught by the case that is named for it. Real runs of the
// patched source; all of them at deep depth, one of two families at bounded depth.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAMILIES } from "../../src/challenge/case.ts";
import type { ChallengeReport } from "../../src/challenge/challenge.ts";
import { isDeep } from "../depth.ts";
import { ROOT } from "../e2e/cli-process.ts";
import { BROKEN_BUILDS, type BrokenBuild, PROBES } from "./broken-builds.ts";

/** Those that need no second governor are cheap enough for every run. */
const BOUNDED = ["contradictions.set/residency-node", "not-a-cage.name/n08"];
const chosen = BROKEN_BUILDS.filter(({ caught }) => isDeep || BOUNDED.includes(caught));
if (!isDeep)
  process.stderr.write(
    `broken builds: ${chosen.length} of ${BROKEN_BUILDS.length}; the others at deep depth\n`,
  );

it("broken builds of each family are known, and each patch fits the source", () => {
  for (const family of FAMILIES)
    expect(BROKEN_BUILDS.filter((one) => one.family === family).length, family).toBeGreaterThanOrEqual(3);
  for (const { file, from, without } of [...BROKEN_BUILDS, { ...PROBES, without: "probes" }])
    expect(readFileSync(`${ROOT}/${file}`, "utf8").split(from).length - 1, `${without}: ${file}`).toBe(1);
});

describe("writ challenge, of a build without", { timeout: 300_000 }, () => {
  let copy = "";
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "writ-broken-"));
    chmodSync(copy, 0o755);
    for (const part of ["src", "bin", "suites", "examples", "profiles", "package.json"])
      cpSync(`${ROOT}/${part}`, `${copy}/${part}`, { recursive: true });
    symlinkSync(`${ROOT}/node_modules`, `${copy}/node_modules`);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(chosen.map((one) => [`${one.without} (${one.family})`, one] as const))(
    "%s, fails by name",
    (_, build) => {
      const report = patched(copy, build);
      const failed = report.cases
        .filter(({ outcome }) => outcome === "through" || outcome === "refused")
        .map(({ parent }) => parent);
      expect([report.stopped, failed]).toEqual([null, expect.arrayContaining([build.caught])]);
    },
  );
});

/** The report of a run of the patched copy; the copy is whole again afterwards. */
function patched(copy: string, build: BrokenBuild): ChallengeReport {
  const { caught } = build;
  const kept = [build, ...(build.unprobed === true ? [PROBES] : [])].map(({ file, from, to }) => {
    const path = `${copy}/${file}`;
    const text = readFileSync(path, "utf8");
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
    return { path, text };
  });
  try {
    const words = [`${copy}/bin/writ.js`, "challenge", "--only", caught, "--seed", "1", "--format", "json"];
    const { stdout, status } = spawnSync(process.execPath, words, { encoding: "utf8", maxBuffer: 1 << 28 });
    expect(status).toBe(1);
    return JSON.parse(stdout) as ChallengeReport;
  } finally {
    for (const { path, text } of kept) writeFileSync(path, text);
  }
}
