// Labels through a live governor: what a task wrote after it read something private stays where it is, however the sending is
// split over tasks, and whatever happens to the governor in between.
import { chownSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import {
  governorPids,
  type MadeHome,
  makeHome,
  type Ran,
  run,
  script,
  taskOf,
} from "./fixtures/made-home.ts";
import type { Decided, Governor } from "./governor.ts";
import { tailHome } from "./tail-home.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

const CALL = { to: "https://api.example.com/v1/x", method: "POST", for: ["chat"], bytes_out_max: "1 KiB" };

/** A home with a vault that the spec labels secret. */
async function vaultHome(): Promise<MadeHome> {
  const home = await makeHome();
  mkdirSync(`${home.work}/vault`);
  writeFileSync(`${home.work}/vault/key`, "the key\n", { mode: 0o644 });
  return home;
}

/** One more folder that tasks may write, as they may `out`. */
function writable(home: MadeHome, folder: string): void {
  mkdirSync(`${home.work}/${folder}`);
  const { uid, gid } = statSync(`${home.work}/out`);
  chownSync(`${home.work}/${folder}`, uid, gid);
}

function copy(governor: Governor, home: MadeHome, from: string, to: string): Promise<Ran> {
  const folder = to.slice(0, to.lastIndexOf("/"));
  const needs = { reads: [from], writes: [folder], reads_directory: false };
  return run(governor, taskOf(home, ["cp", from, to], needs));
}

function sending(governor: Governor, home: MadeHome, reads: readonly string[]): Promise<Decided> {
  return governor.check(taskOf(home, ["true"], { reads, calls: [CALL], reads_directory: false }));
}

function causes({ decision }: Decided): readonly unknown[] {
  return decision.findings.filter(({ passes }) => !passes).map(({ cause }) => cause);
}

test("read now, send in a later task: refused, with the chain, through copies of copies", async () => {
  made = await vaultHome();
  writable(made, "next");
  writeFileSync(`${made.work}/out/plain`, "plain\n", { mode: 0o644 });
  const governor = await made.open();
  expect(causes(await sending(governor, made, ["out"]))).toEqual([]);
  const first = await copy(governor, made, "vault/key", "out/x");
  expect([first.decision.label, first.observation?.exit_code]).toEqual(["secret", 0]);
  const second = await copy(governor, made, "out/x", "next/y");
  expect([second.decision.label, second.observation?.exit_code]).toEqual(["secret", 0]);
  for (const reads of [["out/x"], ["out"], ["next"], ["next/y"], ["."]])
    expect(causes(await sending(governor, made, reads))).toEqual(["label_over_clearance"]);
  // What lay beside it was not written, so it is as it was.
  expect(causes(await sending(governor, made, ["out/plain"]))).toEqual([]);
  const refused = await sending(governor, made, ["next"]);
  expect(refused.decision.findings[0]?.evidence).toEqual([
    "needs.calls[0]",
    "api.example.com",
    `\`${made.work}/next/y\` was written under decision ${second.sequence}, labelled \`secret\``,
  ]);
  const { told } = await governor.explain(refused.sequence ?? -1);
  const lines = (title: string): readonly string[] | undefined =>
    told.find((section) => section.title === title)?.lines;
  expect(lines("where its label comes from")).toEqual([
    `\`${made.work}/next/y\` was written under decision ${second.sequence}, labelled \`secret\``,
    "so `secret` data in `needs.calls[0]` to `api.example.com`, cleared for `internal`, is forbidden",
  ]);
  expect(lines("what it was read from")).toEqual([
    `decision ${second.sequence}: task \`test\`, labelled \`secret\``,
    `  \`${made.work}/out/x\` was written under decision ${first.sequence}, labelled \`secret\``,
    `decision ${first.sequence}: task \`test\`, labelled \`secret\``,
    `  reaches \`${made.work}/vault/key\`: source \`${made.work}/vault/**\` is labelled \`secret\``,
  ]);
  expect((await made.verify()).ok).toBe(true);
});

test("labels of outputs outlive SIGKILL; a file that is removed takes its label with it, and its name is free again", async () => {
  made = await vaultHome();
  const home = made;
  const governor = await home.open();
  await copy(governor, home, "vault/key", "out/x");
  await killGovernor(home);
  expect(causes(await sending(governor, home, ["out"]))).toEqual(["label_over_clearance"]);
  // Whoever changes it outside Writ has not taken the label off.
  writeFileSync(`${home.work}/out/x`, "harmless now\n");
  expect(causes(await sending(governor, home, ["out/x"]))).toEqual(["label_over_clearance"]);
  rmSync(`${home.work}/out/x`);
  expect(causes(await sending(governor, home, ["out"]))).toEqual([]);
  const again = await run(governor, taskOf(home, ["touch", "out/x"], { writes: ["out"] }));
  expect([again.decision.label, again.observation?.exit_code]).toEqual(["internal", 0]);
  expect(causes(await sending(governor, home, ["out/x"]))).toEqual([]);
  await killGovernor(home);
  expect(causes(await sending(governor, home, ["out/x"]))).toEqual([]);
});

test("a labelled task that was killed with its governor labels all that it might have written", async () => {
  made = await vaultHome();
  const home = made;
  writeFileSync(`${home.work}/out/plain`, "plain\n", { mode: 0o644 });
  const governor = await home.open();
  const program = script(home, "slow.sh", "cp vault/key out/x; sleep 60");
  const needs = { reads: ["vault"], writes: ["out"] };
  const running = run(governor, taskOf(home, [program], needs)).catch(
    (error: { code: string }) => error.code,
  );
  await vi.waitUntil(() => existsSync(`${home.work}/out/x`), { timeout: 30_000, interval: 20 });
  await killGovernor(home);
  expect(await running).toBe("WRIT_GOVERNOR_LOST");
  expect(causes(await sending(governor, home, ["out/plain"]))).toEqual(["label_over_clearance"]);
  const { records } = await tailHome(home.home, 100);
  const [recovery] = records.filter(({ kind }) => kind === "recovery");
  expect(recovery?.core).not.toHaveProperty("outputs");
});

test("a live reader with a lower label defers the writer, and a live writer the reader, until the other ends", async () => {
  made = await vaultHome();
  const home = made;
  const governor = await home.open();
  const half = { cpu: 0.5, reads_directory: false };
  const ends = new AbortController();
  const reading = taskOf(home, ["sleep", "60"], { ...half, reads: ["out"] });
  const reader = run(governor, reading, { signal: ends.signal });
  await vi.waitUntil(async () => (await governor.status()).running === 1, { timeout: 30_000, interval: 20 });
  const writing = taskOf(home, ["cp", "vault/key", "out/x"], { ...half, reads: ["vault"], writes: ["out"] });
  const waited = run(governor, writing);
  await vi.waitUntil(async () => (await governor.status()).waiting === 1, { timeout: 30_000, interval: 20 });
  const deferred = await governor.check(writing);
  expect(causes(deferred)).toContain("label_conflict");
  ends.abort();
  await reader;
  const wrote = await waited;
  expect(wrote.observation?.exit_code).toBe(0);
  expect(wrote.decisions.map(({ decision }) => decision.outcome)).toEqual(["defer", "admit"]);
});

test("what the ledger's cores say of outputs names no path and no content", async () => {
  made = await vaultHome();
  const governor = await made.open();
  const wrote = await copy(governor, made, "vault/key", "out/telling-name");
  const { records } = await tailHome(made.home, 100);
  const own = records.filter(({ sequence }) => sequence >= (wrote.sequence ?? 0));
  const settled = own.find(({ kind }) => kind === "settlement");
  const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(settled?.core["outputs"]).toEqual([{ grant: 0, chain: [hash], content: hash }]);
  expect(JSON.stringify(own)).not.toMatch(/telling-name|\/out|the key/);
});

async function killGovernor(home: MadeHome): Promise<void> {
  for (const pid of governorPids(home.home)) process.kill(pid, "SIGKILL");
  await vi.waitUntil(() => governorPids(home.home).length === 0, { timeout: 30_000, interval: 20 });
}
