// The ledger on real file systems and in real processes: a full tmpfs, SIGKILL at any moment, two openers.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { verifyLedger } from "../../src/ledger/verify-ledger.ts";
import { WritError } from "../../src/stdx/writ-error.ts";
import { depth, seed } from "../depth.ts";
import { PACKAGE } from "../package-place.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";
import { below, seededRandom } from "./simulated-disk.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "writ-ledger-"));
  folders.push(folder);
  return folder;
}

const child = `${PACKAGE}/dist/append-forever.js`;
const publicKey = testKey().publicKey;

test(
  "P5 append: every sequence acknowledged before a SIGKILL is there afterwards",
  async () => {
    let dir = join(newFolder(), "ledger");
    const random = seededRandom(seed);
    let acknowledged = -1;
    const kills = depth(10, 1_000);
    for (let kill = 0; kill < kills; kill += 1) {
      // Each opening reads all of it: a ledger that only grows would make the thousandth kill wait for minutes.
      if (kill > 0 && kill % LIVES_MAX === 0) {
        await endsWell(dir, acknowledged);
        dir = join(newFolder(), "ledger");
        acknowledged = -1;
      }
      const running = spawn(process.execPath, [child, dir], { stdio: ["ignore", "pipe", "inherit"] });
      let output = "";
      running.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      await once(running.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, below(random, 60)));
      running.kill("SIGKILL");
      await once(running, "close");
      // The last line may be cut short by the kill.
      const lines = output.slice(0, output.lastIndexOf("\n")).split("\n");
      acknowledged = Math.max(acknowledged, ...lines.map(Number));
      const report = await verifyLedger({ dir, origin, publicKey });
      expect(report.problem).toBeNull();
      expect(report.records).toBeGreaterThan(acknowledged);
    }
    console.log(`${kills} processes killed`);
    await endsWell(dir, acknowledged);
  },
  depth(600_000, 14_400_000),
);

/** Lives of one ledger, each ended by a SIGKILL. */
const LIVES_MAX = 20;

async function endsWell(dir: string, acknowledged: number): Promise<void> {
  expect(acknowledged).toBeGreaterThan(10);
  const ledger = await openLedger({ ...sampleOptions(dir), create: false });
  await ledger.close();
  expect((await verifyLedger({ dir, origin, publicKey })).ok).toBe(true);
}

test("openLedger: a second opener fails, in this process and in another, until the first is gone", async () => {
  const dir = join(newFolder(), "ledger");
  const first = await openLedger(sampleOptions(dir));
  await expect(openLedger(sampleOptions(dir))).rejects.toThrow("another process has the ledger");
  const other = spawnSync(process.execPath, [child, dir], { encoding: "utf8", timeout: 30_000 });
  expect(other.stderr).toContain("another process has the ledger");
  expect(other.status).toBe(1);
  await first.append({ kind: "genesis", core: {} });
  await first.close();
  const next = await openLedger({ ...sampleOptions(dir), create: false });
  expect(next.size).toBe(1);
  await next.close();
});

/** How many were acknowledged, at how many the reserve was announced, and the failure that ended it. */
async function appendUntilFull(ledger: Ledger) {
  let announced = -1;
  for (let acknowledged = 0; acknowledged < 10_000; acknowledged += 1) {
    const appending = ledger.append({
      kind: "decision",
      core: { acknowledged },
      payload: { pad: "x".repeat(300) },
    });
    const failure: unknown = await appending.then(
      () => null,
      (cause: unknown) => cause,
    );
    if (failure !== null) return { acknowledged, announced, failure };
    if (ledger.spaceLow && announced < 0) announced = acknowledged;
  }
  throw new Error("the disk never filled");
}

test("append on a full disk: the reserve is announced, then nothing more is acknowledged, nothing is lost", async (context) => {
  const folder = newFolder();
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], { encoding: "utf8" });
  if (mount.status !== 0) {
    console.log(`skipped: no tmpfs can be mounted here: ${mount.stderr.trim()}`);
    return context.skip("no tmpfs can be mounted here");
  }
  try {
    const dir = join(folder, "ledger");
    const ledger = await openLedger(sampleOptions(dir));
    const { acknowledged, announced, failure } = await appendUntilFull(ledger);
    expect(announced).toBeGreaterThan(0);
    expect(acknowledged - announced).toBeGreaterThan(10);
    expect(failure).toBeInstanceOf(WritError);
    expect(failure).toMatchObject({
      code: "WRIT_LEDGER_UNWRITABLE",
      hint: expect.stringContaining(dir) as string,
    });
    expect((failure as WritError).message).toMatch(/\d+ bytes free\): ENOSPC/);
    await expect(ledger.append({ kind: "decision", core: {} })).rejects.toBe(failure);
    await ledger.close();
    const report = await verifyLedger({ dir, origin, publicKey });
    expect(report.problem).toBeNull();
    expect(report.records).toBeGreaterThanOrEqual(acknowledged);
    const full = openLedger(sampleOptions(dir));
    await expect(full).rejects.toMatchObject({ code: "WRIT_LEDGER_UNWRITABLE" });
    expect(spawnSync("mount", ["-o", "remount,size=2m", folder]).status).toBe(0);
    const again = await openLedger({ ...sampleOptions(dir), create: false });
    expect(again.size).toBeGreaterThanOrEqual(acknowledged);
    await again.append({ kind: "decision", core: { after: true } });
    await again.close();
    expect((await verifyLedger({ dir, origin, publicKey })).ok).toBe(true);
  } finally {
    spawnSync("umount", [folder]);
  }
});

test("openLedger says which folder it cannot use", async (context) => {
  if (process.getuid?.() === 0) {
    console.log("skipped: root is not held by folder modes");
    return context.skip("root is not held by folder modes");
  }
  const folder = newFolder();
  const dir = join(folder, "ledger");
  mkdirSync(dir);
  chmodSync(dir, 0o500);
  const opening = openLedger(sampleOptions(dir));
  await expect(opening).rejects.toMatchObject({ code: "WRIT_LEDGER_UNWRITABLE" });
  await expect(opening).rejects.toThrow(dir);
  chmodSync(dir, 0o700);
});

test("openLedger refuses a file where its folder should be, and a link where its segment should be", async () => {
  const folder = newFolder();
  const file = join(folder, "file");
  spawnSync("touch", [file]);
  await expect(openLedger(sampleOptions(file))).rejects.toMatchObject({ code: "WRIT_LEDGER_UNWRITABLE" });
  const dir = join(folder, "ledger");
  mkdirSync(dir);
  spawnSync("ln", ["-s", file, join(dir, "seg-000001.log")]);
  await expect(openLedger(sampleOptions(dir))).rejects.toMatchObject({ code: "WRIT_LEDGER_UNWRITABLE" });
});
