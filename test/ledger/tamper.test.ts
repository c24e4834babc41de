// Every change, cut, reorder and rewrite of a closed ledger is detected by verifyLedger from the files and the public
// key, and openLedger refuses to append to it. What only a remembered head detects is tested as that.
import { createPublicKey } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { decodeFrame, encodeFrame, recordFormat, stampFlush } from "../../src/ledger/frame.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { decodeRecord, encodeRecord } from "../../src/ledger/record-codec.ts";
import { type VerifyReport, verifyLedger } from "../../src/ledger/verify-ledger.ts";
import { isDeep } from "../depth.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";
import { SimulatedDisk, seededRandom } from "./simulated-disk.ts";

const dir = "/home/ledger";
const segment = `${dir}/seg-000001.log`;
const payload = `${dir}/payload-000001.log`;
const RECORDS = 6;

/** Closed twice, so that it holds four checkpoints; payloads on every second record. */
async function buildLedger(close: boolean): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk(seededRandom(1));
  for (let life = 0; life < 2; life += 1) {
    const ledger = await openLedger({ ...sampleOptions(dir), fs: disk });
    for (let index = 0; index < RECORDS / 2; index += 1) {
      const more = index % 2 === 0 ? { payload: { text: `private ${index}` } } : {};
      await ledger.append({ kind: "decision", core: { life, index }, ...more });
    }
    if (close || life === 0) await ledger.close();
    else await ledger.checkpoint();
  }
  return disk.afterKill();
}

let closed: SimulatedDisk;
let open: SimulatedDisk;
beforeAll(async () => {
  closed = await buildLedger(true);
  open = await buildLedger(false);
});

async function verify(disk: SimulatedDisk, more = {}): Promise<VerifyReport> {
  return await verifyLedger({ dir, origin, publicKey: testKey().publicKey, fs: disk, ...more });
}

/** Verifies a changed copy; openLedger must agree and change nothing. */
async function tampered(from: SimulatedDisk, change: (disk: SimulatedDisk) => void): Promise<VerifyReport> {
  const disk = from.copy();
  change(disk);
  const report = await verify(disk);
  expect(report.ok).toBe(false);
  const before = disk.paths().map((path) => disk.bytes(path).toString("hex"));
  const opening = openLedger({ ...sampleOptions(dir), fs: disk });
  await expect(opening).rejects.toMatchObject({ code: "WRIT_LEDGER_CORRUPT" });
  expect(disk.paths().map((path) => disk.bytes(path).toString("hex"))).toEqual(before);
  return report;
}

/** The frames of the segment, each its own bytes. */
function frames(disk: SimulatedDisk, path = segment): Buffer[] {
  const found: Buffer[] = [];
  let rest = disk.bytes(path);
  for (let frame = decodeFrame(recordFormat, rest); frame !== null; frame = decodeFrame(recordFormat, rest)) {
    found.push(Buffer.from(rest.subarray(0, frame.bytes)));
    rest = rest.subarray(frame.bytes);
  }
  return found;
}

function putFrames(disk: SimulatedDisk, replaced: readonly Buffer[]): void {
  const whole = Buffer.alloc(disk.bytes(segment).length);
  Buffer.concat(replaced).copy(whole);
  disk.put(segment, whole);
}

test("verifyLedger finds the untouched ledger clean", async () => {
  expect(frames(closed)).toHaveLength(RECORDS);
  expect(await verify(closed)).toMatchObject({
    ok: true,
    summary: "clean",
    records: RECORDS,
    checkpoint_size: RECORDS,
    checkpoints: 4,
    closed: true,
    unsealed: 0,
    unwitnessed: RECORDS,
    proof_class: "self-signed",
    erased: 0,
  });
  expect(await verify(open)).toMatchObject({ ok: true, closed: false, unsealed: 0, records: RECORDS });
});

test("P5 verifyLedger detects every single-bit flip of segment, payloads and checkpoints", async () => {
  let flips = 0;
  for (const path of closed.paths().filter((name) => !name.endsWith("lock"))) {
    const content = closed.bytes(path);
    const used = content.length - [...content].reverse().findIndex((byte) => byte !== 0) + 16;
    for (let bit = 0; bit < Math.min(used, content.length) * 8; bit += 1) {
      // Bounded: every byte, one bit of each by turns; deep: every bit.
      if (!isDeep && bit % 8 !== (bit >> 3) % 8) continue;
      const disk = closed.copy();
      const bytes = Buffer.from(content);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      disk.put(path, bytes);
      const report = await verify(disk);
      if (report.ok) throw new Error(`bit ${bit} of ${path} flipped unnoticed`);
      flips += 1;
    }
  }
  // Six records, four payloads and five notes are more than 2,000 bytes.
  expect(flips).toBeGreaterThan(isDeep ? 16_000 : 2000);
}, 600_000);

