// What fails, and that nothing runs when it does: spec file, home, key, ledger, disk. Real files, real processes.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { compiledFolder } from "../enforce/compiled-folder.ts";
import { createHome } from "./create-home.ts";
import { BUILD, governorPids, type MadeHome, makeHome, run, script, taskOf } from "./fixtures/made-home.ts";
import { specText } from "./fixtures/spec-text.ts";
import type { Governor, TaskInput } from "./governor.ts";
import { homePaths } from "./home.ts";
import { openGovernor } from "./open-governor.ts";
import { tailHome } from "./tail-home.ts";

let made: MadeHome | null = null;
let mounted: string | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
  if (mounted !== null) execFileSync("umount", ["--lazy", mounted]);
  if (mounted !== null) rmSync(mounted, { recursive: true, force: true });
  mounted = null;
});

test("P1 an edited spec: nothing runs, nothing is recorded, restore puts the adopted bytes back", async () => {
  made = await makeHome();
  const { spec } = homePaths(made.home);
  const governor = await made.open();
  const marker = markerTask(made);
  const { records } = await governor.status();
  const adopted = readFileSync(spec);
  writeFileSync(spec, specText(made.work, { score_min: 0 }));
  await expect(run(governor, marker.input)).rejects.toMatchObject({ code: "WRIT_SPEC_EDITED" });
  await expect(governor.check(marker.input)).rejects.toMatchObject({ code: "WRIT_SPEC_EDITED" });
  expect(existsSync(marker.file)).toBe(false);
  expect((await governor.status()).records).toBe(records);
  await governor.restore();
  expect(readFileSync(spec)).toEqual(adopted);
  expect((await run(governor, marker.input)).observation?.exit_code).toBe(0);
  expect(existsSync(marker.file)).toBe(true);
});

test("P1 a missing spec: nothing runs, in a live governor and in a fresh one", async () => {
  made = await makeHome();
  const { spec } = homePaths(made.home);
  const marker = markerTask(made);
  rmSync(spec);
  const governor = await made.open();
  await expect(run(governor, marker.input)).rejects.toMatchObject({
    code: "WRIT_SPEC_MISSING",
    hint: "writ spec restore",
  });
  for (const pid of governorPids(made.home)) process.kill(pid, "SIGKILL");
  await expect(run(governor, marker.input)).rejects.toMatchObject({ code: "WRIT_SPEC_MISSING" });
  expect(existsSync(marker.file)).toBe(false);
});

test("P2 adopt takes a tighter spec for the very next decision and refuses a looser one with its fields, recorded", async () => {
  made = await makeHome({ score_min: 50 });
  const governor = await made.open();
  const before = await governor.status();
  const looser = await governor.adopt({
    bytes: Buffer.from(specText(made.work, { score_min: 49 })),
    source: "looser",
  });
  expect(looser).toMatchObject({ outcome: "refused", looser: [{ field: "sovereignty.score_min" }] });
  expect((await governor.status()).spec_hash).toBe(before.spec_hash);
  const bytes = Buffer.from(specText(made.work, { score_min: 90 }));
  const tighter = await governor.adopt({ bytes, source: "tighter" });
  expect(tighter).toMatchObject({ outcome: "adopted", looser: [] });
  expect(readFileSync(homePaths(made.home).spec)).toEqual(bytes);
  expect((await governor.check(taskOf(made, ["true"]))).decision.spec_hash).toBe(tighter.spec_hash);
  expect(await governor.adopt({ bytes, source: "again" })).toMatchObject({
    outcome: "unchanged",
    sequence: null,
  });
  const back = await governor.adopt({
    bytes: Buffer.from(specText(made.work, { score_min: 50 })),
    source: "back",
  });
  expect(back.outcome).toBe("refused");
  for (const pid of governorPids(made.home)) process.kill(pid, "SIGKILL");
  expect((await governor.status()).spec_hash).toBe(tighter.spec_hash);
  const kinds = (await tailHome(made.home, 100)).records.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind.startsWith("spec_"))).toEqual([
    "spec_adopted",
    "spec_refused",
    "spec_adopted",
    "spec_refused",
  ]);
});

test("P3 a spec or task that does not parse changes nothing and says every line", async () => {
  made = await makeHome();
  const governor = await made.open();
  const { records } = await governor.status();
  const task: TaskInput = {
    ...taskOf(made, ["true"]),
    text: "task: t\nrun: { command: ['true'] }\nforce: true\nneeds: { gpu: 1 }\n",
    format: "yaml",
  };
  await expect(run(governor, task)).rejects.toMatchObject({
    code: "WRIT_TASK_INVALID",
    cause: [expect.stringContaining("3:1"), expect.stringContaining("4:")],
  });
  await expect(governor.adopt({ bytes: Buffer.from("writ: 1\n"), source: "bad" })).rejects.toMatchObject({
    code: "WRIT_SPEC_INVALID",
  });
  expect((await governor.status()).records).toBe(records);
});

