// A change of the log's key: followed by whoever believes the old key or the new one, and worth nothing to a thief of the old
// one who comes after it. What crashes do to one is crash.property.test.ts.
import { expect, test } from "vitest";
import { signCheckpoint } from "../../src/ledger/checkpoint.ts";
import { decodeFrame, encodeFrame, recordFormat, stampFlush } from "../../src/ledger/frame.ts";
import type { LedgerSigner } from "../../src/ledger/ledger.ts";
import { importPublicKey } from "../../src/ledger/ledger-key.ts";
import { leafHash, MerkleTree } from "../../src/ledger/merkle-tree.ts";
import { splitNotes } from "../../src/ledger/note-reader.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { encodeRecord } from "../../src/ledger/record-codec.ts";
import type { RememberedHead } from "../../src/ledger/scan-state.ts";
import { type VerifyReport, verifyLedger } from "../../src/ledger/verify-ledger.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";
import { SimulatedDisk, seededRandom } from "./simulated-disk.ts";

const dir = "/home/ledger";
const [SEGMENT, HISTORY, LATEST] = [`${dir}/seg-000001.log`, `${dir}/checkpoints`, `${dir}/checkpoint`];

function signer(key: number): LedgerSigner {
  return { verifier: { origin, key: importPublicKey(testKey(key).publicKey) }, sign: testKey(key).sign };
}

/** Two records under each of `keys`, the ledger left open or closed. */
async function rotated(keys: readonly number[] = [7, 8], close = true): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk(seededRandom(1));
  const ledger = await openLedger({ ...sampleOptions(dir), key: testKey(keys[0]), fs: disk });
  for (const [at, key] of keys.entries()) {
    if (at > 0) await ledger.rotate(signer(key));
    for (const index of [0, 1]) await ledger.append({ kind: "gap", core: { key, index } });
  }
  if (close) await ledger.close();
  else await ledger.checkpoint();
  return disk;
}

async function verify(disk: SimulatedDisk, key: number, head?: RememberedHead): Promise<VerifyReport> {
  const remembered = head === undefined ? {} : { rememberedHead: head };
  return await verifyLedger({ dir, origin, publicKey: testKey(key).publicKey, fs: disk, ...remembered });
}

/** The bodies of the first `count` records. */
function bodiesOf(disk: SimulatedDisk, count: number): readonly Buffer[] {
  const bodies: Buffer[] = [];
  let rest = disk.bytes(SEGMENT);
  while (bodies.length < count) {
    const frame = decodeFrame(recordFormat, rest);
    if (frame === null) throw new Error("no frame");
    bodies.push(Buffer.from(frame.body));
    rest = rest.subarray(frame.bytes);
  }
  return bodies;
}

/** What somebody with `key` makes of the first `kept` records: others behind them, and checkpoints that `key` signs. */
function stolen(from: SimulatedDisk, kept: number, key: number, notes: readonly Buffer[]): SimulatedDisk {
  const disk = from.copy();
  const bodies = [...bodiesOf(from, kept)];
  for (let sequence = kept; sequence < kept + 3; sequence += 1) {
    const record = { core: { stolen: true }, kind: "gap", payload_hash: null, sequence, time: 1e6 } as const;
    bodies.push(encodeRecord({ ...record, wall: "2026-01-01T00:00:00.000Z" }));
  }
  const tree = new MerkleTree();
  const frames = bodies.map((body, sequence) => {
    tree.append(leafHash(body));
    const { bytes } = encodeFrame(recordFormat, sequence, body);
    stampFlush(bytes, sequence);
    return bytes;
  });
  const { verifier, sign } = signer(key);
  const note = Buffer.from(
    signCheckpoint({ size: tree.size, root: tree.root(), closing: true }, verifier, sign),
  );
  disk.put(SEGMENT, Buffer.concat(frames));
  disk.put(HISTORY, Buffer.concat([...notes, note]));
  disk.put(LATEST, note);
  return disk;
}

function notesOf(disk: SimulatedDisk): readonly Buffer[] {
  return splitNotes(disk.bytes(HISTORY));
}