test("verifyLedger detects every record deleted, alone or with those behind it", async () => {
  for (let index = 0; index < RECORDS; index += 1) {
    const without = await tampered(closed, (disk) => putFrames(disk, frames(disk).toSpliced(index, 1)));
    expect(without.problem?.kind).toBe("cut");
    expect(without.problem?.sequence).toBe(index);
    const shorter = await tampered(closed, (disk) => putFrames(disk, frames(disk).slice(0, index)));
    expect(shorter.problem?.kind).toBe("cut");
    expect(shorter.records).toBe(index);
  }
});

test("verifyLedger detects every pair of records swapped and every record repeated", async () => {
  for (let left = 0; left < RECORDS; left += 1) {
    for (let right = left + 1; right < RECORDS; right += 1) {
      const report = await tampered(closed, (disk) => {
        const swapped = frames(disk);
        [swapped[left], swapped[right]] = [swapped[right]!, swapped[left]!];
        putFrames(disk, swapped);
      });
      expect(report.problem?.sequence).toBe(left);
      if (right === left + 1) expect(report.problem?.kind).toBe("reordered");
    }
    const repeated = await tampered(closed, (disk) =>
      putFrames(disk, frames(disk).toSpliced(left, 0, frames(disk)[left]!)),
    );
    expect(repeated.problem).toMatchObject({ kind: "reordered", sequence: left + 1 });
  }
});

test("verifyLedger detects truncation of any file at any length that loses content", async () => {
  for (const path of closed.paths().filter((name) => !name.endsWith("lock"))) {
    const content = closed.bytes(path);
    const used = content.length - [...content].reverse().findIndex((byte) => byte !== 0);
    for (let length = 0; length < used; length += isDeep ? 1 : 13) {
      const disk = closed.copy();
      disk.put(path, content.subarray(0, length));
      const report = await verify(disk);
      // Payloads cut between two frames are what erasing them looks like, and are counted as that.
      const noticed = path === payload ? !report.ok || report.erased > 0 : !report.ok;
      if (!noticed) throw new Error(`${path} cut at ${length} unnoticed`);
    }
  }
});

/** Record `index` with another core, and every frame consistent again: what someone without the key can do. */
function rewrite(disk: SimulatedDisk, index: number): void {
  const rewritten = frames(disk).map((bytes, at) => {
    const frame = decodeFrame(recordFormat, bytes)!;
    if (at !== index) return bytes;
    const record = decodeRecord(frame.body)!;
    const { bytes: other } = encodeFrame(
      recordFormat,
      at,
      encodeRecord({ ...record, core: { life: 9, index: 9 } }),
    );
    stampFlush(other, frame.flush);
    return other;
  });
  putFrames(disk, rewritten);
}

test("verifyLedger detects a key-less rewrite of any record, closed or open", async () => {
  for (const from of [closed, open]) {
    for (let index = 0; index < RECORDS; index += 1) {
      const report = await tampered(from, (disk) => rewrite(disk, index));
      expect(report.problem?.kind).toBe("changed");
      expect(report.problem?.detail).toContain("signed over");
    }
  }
});

test("verifyLedger detects records added behind an orderly close", async () => {
  const report = await tampered(closed, (disk) => {
    const last = decodeRecord(decodeFrame(recordFormat, frames(disk).at(-1)!)!.body)!;
    const { bytes: added } = encodeFrame(
      recordFormat,
      RECORDS,
      encodeRecord({ ...last, sequence: RECORDS, payload_hash: null }),
    );
    stampFlush(added, RECORDS);
    putFrames(disk, [...frames(disk), added]);
  });
  expect(report.problem).toMatchObject({ kind: "added", sequence: RECORDS + 1 });
});

test("verifyLedger detects bytes behind an orderly close that are no record", async () => {
  for (const path of [segment, payload, `${dir}/checkpoints`]) {
    const report = await tampered(closed, (disk) => {
      const bytes = Buffer.concat([disk.bytes(path)]);
      const near = path.endsWith("checkpoints");
      bytes[near ? bytes.indexOf(0) + 3 : bytes.length - 1] = 1;
      disk.put(path, bytes);
    });
    expect(report.problem?.kind).toBe("added");
  }
});

