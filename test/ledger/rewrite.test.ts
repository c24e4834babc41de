// What somebody with a key can do to a ledger. With another key it is detected. With the right key it is not, by the files
// alone: that is asserted, as is that whoever remembers a head detects it. A witness is the same with a longer memory.
import { expect, test } from "vitest";
import { signCheckpoint } from "../../src/ledger/checkpoint.ts";
import { decodeFrame, encodeFrame, recordFormat, stampFlush } from "../../src/ledger/frame.ts";
import { importPublicKey } from "../../src/ledger/ledger-key.ts";
import { leafHash, MerkleTree } from "../../src/ledger/merkle-tree.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { decodeRecord, encodeRecord, type RecordCore } from "../../src/ledger/record-codec.ts";
import type { RememberedHead } from "../../src/ledger/scan-state.ts";
import { type VerifyReport, verifyLedger } from "../../src/ledger/verify-ledger.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";
import { SimulatedDisk, seededRandom } from "./simulated-disk.ts";

const dir = "/home/ledger";
const SEGMENT = `${dir}/seg-000001.log`;

/** A closed ledger of `count` records; `mark` tells two apart. */
async function built(count: number, mark: string, key = 7): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk(seededRandom(1));
  const ledger = await openLedger({ ...sampleOptions(dir), key: testKey(key), fs: disk });
  for (let at = 0; at < count; at += 1) await ledger.append({ kind: "gap", core: { at, mark } });
  await ledger.close();
  return disk;
}

async function verify(disk: SimulatedDisk, rememberedHead?: RememberedHead): Promise<VerifyReport> {
  const remembered = rememberedHead === undefined ? {} : { rememberedHead };
  return await verifyLedger({ dir, origin, publicKey: testKey().publicKey, fs: disk, ...remembered });
}

async function headOf(disk: SimulatedDisk): Promise<RememberedHead> {
  const { records: size, root } = await verify(disk);
  return { size, root };
}

/** The records changed by `change`, framed and signed anew with `key`: a rewritten history. */
function rewritten(from: SimulatedDisk, change: (record: RecordCore) => RecordCore, key = 7): SimulatedDisk {
  const disk = from.copy();
  const [tree, frames] = [new MerkleTree(), [] as Buffer[]];
  let rest = disk.bytes(SEGMENT);
  for (let frame = decodeFrame(recordFormat, rest); frame !== null; frame = decodeFrame(recordFormat, rest)) {
    const record = decodeRecord(frame.body);
    if (record === null) throw new Error("no record");
    const body = encodeRecord(change(record));
    const { bytes } = encodeFrame(recordFormat, frame.sequence, body);
    stampFlush(bytes, frame.flush);
    frames.push(bytes);
    tree.append(leafHash(body));
    rest = rest.subarray(frame.bytes);
  }
  const signer = { origin, key: importPublicKey(testKey(key).publicKey) };
  const head = { size: tree.size, root: tree.root(), closing: true };
  const note = Buffer.from(signCheckpoint(head, signer, testKey(key).sign));
  disk.put(SEGMENT, Buffer.concat(frames));
  disk.put(`${dir}/checkpoints`, note);
  disk.put(`${dir}/checkpoint`, note);
  return disk;
}

const other = (record: RecordCore): RecordCore => ({
  ...record,
  core: { ...record.core, mark: "rewritten" },
});

test("P5 verifyLedger detects a history that was signed anew with another key", async () => {
  const ledger = await built(6, "a");
  const report = await verify(rewritten(ledger, other, 8));
  expect(report.problem).toMatchObject({ kind: "bad_signature", file: "checkpoint" });
  expect((await verify(await built(6, "a", 8))).problem?.kind).toBe("bad_signature");
});

test("P5 a history rewritten with the right key is not prevented, and detected by whoever remembers a head", async () => {
  const ledger = await built(6, "a");
  const forged = rewritten(ledger, other);
  expect((await verify(forged)).ok).toBe(true);
  expect((await verify(forged, await headOf(ledger))).problem?.kind).toBe("rolled_back");
  expect(
    (
      await verify(
        rewritten(ledger, (record) => record),
        await headOf(ledger),
      )
    ).ok,
  ).toBe(true);
});

test("P5 a ledger that was deleted and begun anew is not prevented, and detected by whoever remembers a head", async () => {
  const ledger = await built(6, "a");
  for (const count of [0, 3, 6, 9]) {
    const anew = await built(count, "b");
    expect((await verify(anew)).ok).toBe(true);
    expect((await verify(anew, await headOf(ledger))).problem?.kind).toBe("rolled_back");
  }
});

test("P5 each of two forks verifies alone, neither beside the other's head, nor mixed", async () => {
  const common = await built(4, "a");
  const forks: SimulatedDisk[] = [];
  for (const mark of ["left", "right"]) {
    const disk = common.copy();
    const ledger = await openLedger({ ...sampleOptions(dir), fs: disk, create: false });
    for (let at = 0; at < 3; at += 1) await ledger.append({ kind: "gap", core: { at, mark } });
    await ledger.close();
    forks.push(disk);
  }
  const [left, right] = forks;
  if (left === undefined || right === undefined) throw new Error("two forks");
  for (const [one, two] of [
    [left, right],
    [right, left],
  ] as const) {
    expect((await verify(one, await headOf(common))).ok).toBe(true);
    expect((await verify(one, await headOf(two))).problem?.kind).toBe("rolled_back");
    for (const file of ["checkpoint", "checkpoints", "seg-000001.log"]) {
      const mixed = one.copy();
      mixed.put(`${dir}/${file}`, two.bytes(`${dir}/${file}`));
      expect((await verify(mixed)).ok, file).toBe(false);
    }
  }
});

test("P5 ledger time that runs backwards is detected even under the right key; the wall clock proves nothing", async () => {
  const ledger = await built(6, "a");
  for (let at = 1; at < 6; at += 1) {
    const back = rewritten(ledger, (record) => (record.sequence === at ? { ...record, time: 0 } : record));
    expect((await verify(back)).problem).toMatchObject({ kind: "changed", sequence: at });
  }
  const wall = rewritten(ledger, (record) => ({ ...record, wall: "1999-01-01T00:00:00.000Z" }));
  expect((await verify(wall)).ok).toBe(true);
});

test("P5 a record nested without end is no record, and throws nothing", async () => {
  const ledger = await built(1, "a");
  const deep = `{"core":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)},"kind":"gap","payload_hash":null,"sequence":0,"time":0,"wall":"2026-01-01T00:00:00.000Z"}`;
  const { bytes } = encodeFrame(recordFormat, 0, Buffer.from(deep));
  stampFlush(bytes, 0);
  ledger.put(SEGMENT, bytes);
  expect((await verify(ledger)).problem).toMatchObject({ kind: "changed", sequence: 0 });
});
