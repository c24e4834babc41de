// P11 on real governors: a build whose gate, scan or decision no longer works is an alarm at its first self-test, and narrows the
// node exactly where a check is blind; a whole build's probes all come out right. Real processes of a patched copy of the source.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { governorPids } from "../../src/governor/fixtures/made-home.ts";
import { specText } from "../../src/governor/fixtures/spec-text.ts";
import { measureHome } from "../../src/governor/measure-home.ts";
import type { ProbeVerdict } from "../../src/governor/probes/probe.ts";
import { isMiss } from "../../src/governor/probes/probe.ts";
import { tailHome } from "../../src/governor/tail-home.ts";
import { verifyHome } from "../../src/governor/verify-home.ts";
import type { RecordCore } from "../../src/ledger/record-codec.ts";
import { PERSONAL_GROUPS } from "../../src/spec/personal-groups.ts";
import { isDeep } from "../depth.ts";
import { ROOT } from "../e2e/cli-process.ts";
import { removeHomeGroups } from "../leftover-groups.ts";
import { BLIND_BUILDS, type BlindBuild } from "./blind-builds.ts";

/** One real governor that is blind; what the others show is cheap in probe-book.test.ts. */
const BOUNDED = ["a scanner that skips large bodies"];
/** No spec looks harder: a known good probe that any of these takes for something would be refused here. */
const STRICTEST = PERSONAL_GROUPS.map((group) => `${group}: 0`).join(", ");
const chosen = BLIND_BUILDS.filter(({ is }) => isDeep || BOUNDED.includes(is));
if (!isDeep)
  process.stderr.write(
    `blind builds: ${chosen.length} of ${BLIND_BUILDS.length}; the others at deep depth\n`,
  );

let copy = "";
let root = "";
const whole = new Map<string, string>();
beforeAll(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), "writ-blind-")));
  chmodSync(copy, 0o755);
  for (const part of ["src", "bin", "suites", "examples", "profiles", "package.json"])
    cpSync(`${ROOT}/${part}`, `${copy}/${part}`, { recursive: true });
  symlinkSync(`${ROOT}/node_modules`, `${copy}/node_modules`);
});
afterEach(async () => {
  const home = `${root}/home`;
  for (const pid of governorPids(home)) process.kill(pid, "SIGKILL");
  while (governorPids(home).length > 0) await sleep(25);
  await removeHomeGroups(home);
  rmSync(root, { recursive: true, force: true });
  for (const [path, text] of whole) writeFileSync(path, text);
  whole.clear();
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

it("each patch of a blind build fits the source", () => {
  for (const { patches, is } of BLIND_BUILDS)
    for (const { file, from } of patches)
      expect(readFileSync(`${ROOT}/${file}`, "utf8").split(from).length - 1, `${is}: ${file}`).toBe(1);
});

describe("P11: the first self-test", { timeout: 600_000 }, () => {
  it("of a whole build comes out right, and moves no sum, no class and no label of real work", async () => {
    const records = await lived([]);
    expect(verdictsOf(records).filter(isMiss)).toEqual([]);
    const told = new Set(
      verdictsOf(records).map(({ family, bad, outcome }) => `${family} ${bad} ${outcome}`),
    );
    expect([...told].sort()).toEqual([
      "leaks false passed",
      "leaks true stopped",
      "names true stopped",
      "sums false passed",
      "sums true stopped",
      "ways-out true stopped",
      "words false passed",
      "words true stopped",
    ]);
    // Nothing of it is a record of real work, and the ledger follows from itself.
    expect(new Set(records.map(({ kind }) => kind))).toEqual(
      new Set(["genesis", "software", "spec_adopted", "probe"]),
    );
    expect((await verifyHome(`${root}/home`, `${root}/heads`)).report.ok).toBe(true);
    // It is shown with the record that it rests on, and in no other figure.
    const { probes, executions, decisions } = await measureHome(`${root}/home`, () => undefined, null);
    const record = records.find(({ core }) => core["verdicts"] !== undefined)?.sequence;
    expect(probes.self_tests).toMatchObject({ count: 1, last: { sequence: record } });
    expect(probes.families.map(({ through, refused, late }) => through + refused + late)).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect([executions, decisions.total]).toEqual([0, 0]);
  });

  it.each(chosen.map((build) => [build.is, build] as const))("finds %s", async (_, build) => {
    const records = await lived(build.patches);
    const alarms = records.filter(({ kind }) => kind === "alarm").map(({ core }) => core);
    expect(alarms).toContainEqual(expect.objectContaining({ check: build.check, found: build.found }));
    // What refuses or is slow narrows nothing.
    const narrowed = records.filter(({ kind }) => kind === "narrowed").map(({ core }) => core["step"]);
    expect([...new Set(narrowed)]).toEqual(build.narrowed === null ? [] : [build.narrowed]);
    const { stdout } = writ("status", "--format", "json");
    const status = JSON.parse(stdout) as { readonly narrowed: { readonly step: string } | null };
    expect(status.narrowed?.step ?? null).toBe(build.narrowed);
  });
});

function verdictsOf(records: readonly RecordCore[]): readonly ProbeVerdict[] {
  return records.flatMap(({ core }) => (core["verdicts"] ?? []) as unknown as readonly ProbeVerdict[]);
}

/** The ledger of a new home after the first self-test of a governor with these patches, and what came of it. */
async function lived(patches: BlindBuild["patches"]): Promise<readonly RecordCore[]> {
  for (const { file, from, to } of patches) {
    const path = `${copy}/${file}`;
    const text = readFileSync(path, "utf8");
    if (!whole.has(path)) whole.set(path, text);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
  root = realpathSync(mkdtempSync(join(tmpdir(), "writ-p11-")));
  chmodSync(root, 0o755);
  mkdirSync(`${root}/work`, { mode: 0o755 });
  const spec = specText(`${root}/work`, {
    extra: "probes: { share: 2 %, self_test: 24 h }",
    privacy: `  detectors: { credentials: refuse, opaque: refuse, novel_max: 1 B, personal: { ${STRICTEST} } }`,
  });
  writeFileSync(`${root}/spec.yaml`, spec);
  expect(writ("init", "--spec", `${root}/spec.yaml`)).toMatchObject({ status: 0 });
  // Starts the governor, which tests itself.
  expect(writ("status")).toMatchObject({ status: 0 });
  for (;;) {
    const { records } = await tailHome(`${root}/home`, 200, null);
    if (isTold(records)) return records;
    await sleep(100);
  }
}

/** The verdicts are there, and each alarm's narrowing. */
function isTold(records: readonly RecordCore[]): boolean {
  const missed = new Set(
    verdictsOf(records)
      .filter(isMiss)
      .map(({ check, outcome }) => `${check} ${outcome}`),
  );
  const alarms = records.filter(({ kind }) => kind === "alarm");
  const narrowing = alarms.filter(({ core }) => core["step"] !== null).length;
  const narrowed = records.filter(({ kind }) => kind === "narrowed").length;
  return verdictsOf(records).length > 0 && alarms.length === missed.size && narrowed === narrowing;
}

function writ(...words: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  const path = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const env = { PATH: path, HOME: root, WRIT_HOME: `${root}/home` };
  const { status, stdout } = spawnSync(process.execPath, [`${copy}/bin/writ.js`, ...words], {
    encoding: "utf8",
    cwd: `${root}/work`,
    env,
  });
  return { status, stdout };
}