test("verifyLedger rejects another key, another origin and checkpoints signed by either", async () => {
  const stranger = await verify(closed, { publicKey: testKey(8).publicKey });
  expect(stranger.problem).toMatchObject({ kind: "bad_signature", file: "checkpoint" });
  const elsewhere = await verify(closed, { origin: "writ.example/node-2" });
  expect(elsewhere.problem?.kind).toBe("bad_signature");
});

test("verifyLedger detects each file that is missing, and counts an erased payload file", async () => {
  for (const [name, kind] of [
    ["checkpoint", "missing"],
    ["checkpoints", "cut"],
    ["seg-000001.log", "missing"],
  ] as const) {
    const report = await tampered(closed, (disk) => disk.remove(`${dir}/${name}`));
    expect(report.problem?.kind).toBe(kind);
  }
  const disk = closed.copy();
  disk.remove(payload);
  expect(await verify(disk)).toMatchObject({ ok: true, erased: 4, records: RECORDS });
});

test("openLedger continues behind erased payloads and verifyLedger still counts them", async () => {
  const disk = closed.copy();
  disk.remove(payload);
  const ledger = await openLedger({ ...sampleOptions(dir), fs: disk, create: false });
  await ledger.append({ kind: "decision", core: {}, payload: { text: "new" } });
  expect((await ledger.read(0)).payload).toBeNull();
  expect((await ledger.read(RECORDS)).payload).toEqual({ text: "new" });
  await ledger.close();
  expect(await verify(disk)).toMatchObject({ ok: true, erased: 4, records: RECORDS + 1 });
});

test("verifyLedger detects payloads exchanged between records and a payload with another salt", async () => {
  const report = await tampered(closed, (disk) => {
    const bytes = Buffer.from(disk.bytes(payload));
    const half = bytes.length;
    // Same length by construction, so the two bodies exchange places exactly.
    const first = bytes.subarray(0, 128);
    const second = Buffer.from(bytes.subarray(128, 256));
    first.copy(bytes, 128);
    second.copy(bytes, 0);
    expect(bytes).toHaveLength(half);
    disk.put(payload, bytes);
  });
  expect(report.problem?.kind).toBe("payload_mismatch");
});

test("verifyLedger: a rollback to an earlier orderly close needs a remembered head", async () => {
  const disk = new SimulatedDisk(seededRandom(2));
  const first = await openLedger({ ...sampleOptions(dir), fs: disk });
  await first.append({ kind: "genesis", core: {} });
  await first.close();
  const old = disk.copy();
  const second = await openLedger({ ...sampleOptions(dir), fs: disk });
  await second.append({ kind: "decision", core: {} });
  const remembered = { size: second.size, root: Buffer.from(second.root()).toString("hex") };
  await second.close();
  expect((await verify(old)).ok).toBe(true);
  expect((await verify(old, { rememberedHead: remembered })).problem?.kind).toBe("rolled_back");
  expect((await verify(disk, { rememberedHead: remembered })).ok).toBe(true);
  const forked = { ...remembered, root: "00".repeat(32) };
  expect((await verify(disk, { rememberedHead: forked })).problem?.kind).toBe("rolled_back");
  const options = { ...sampleOptions(dir), fs: old, rememberedHead: remembered };
  await expect(openLedger(options)).rejects.toMatchObject({ code: "WRIT_LEDGER_CORRUPT" });
});

test("openLedger: a folder without its ledger is not a fresh ledger", async () => {
  const disk = new SimulatedDisk(seededRandom(3));
  const gone = openLedger({ ...sampleOptions(dir), fs: disk, create: false });
  await expect(gone).rejects.toMatchObject({ code: "WRIT_LEDGER_CORRUPT" });
  await disk.makeDirectory(dir);
  const empty = openLedger({ ...sampleOptions(dir), fs: disk, create: false });
  await expect(empty).rejects.toMatchObject({ code: "WRIT_LEDGER_CORRUPT" });
  expect((await verify(disk)).problem?.kind).toBe("missing");
});

test("verifyLedger takes the public key in any form that node:crypto exports", async () => {
  const pem = testKey().publicKey.export({ format: "pem", type: "spki" });
  expect((await verify(closed, { publicKey: createPublicKey(pem) })).ok).toBe(true);
});
