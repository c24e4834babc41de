// Erasing payloads: what is named goes and nothing else, durably, at whatever call the power goes; readers and verify go on.
import { expect, test } from "vitest";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { verifyLedger } from "../../src/ledger/verify-ledger.ts";
import { depth, seed } from "../depth.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";
import { SimulatedDisk, seededRandom } from "./simulated-disk.ts";

const dir = "/home/ledger";
const RECORDS = 12;
const WORD = "unmistakable";

async function opened(disk: SimulatedDisk, more = {}): Promise<Ledger> {
  return await openLedger({ ...sampleOptions(dir), fs: disk, segmentBytesMax: 2500, ...more });
}

async function filled(disk: SimulatedDisk): Promise<Ledger> {
  const ledger = await opened(disk);
  for (let index = 0; index < RECORDS; index += 1) {
    const more = index % 3 === 2 ? {} : { payload: { text: `${WORD} ${index}`, pad: "p".repeat(400) } };
    await ledger.append({ kind: "decision", core: { index }, ...more });
  }
  return ledger;
}

/** Sequences whose payload can be read. */
async function present(ledger: Ledger): Promise<number[]> {
  const found: number[] = [];
  for await (const record of ledger.records()) if (record.payload !== null) found.push(record.sequence);
  return found;
}

function report(disk: SimulatedDisk) {
  return verifyLedger({ dir, origin, publicKey: testKey().publicKey, fs: disk });
}

function holdsWord(disk: SimulatedDisk): boolean {
  return disk.paths().some((path) => disk.bytes(path).includes(WORD));
}

test("erase takes exactly the payloads that are named, says so in a record, and nothing else moves", async () => {
  const disk = new SimulatedDisk(seededRandom(1));
  const ledger = await filled(disk);
  const before = await present(ledger);
  const erased = await ledger.erase((sequence) => sequence === 1 || sequence === 6 || sequence === 7);
  expect(erased).toEqual({ payloads: 3, records: [RECORDS] });
  const record = await ledger.read(RECORDS);
  expect(record).toMatchObject({
    kind: "erased",
    core: {
      payloads: 3,
      ranges: [
        [1, 2],
        [6, 8],
      ],
    },
  });
  expect(await present(ledger)).toEqual(before.filter((sequence) => ![1, 6, 7].includes(sequence)));
  expect(await ledger.erase((sequence) => sequence === 1)).toEqual({ payloads: 0, records: [] });
  await ledger.append({ kind: "decision", core: {}, payload: { text: "later" } });
  expect((await ledger.read(RECORDS + 1)).payload).toEqual({ text: "later" });
  await ledger.close();
  expect(await report(disk)).toMatchObject({ ok: true, erased: 3, erased_recorded: 3 });
  const again = await opened(disk, { create: false });
  expect(await present(again)).toEqual([0, 3, 4, 9, 10, RECORDS + 1]);
  await again.close();
});

test("erase of everything leaves no byte of a payload in any file, and a ledger that verifies and goes on", async () => {
  const disk = new SimulatedDisk(seededRandom(2));
  const ledger = await filled(disk);
  expect(holdsWord(disk)).toBe(true);
  await ledger.erase(() => true);
  expect(holdsWord(disk)).toBe(false);
  await ledger.close();
  expect(await report(disk)).toMatchObject({ ok: true, summary: "clean, payloads erased: 8", erased: 8 });
});

test("records and read beside an erasure give each payload that stays, and never a record twice", async () => {
  const disk = new SimulatedDisk(seededRandom(3));
  const ledger = await filled(disk);
  const sequences: number[] = [];
  let erasing: Promise<unknown> | null = null;
  for await (const record of ledger.records()) {
    sequences.push(record.sequence);
    if (record.sequence === 2) erasing = ledger.erase((sequence) => sequence < 5);
    if (record.sequence === 6) expect(record.payload).toMatchObject({ text: `${WORD} 6` });
  }
  await erasing;
  expect(sequences).toEqual(Array.from({ length: RECORDS }, (_, index) => index));
  await ledger.close();
});

test("erase interrupted at any call is finished by the next opening, or was never begun", async () => {
  const whole = new SimulatedDisk(seededRandom(4));
  await (await filled(whole)).close();
  const counted = whole.copy();
  const first = await opened(counted, { create: false });
  const opening = counted.log.length;
  await first.erase((sequence) => sequence < 8);
  const calls = counted.log.length - opening;
  await first.close();
  const stops = depth(Math.ceil(calls / 2), calls);
  let finished = 0;
  for (let stop = 0; stop < stops; stop += 1) {
    const disk = whole.copy();
    const ledger = await opened(disk, { create: false });
    disk.crashAfter = stop;
    const outcome = await ledger
      .erase((sequence) => sequence < 8)
      .then(
        () => "done",
        () => "failed",
      );
    await ledger.close().catch(() => null);
    const next = stop % 2 === 0 ? disk.afterCrash() : disk.afterKill();
    expect((await report(next)).problem, `stopped after ${stop} calls, seed ${seed}`).toBeNull();
    const again = await opened(next, { create: false });
    const said = again.size > RECORDS && (await again.read(RECORDS)).kind === "erased";
    expect(await present(again)).toEqual(said ? [9, 10] : [0, 1, 3, 4, 6, 7, 9, 10]);
    if (outcome === "done") expect(said).toBe(true);
    if (said) finished += 1;
    await again.close();
    const after = await report(next);
    expect(after).toMatchObject({ ok: true, erased: said ? 6 : 0, erased_recorded: said ? 6 : 0 });
  }
  expect(finished).toBeGreaterThan(2);
});

test("a payload that went without a record is told apart from those that were erased", async () => {
  const disk = new SimulatedDisk(seededRandom(5));
  const ledger = await filled(disk);
  await ledger.erase((sequence) => sequence === 0);
  await ledger.close();
  disk.remove(`${dir}/payload-000002.log`);
  const found = await report(disk);
  expect(found.ok).toBe(true);
  expect(found.erased).toBeGreaterThan(found.erased_recorded);
  expect(found.summary).toMatch(/payloads erased: \d+ \(1 recorded\)/);
});