test.each<[string, (home: string) => void, string]>([
  ["a group-writable home", (home) => chmodSync(home, 0o770), "WRIT_HOME_UNSAFE"],
  [
    "a home whose node file was edited",
    (home) => writeFileSync(homePaths(home).node, "{}\n"),
    "WRIT_HOME_UNSAFE",
  ],
  [
    "a key that others may read",
    (home) => chmodSync(homePaths(home).private_key, 0o644),
    "WRIT_KEY_UNUSABLE",
  ],
  ["a key that is gone", (home) => rmSync(homePaths(home).private_key), "WRIT_KEY_UNUSABLE"],
  [
    "a ledger that is gone",
    (home) => renameSync(homePaths(home).ledger, `${homePaths(home).ledger}.away`),
    "WRIT_HOME_UNSAFE",
  ],
  ["a ledger that was emptied", (home) => emptyLedger(home), "WRIT_LEDGER_CORRUPT"],
  [
    "a run folder that is no folder",
    (home) => {
      rmSync(homePaths(home).run, { recursive: true });
      writeFileSync(homePaths(home).run, "");
    },
    "WRIT_HOME_UNWRITABLE",
  ],
])("P1 %s: one error, nothing runs", async (_name, damage, code) => {
  made = await makeHome();
  const marker = markerTask(made);
  damage(made.home);
  const governor = await made.open();
  await expect(run(governor, marker.input)).rejects.toMatchObject({ code, hint: expect.stringMatching(/./) });
  expect(existsSync(marker.file)).toBe(false);
});

