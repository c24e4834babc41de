// The open ledger: order, group commit, checkpoints by count and time, ledger time, bounds, close.
import { afterEach, expect, test, vi } from "vitest";
import { origin, sampleOptions, testKey } from "../../test/ledger/sample-ledger.ts";
import { SimulatedDisk, seededRandom } from "../../test/ledger/simulated-disk.ts";
import { CHECKPOINT_MS, CHECKPOINT_RECORDS } from "./journal-ledger.ts";
import { leafHash, MerkleTree } from "./merkle-tree.ts";
import { openLedger } from "./open-ledger.ts";
import type { RecordInput } from "./record.ts";
import { verifyLedger } from "./verify-ledger.ts";

const dir = "/home/ledger";
const decision = (n: number): RecordInput => ({ kind: "decision", core: { n } });

function newDisk(): SimulatedDisk {
  return new SimulatedDisk(seededRandom(5));
}

async function open(disk: SimulatedDisk, more = {}) {
  return await openLedger({ ...sampleOptions(dir), fs: disk, ...more });
}

function syncsOf(disk: SimulatedDisk, file: string): number {
  return disk.log.filter((call) => call === `sync ${file}`).length;
}

async function checkpointsOf(disk: SimulatedDisk) {
  return await verifyLedger({ dir, origin, publicKey: testKey().publicKey, fs: disk });
}

afterEach(() => {
  vi.useRealTimers();
});

test("append acknowledges in the order of the calls and puts one turn's records into one flush", async () => {
  const disk = newDisk();
  const ledger = await open(disk);
  const before = syncsOf(disk, "seg-000001.log");
  const order: number[] = [];
  const appended = await Promise.all(
    [0, 1, 2, 3, 4].map(async (n) => {
      const done = await ledger.append(decision(n));
      order.push(done.sequence);
      return done;
    }),
  );
  expect(order).toEqual([0, 1, 2, 3, 4]);
  expect(appended.map((done) => done.sequence)).toEqual([0, 1, 2, 3, 4]);
  expect(syncsOf(disk, "seg-000001.log") - before).toBe(1);
  await ledger.close();
});

test("append resolves after the sync, never before", async () => {
  const disk = newDisk();
  const ledger = await open(disk);
  const before = disk.log.length;
  await ledger.append({ ...decision(0), payload: { text: "p" } });
  const calls = disk.log.slice(before);
  expect(calls).toContain("sync seg-000001.log");
  expect(calls).toContain("sync payload-000001.log");
  expect(ledger.size).toBe(1);
  const waiting = ledger.append(decision(1));
  expect(ledger.size).toBe(1);
  await waiting;
  expect(ledger.size).toBe(2);
  await ledger.close();
});

test("root is the RFC 6962 root over the acknowledged leaves", async () => {
  const ledger = await open(newDisk());
  const tree = new MerkleTree();
  for (let n = 0; n < 9; n += 1) {
    const { leaf } = await ledger.append(decision(n));
    tree.append(Buffer.from(leaf, "hex"));
    expect(Buffer.from(ledger.root()).equals(tree.root())).toBe(true);
  }
  expect(Buffer.from(leafHash(Buffer.from("other"))).equals(ledger.root())).toBe(false);
  await ledger.close();
});

test("append takes the core as it is at the call", async () => {
  const ledger = await open(newDisk());
  const core: { n: number } = { n: 1 };
  const appending = ledger.append({ kind: "decision", core });
  core.n = 2;
  await appending;
  expect((await ledger.read(0)).core).toEqual({ n: 1 });
  await ledger.close();
});

test("a checkpoint is signed after 256 records without being asked for", async () => {
  const disk = newDisk();
  const ledger = await open(disk);
  await Promise.all(
    Array.from({ length: CHECKPOINT_RECORDS }, async (_, n) => await ledger.append(decision(n))),
  );
  await vi.waitFor(async () => {
    expect((await checkpointsOf(disk)).checkpoint_size).toBe(CHECKPOINT_RECORDS);
  });
  await ledger.close();
});

test("a checkpoint is signed one second after the first record that has none", async () => {
  vi.useFakeTimers();
  const disk = newDisk();
  const ledger = await open(disk);
  await ledger.append(decision(0));
  await vi.advanceTimersByTimeAsync(CHECKPOINT_MS - 1);
  expect(await checkpointsOf(disk)).toMatchObject({ checkpoint_size: 0, unsealed: 1 });
  await vi.advanceTimersByTimeAsync(1);
  vi.useRealTimers();
  await vi.waitFor(async () => {
    expect(await checkpointsOf(disk)).toMatchObject({ checkpoint_size: 1, unsealed: 0 });
  });
  await ledger.close();
});

test("checkpoint covers what was appended before it, also while appends go on", async () => {
  const ledger = await open(newDisk());
  const waiting = [0, 1, 2].map(async (n) => await ledger.append(decision(n)));
  const signing = ledger.checkpoint();
  waiting.push(...[3, 4].map(async (n) => await ledger.append(decision(n))));
  const { checkpoint } = await signing;
  expect(checkpoint.size).toBeGreaterThanOrEqual(3);
  expect(checkpoint.closing).toBe(false);
  await Promise.all(waiting);
  await ledger.close();
});

test("ledger time never decreases: over a clock set back, nonsense, and restarts", async () => {
  const disk = newDisk();
  const clocks = [100, 100.9, 50, Number.NaN, Number.POSITIVE_INFINITY, 160];
  const ledger = await open(disk, { time: () => clocks.shift() ?? 160 });
  const times: number[] = [];
  for (let n = 0; n < 5; n += 1) times.push((await ledger.append(decision(n))).time);
  expect(times).toEqual([0, 0, 0, 0, 60]);
  await ledger.close();
  const next = await open(disk, { time: () => 5 });
  expect(next.now()).toBe(60);
  expect((await next.append(decision(5))).time).toBe(60);
  await next.close();
});

