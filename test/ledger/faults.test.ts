// Each call to the disk fails in its turn, with EIO and with ENOSPC, over a whole life of a ledger: opening, appending,
// rolling, closing, opening again. Nothing acknowledged may be lost, and nothing is acknowledged after a failure.
import { expect, test } from "vitest";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { WritError } from "../../src/stdx/writ-error.ts";
import { sampleOptions } from "./sample-ledger.ts";
import { type Fault, SimulatedDisk, seededRandom } from "./simulated-disk.ts";

const dir = "/home/ledger";

function optionsOn(disk: SimulatedDisk) {
  return { ...sampleOptions(dir), fs: disk, segmentBytesMax: 2500 };
}

/** Two lives of five records each; the ids acknowledged. Rejects with the first failure. */
async function script(disk: SimulatedDisk, acknowledged: number[], ledgers: Ledger[]): Promise<void> {
  for (let life = 0; life < 2; life += 1) {
    const ledger = await openLedger(optionsOn(disk));
    ledgers.push(ledger);
    for (let round = 0; round < 5; round += 1) {
      const id = life * 5 + round;
      await ledger.append({ kind: "decision", core: { id, pad: "x".repeat(600) }, payload: { id } });
      acknowledged.push(id);
    }
    await ledger.checkpoint();
    await ledger.close();
  }
}

async function idsIn(disk: SimulatedDisk): Promise<number[]> {
  const ledger = await openLedger(optionsOn(disk));
  const ids: number[] = [];
  for await (const record of ledger.records()) {
    if (record.kind === "decision") ids.push(Number(record.core["id"]));
  }
  await ledger.close();
  return ids;
}

async function kindsIn(ledger: Ledger): Promise<string[]> {
  const kinds: string[] = [];
  for await (const record of ledger.records()) kinds.push(record.kind);
  return kinds;
}

async function callsOfScript(): Promise<readonly string[]> {
  const disk = new SimulatedDisk(seededRandom(1));
  await script(disk, [], []);
  expect(disk.openFiles).toBe(0);
  expect(disk.locks).toBe(0);
  return disk.log;
}

async function failAt(fault: Fault): Promise<void> {
  const disk = new SimulatedDisk(seededRandom(fault.call + 1));
  disk.fault = fault;
  const acknowledged: number[] = [];
  const ledgers: Ledger[] = [];
  const failure: unknown = await script(disk, acknowledged, ledgers).then(
    () => null,
    (cause: unknown) => cause,
  );
  if (failure === null) {
    // No space to reserve ahead: the reserve there was took everything, and the disk had space again.
    expect(fault.error).toBe("ENOSPC");
    expect(disk.log[fault.call]).toMatch(/^write (seg|payload|checkpoints)/);
    expect(acknowledged).toHaveLength(10);
  } else {
    expect(failure).toBeInstanceOf(Error);
  }
  const last = ledgers.at(-1);
  if (last?.poisoned !== null && last !== undefined) {
    expect(failure).toBe(last.poisoned);
    await expect(last.append({ kind: "decision", core: {} })).rejects.toBe(last.poisoned);
    await expect(last.checkpoint()).rejects.toBe(last.poisoned);
  }
  if (failure instanceof WritError) {
    expect(failure.code).toBe("WRIT_LEDGER_UNWRITABLE");
    expect(failure.message).toContain(`\`${dir}\``);
    if (fault.error === "ENOSPC") expect(failure.message).toContain("4096 bytes free");
    expect(failure.hint).toContain(dir);
  }
  await last?.close().catch((cause: unknown) => expect(cause).toBe(last.poisoned ?? failure));
  expect(disk.openFiles).toBe(0);
  expect(disk.locks).toBe(0);
  for (const next of [disk.copy(), disk.afterCrash()]) {
    const found = await idsIn(next);
    expect(found).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].slice(0, found.length));
    expect(found.length).toBeGreaterThanOrEqual(acknowledged.length);
  }
}

test("openLedger and append fail closed when any one call of the disk fails with EIO or ENOSPC", async () => {
  const calls = await callsOfScript();
  expect(calls.filter((call) => call.startsWith("sync seg-000003")).length).toBeGreaterThan(0);
  for (const error of ["EIO", "ENOSPC"] as const) {
    for (let call = 0; call < calls.length; call += 1) {
      try {
        await failAt({ call, error });
      } catch (cause) {
        throw new Error(`${error} at call ${call}, ${calls[call] ?? ""}`, { cause });
      }
    }
  }
});

test("append after one failed sync is refused although the disk would sync again", async () => {
  const disk = new SimulatedDisk(seededRandom(3));
  const ledger = await openLedger(optionsOn(disk));
  await ledger.append({ kind: "genesis", core: {} });
  disk.failNext("sync seg-000001.log");
  await expect(ledger.append({ kind: "decision", core: {} })).rejects.toMatchObject({
    code: "WRIT_LEDGER_UNWRITABLE",
  });
  const calls = disk.calls;
  await expect(ledger.append({ kind: "decision", core: {} })).rejects.toBe(ledger.poisoned);
  expect(disk.calls).toBe(calls);
  expect(ledger.size).toBe(1);
  await ledger.close();
});

test("append rejects every waiting record when the flush before it fails", async () => {
  const disk = new SimulatedDisk(seededRandom(4));
  const ledger = await openLedger(optionsOn(disk));
  disk.failNext("sync seg-000001.log");
  const outcomes = await Promise.allSettled(
    [1, 2, 3].map(async (id) => {
      const appending = ledger.append({ kind: "decision", core: { id } });
      await Promise.resolve();
      return await appending;
    }),
  );
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "rejected", "rejected"]);
  await ledger.close();
});

test("openLedger: a reopening killed at any call, then one that loses power at any call, leaves a whole ledger", async () => {
  const closed = new SimulatedDisk(seededRandom(6));
  const first = await openLedger(optionsOn(closed));
  await first.append({ kind: "genesis", core: {}, payload: { id: 0 } });
  await first.close();
  const reopening = 10;
  for (let killed = 0; killed < reopening; killed += 1) {
    for (let crashed = 0; crashed < reopening; crashed += 1) {
      const disk = closed.copy();
      disk.crashAfter = killed;
      await openLedger(optionsOn(disk)).catch(() => null);
      const again = disk.afterKill();
      again.crashAfter = crashed;
      await openLedger(optionsOn(again)).catch(() => null);
      for (let fate = 0; fate < 4; fate += 1) {
        const found = await openLedger(optionsOn(again.afterCrash()));
        // A torn reopening checkpoint is cut, and that is recorded.
        const kinds = await kindsIn(found);
        expect(kinds.filter((kind) => kind !== "tail_cut")).toEqual(["genesis"]);
        await found.close();
      }
    }
  }
});