test("P5 a rotated ledger holds for whoever believes any of its keys, and says which one signs now", async () => {
  for (const close of [true, false]) {
    const disk = await rotated([7, 8, 9], close);
    for (const key of [7, 8, 9]) {
      const report = await verify(disk, key);
      expect([key, report.problem]).toEqual([key, null]);
      expect(report.rotations).toEqual([2, 5]);
      expect(Buffer.from(report.key, "base64")).toEqual(signer(9).verifier.key.raw);
    }
    expect((await verify(disk, 10)).problem?.kind).toBe("bad_signature");
  }
});

test("P5 openLedger goes on with the key that was handed to, and with no other", async () => {
  const disk = await rotated();
  const old = openLedger({ ...sampleOptions(dir), key: testKey(7), fs: disk, create: false });
  await expect(old).rejects.toMatchObject({ code: "WRIT_KEY_UNUSABLE" });
  const ledger = await openLedger({ ...sampleOptions(dir), key: testKey(8), fs: disk, create: false });
  await ledger.append({ kind: "gap", core: {} });
  await ledger.close();
  expect((await verify(disk, 7)).problem).toBeNull();
});

test("P5 a rotation that a crash ended between its record and the handing over is finished with both keys, and with one alone nothing opens", async () => {
  const disk = new SimulatedDisk(seededRandom(1));
  const begun = await openLedger({ ...sampleOptions(dir), fs: disk });
  const [from, to] = [7, 8].map((key) => Buffer.from(signer(key).verifier.key.raw).toString("base64"));
  await begun.append({ kind: "key_rotated", core: { from: from ?? "", to: to ?? "" } });
  const killed = disk.afterKill();
  const opening = { ...sampleOptions(dir), fs: killed, create: false };
  for (const wrong of [{}, { nextKey: testKey(9) }]) {
    await expect(openLedger({ ...opening, ...wrong })).rejects.toMatchObject({ code: "WRIT_KEY_UNUSABLE" });
  }
  const ledger = await openLedger({ ...opening, nextKey: testKey(8) });
  expect(Buffer.from(ledger.key)).toEqual(signer(8).verifier.key.raw);
  await ledger.append({ kind: "gap", core: {} });
  await ledger.close();
  for (const key of [7, 8]) expect((await verify(killed, key)).problem).toBeNull();
});

test("rotate takes no record beside its own, and refuses a second one meanwhile", async () => {
  const disk = new SimulatedDisk(seededRandom(1));
  const ledger = await openLedger({ ...sampleOptions(dir), fs: disk });
  const before = ledger.append({ kind: "gap", core: { before: true } });
  const rotating = ledger.rotate(signer(8));
  await expect(ledger.append({ kind: "gap", core: {} })).rejects.toThrow("being replaced");
  await expect(ledger.rotate(signer(9))).rejects.toThrow("being replaced");
  await expect(ledger.append({ kind: "gap", core: {} })).rejects.toThrow("being replaced");
  expect((await before).sequence).toBe(0);
  expect((await rotating).sequence).toBe(1);
  const closing = ledger.rotate(signer(9));
  await ledger.close();
  expect((await closing).sequence).toBe(2);
  expect((await verify(disk, 7)).records).toBe(3);
});

test("P5 a stolen old key rewrites nothing for whoever believes the new one, or remembers a head behind the change", async () => {
  const disk = await rotated();
  const { records: size, root } = await verify(disk, 8);
  const own = notesOf(disk);
  const handover = own.findIndex((note) => note.includes("writ-rotated"));
  expect(handover).toBeGreaterThan(0);
  // Before the change, at its record, and behind it; with no notes, those of before, and those up to the handing over.
  for (const kept of [1, 3, 4]) {
    for (const notes of [[], own.slice(0, handover), own.slice(0, handover + 1)]) {
      const forged = stolen(disk, kept, 7, notes);
      expect((await verify(forged, 8)).ok).toBe(false);
      expect((await verify(forged, 7, { size, root })).ok).toBe(false);
      // A head at the very record of the change is enough.
      const atChange = { size: 3, root: rootOf(disk, 3) };
      expect((await verify(forged, 7, atChange)).ok).toBe(false);
    }
  }
});