test("append refuses what is over its bound or no JSON, and stays usable", async () => {
  const ledger = await open(newDisk());
  const long = ledger.append({ kind: "decision", core: { text: "x".repeat(1024 * 1024) } });
  await expect(long).rejects.toMatchObject({ code: "WRIT_LEDGER_UNWRITABLE" });
  const payload = ledger.append({ ...decision(0), payload: { text: "x".repeat(4 * 1024 * 1024) } });
  await expect(payload).rejects.toThrow("limit is 4194304");
  await expect(ledger.append({ kind: "decision", core: { n: Number.NaN } })).rejects.toThrow("finite");
  await expect(ledger.append({ kind: "decision", core: { text: "\ud800" } })).rejects.toThrow("Unicode");
  expect(ledger.poisoned).toBeNull();
  expect((await ledger.append(decision(1))).sequence).toBe(0);
  await ledger.close();
});

test("append refuses a queue over its bound instead of growing without end", async () => {
  const ledger = await open(newDisk());
  const text = "x".repeat(1_000_000);
  const many = Array.from(
    { length: 90 },
    async () => await ledger.append({ kind: "decision", core: { text } }),
  );
  const outcomes = await Promise.allSettled(many);
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.length).toBeGreaterThan(5);
  expect(refused[0]?.reason).toMatchObject({ code: "WRIT_LEDGER_UNWRITABLE" });
  expect(ledger.size).toBe(outcomes.length - refused.length);
  expect((await ledger.append(decision(1))).sequence).toBe(ledger.size - 1);
  await ledger.close();
});

test("a wall clock that no RFC 3339 year holds is recorded as unreadable", async () => {
  const ledger = await open(newDisk(), { wall: () => new Date(Number.NaN) });
  await ledger.append(decision(0));
  expect((await ledger.read(0)).wall).toBe("0000-01-01T00:00:00.000Z");
  await ledger.close();
});

test("close keeps what was appended, twice is once, and nothing goes on after it", async () => {
  const disk = newDisk();
  const ledger = await open(disk);
  const appending = ledger.append(decision(0));
  const closing = ledger.close();
  await expect(ledger.append(decision(1))).rejects.toThrow("the ledger is closed");
  await expect(ledger.checkpoint()).rejects.toThrow("the ledger is closed");
  await closing;
  await ledger.close();
  expect((await appending).sequence).toBe(0);
  expect(await checkpointsOf(disk)).toMatchObject({ ok: true, closed: true, records: 1 });
  expect(disk.openFiles).toBe(0);
  expect(disk.locks).toBe(0);
});

test("nothing is written behind the closing checkpoint, whenever in a close the next one falls due", async () => {
  for (let moment = 0; moment < 40; moment += 1) {
    vi.useFakeTimers();
    const disk = newDisk();
    const ledger = await open(disk);
    await ledger.append(decision(0));
    const closing = ledger.close();
    for (let turn = 0; turn < moment; turn += 1) await Promise.resolve();
    vi.advanceTimersByTime(CHECKPOINT_MS);
    await closing;
    vi.useRealTimers();
    expect({ moment, ...(await checkpointsOf(disk)) }).toMatchObject({ moment, ok: true, closed: true });
    await (await open(disk)).close();
  }
});

test("read and records go over segments and anchors, and know their end", async () => {
  const ledger = await open(newDisk(), { segmentBytesMax: 20_000 });
  const count = 600;
  for (let n = 0; n < count; n += 100) {
    const hundred = Array.from({ length: 100 }, async (_, index) => {
      const more = index % 3 === 0 ? { payload: { text: `payload ${n + index}` } } : {};
      return await ledger.append({ ...decision(n + index), ...more });
    });
    await Promise.all(hundred);
  }
  for (const sequence of [0, 1, 255, 256, 257, 511, 512, 599]) {
    const record = await ledger.read(sequence);
    expect(record.core).toEqual({ n: sequence });
    expect(record.payload).toEqual((sequence % 100) % 3 === 0 ? { text: `payload ${sequence}` } : null);
  }
  const seen: number[] = [];
  for await (const record of ledger.records(250)) seen.push(record.sequence);
  expect(seen).toEqual(Array.from({ length: 350 }, (_, index) => index + 250));
  for (const sequence of [-1, 600, 1.5, Number.NaN]) {
    await expect(ledger.read(sequence)).rejects.toMatchObject({ code: "WRIT_RECORD_UNKNOWN" });
  }
  await ledger.close();
});

test("openLedger refuses a signing key that is not the public key's", async () => {
  const key = { sign: testKey(8).sign, publicKey: testKey(7).publicKey };
  await expect(open(newDisk(), { key })).rejects.toMatchObject({ code: "WRIT_KEY_UNUSABLE" });
});

test("a signing key that throws poisons the ledger: records without checkpoints are not evidence", async () => {
  let works = true;
  const sign = (bytes: Uint8Array): Uint8Array => {
    if (!works) throw new Error("the key is gone");
    return testKey().sign(bytes);
  };
  const ledger = await open(newDisk(), { key: { sign, publicKey: testKey().publicKey } });
  await ledger.append(decision(0));
  works = false;
  await expect(ledger.checkpoint()).rejects.toThrow("the key is gone");
  await expect(ledger.append(decision(1))).rejects.toBe(ledger.poisoned);
  await ledger.close();
});