test("openGovernor says where there is no home, and createHome never touches what is there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "writ-none-"));
  try {
    await expect(openGovernor({ home: folder })).rejects.toMatchObject({
      code: "WRIT_HOME_MISSING",
      hint: `writ init --home ${folder}`,
    });
    writeFileSync(`${folder}/kept`, "kept");
    const spec = { bytes: Buffer.from(specText("/tmp")), source: "test" };
    await expect(createHome({ path: folder, spec })).rejects.toMatchObject({ code: "WRIT_HOME_EXISTS" });
    await createHome({ path: `${folder}/home`, spec });
    const node = readFileSync(`${folder}/home/node.json`);
    await expect(createHome({ path: `${folder}/home`, spec })).rejects.toMatchObject({
      code: "WRIT_HOME_EXISTS",
    });
    expect(readFileSync(`${folder}/home/node.json`)).toEqual(node);
    await expect(createHome({ path: `${folder}/kept/home`, spec })).rejects.toMatchObject({
      code: "WRIT_HOME_UNWRITABLE",
    });
    await expect(
      createHome({ path: `${folder}/bad`, spec: { ...spec, bytes: Buffer.from("x") } }),
    ).rejects.toMatchObject({ code: "WRIT_SPEC_INVALID" });
    expect(existsSync(`${folder}/bad`)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("P1 a full disk: decisions stop with WRIT_LEDGER_UNWRITABLE, nothing runs, and go on when there is room again", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("only root can mount a small disk");
  mounted = mkdtempSync(join(tmpdir(), "writ-full-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m,mode=755", "tmpfs", mounted]);
  made = await makeHome({}, mounted);
  const governor = await made.open();
  expect((await run(governor, taskOf(made, ["true"]))).observation?.exit_code).toBe(0);
  const marker = markerTask(made);
  fill(`${mounted}/filler`);
  const error = await untilFails(governor, taskOf(made, ["true"]));
  expect(error).toMatchObject({ code: "WRIT_LEDGER_UNWRITABLE" });
  await expect(run(governor, marker.input)).rejects.toMatchObject({
    code: expect.stringMatching(/^WRIT_(LEDGER|HOME)_UNWRITABLE$/),
  });
  expect(existsSync(marker.file)).toBe(false);
  rmSync(`${mounted}/filler`);
  expect((await run(governor, marker.input)).observation?.exit_code).toBe(0);
  expect((await made.verify()).ok).toBe(true);
}, 120_000);

test("a throw-away home grants what lies below its root, and nothing else", async () => {
  made = await makeHome({ throw_away: true });
  const governor = await made.open();
  expect((await run(governor, taskOf(made, ["true"], { writes: ["out"] }))).observation?.exit_code).toBe(0);
  for (const needs of [{ reads: ["/etc/hostname"] }, { writes: ["/tmp"] }, { reads: [".."] }]) {
    const { decision } = await governor.check(taskOf(made, ["true"], needs));
    expect(decision.outcome).toBe("refuse");
    expect(decision.findings.map(({ cause }) => cause)).toContain("path_not_permitted");
  }
  const elsewhere = await governor.check({ ...taskOf(made, ["true"]), directory: "/usr/share" });
  expect(elsewhere.decision.outcome).toBe("refuse");
});

test("a throw-away home reads protected files below its root, and no others", async () => {
  const below = (work: string): string => `  protected: [ { file: "${work}/kept" } ]`;
  const outside = mkdtempSync("/var/tmp/writ-outside-");
  const homes: MadeHome[] = [];
  try {
    for (const folder of [null, outside]) {
      made = await makeHome({ throw_away: true });
      homes.push(made);
      const file = folder ?? made.work;
      writeFileSync(`${file}/kept`, "q7Wv-r2Xk9Lm4Tz\n", { mode: 0o600 });
      const spec = specText(made.work, { privacy: below(file) });
      const governor = await made.open();
      expect((await governor.adopt({ bytes: Buffer.from(spec), source: "test" })).outcome).toBe("adopted");
      const { decision } = await governor.check({
        ...taskOf(made, ["true"]),
        text: JSON.stringify({ task: "send q7Wv-r2Xk9Lm4Tz", run: { command: ["true"] } }),
      });
      const causes = decision.findings.map(({ cause }) => cause);
      expect([folder, causes.includes("protected_in_task")]).toEqual([folder, folder === null]);
    }
  } finally {
    rmSync(outside, { recursive: true });
    await homes[0]?.end();
  }
});

test("a throw-away home runs the system's programs, its own and the governor's runtime, and nothing else", async () => {
  const home = await makeHome({ throw_away: true });
  made = home;
  const outside = realpathSync(mkdtempSync("/var/tmp/writ-outside-"));
  try {
    chmodSync(outside, 0o755);
    mkdirSync(`${outside}/bin`);
    mkdirSync(`${outside}/lib`);
    const tool = `${outside}/bin/tool`;
    writeFileSync(tool, "#!/bin/sh\n", { mode: 0o755 });
    const governor = await home.open();
    const causes = async (...command: readonly string[]): Promise<readonly unknown[]> => {
      const { decision } = await governor.check(taskOf(home, command));
      return decision.findings.filter(({ passes }) => !passes).map(({ cause, rule }) => [cause, rule]);
    };
    expect(await causes(tool)).toContainEqual(["path_not_permitted", "run.command[0]"]);
    expect(await causes("cat", tool)).toEqual([["path_not_permitted", "run.command"]]);
    expect(await causes("sh", script(made, "own.sh", "true"))).toEqual([]);
    expect(await causes(process.execPath, "--version")).toEqual([]);
  } finally {
    rmSync(outside, { recursive: true });
  }
});

interface Marker {
  readonly input: TaskInput;
  /** Exists once the task has run. */
  readonly file: string;
}

function markerTask(home: MadeHome): Marker {
  const program = script(home, "marker.sh", "echo ran > out/marker");
  return { input: taskOf(home, [program], { writes: ["out"] }), file: `${home.work}/out/marker` };
}

function emptyLedger(home: string): void {
  truncateSync(`${homePaths(home).ledger}/seg-000001.log`, 0);
}

function fill(path: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  try {
    for (let size = 65_536; ; ) writeFileSync(path, Buffer.alloc(size), { flag: "a" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

/** The ledger keeps some room of its own: checks go on until that is used. */
async function untilFails(governor: Governor, input: TaskInput): Promise<unknown> {
  for (let turn = 0; turn < 20_000; turn += 1) {
    try {
      await governor.check(input);
    } catch (error) {
      return error;
    }
  }
  throw new Error(`${BUILD}: the disk was never full`);
}

test("P1 what our own processes load their compiled code from is no task's to read or write", async () => {
  made = await makeHome();
  const governor = await made.open();
  const folder = compiledFolder();
  expect(folder).not.toBeNull();
  for (const [need, path] of [
    ["reads", folder],
    ["writes", folder],
    ["writes", dirname(folder ?? "")],
  ] as const) {
    const { decision } = await governor.check(taskOf(made, ["true"], { [need]: [path] }));
    expect([need, path, decision.outcome]).toEqual([need, path, "refuse"]);
    const evidence = decision.findings
      .filter(({ passes }) => !passes)
      .map((finding) => JSON.stringify(finding));
    expect(evidence.join()).toMatch(/path_private|holds a home of Writ/);
  }
});