test("P5 who knows only a stolen old key and remembers nothing is not protected from its thief", async () => {
  const forged = stolen(await rotated(), 2, 7, []);
  expect((await verify(forged, 7)).ok).toBe(true);
});

test("P5 a thief of the old key cannot hand over to the new one what its owner never signed", async () => {
  const disk = await rotated();
  const own = notesOf(disk);
  const first = own[0] ?? Buffer.alloc(0);
  const forged = disk.copy();
  const bodies = bodiesOf(disk, 3).map((body, at) =>
    at === 0 ? Buffer.from(String(body).replace('"key":7', '"key":6')) : body,
  );
  const tree = new MerkleTree();
  const frames = bodies.map((body, sequence) => {
    tree.append(leafHash(body));
    const { bytes } = encodeFrame(recordFormat, sequence, body);
    stampFlush(bytes, sequence);
    return bytes;
  });
  const { verifier, sign } = signer(7);
  const handover = { from: verifier.key.raw, to: signer(8).verifier.key.raw };
  const note = Buffer.from(
    signCheckpoint({ size: 3, root: tree.root(), closing: false, handover }, verifier, sign),
  );
  forged.put(SEGMENT, Buffer.concat(frames));
  forged.put(HISTORY, Buffer.concat([first, note]));
  forged.put(LATEST, note);
  expect((await verify(forged, 7)).problem).toBeNull();
  expect((await verify(forged, 8)).problem?.kind).toBe("bad_signature");
});

test("P5 every note of a rotated history that is missing, doubled, swapped or another key's is noticed", async () => {
  const disk = await rotated();
  const own = notesOf(disk);
  const handover = own.findIndex((note) => note.includes("writ-rotated"));
  for (const key of [7, 8]) {
    const without = disk.copy();
    without.put(HISTORY, Buffer.concat(own.toSpliced(handover, 1)));
    expect((await verify(without, key)).ok).toBe(false);
    for (const [at, note] of own.entries()) {
      const next = own[at + 1];
      if (next === undefined || at < handover - 1 || at > handover + 1) continue;
      const swapped = disk.copy();
      swapped.put(HISTORY, Buffer.concat(own.toSpliced(at, 2, next, note)));
      expect((await verify(swapped, key)).ok, `${at} for ${key}`).toBe(false);
    }
    const doubled = disk.copy();
    doubled.put(HISTORY, Buffer.concat(own.toSpliced(handover, 0, own[handover] ?? Buffer.alloc(0))));
    expect((await verify(doubled, key)).ok).toBe(false);
  }
});

test("P5 a checkpoint hands over only what its last record says", async () => {
  const disk = await rotated();
  const own = notesOf(disk);
  const at = own.findIndex((note) => note.includes("writ-rotated"));
  const { verifier, sign } = signer(7);
  const to = signer(9).verifier.key.raw;
  const head = { size: 3, root: Buffer.from(rootOf(disk, 3), "hex"), closing: false };
  const other = signCheckpoint({ ...head, handover: { from: verifier.key.raw, to } }, verifier, sign);
  const early = signCheckpoint(
    {
      ...head,
      size: 2,
      root: Buffer.from(rootOf(disk, 2), "hex"),
      handover: { from: verifier.key.raw, to: signer(8).verifier.key.raw },
    },
    verifier,
    sign,
  );
  for (const [notes, kind] of [
    [[...own.slice(0, at), Buffer.from(other)], "changed"],
    [[...own.slice(0, 1), Buffer.from(early), ...own.slice(at + 1)], "changed"],
  ] as const) {
    const forged = disk.copy();
    forged.put(HISTORY, Buffer.concat(notes));
    forged.put(LATEST, notes.at(-1) ?? Buffer.alloc(0));
    expect((await verify(forged, 7)).problem?.kind).toBe(kind);
  }
});

function rootOf(disk: SimulatedDisk, count: number): string {
  const tree = new MerkleTree();
  for (const body of bodiesOf(disk, count)) tree.append(leafHash(body));
  return Buffer.from(tree.root()).toString("hex");
}
