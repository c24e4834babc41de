// The test vectors of the ledger's format: two small ledgers, byte for byte, and what is done to them, each with the verdict
// that docs/LEDGER.md wants. `node test/ledger/vector-cases.ts` writes test/vectors/ledger.json.
import { writeFileSync } from "node:fs";
import { decodeFrame, encodeFrame, recordFormat, stampFlush } from "../../src/ledger/frame.ts";
import { importPublicKey } from "../../src/ledger/ledger-key.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import type { ProblemKind } from "../../src/ledger/problem.ts";
import { decodeRecord, encodeRecord } from "../../src/ledger/record-codec.ts";
import { formatVkey } from "../../src/ledger/signed-note.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";
import { SimulatedDisk, seededRandom } from "./simulated-disk.ts";

/** A change of one file. `flip`: bit `at`; `put`: bytes over those at `at`; `cut`: all from `at`; `file`: new content. */
export interface Edit {
  readonly do: "flip" | "put" | "cut" | "file" | "remove";
  readonly file: string;
  readonly at?: number;
  readonly hex?: string;
}

export interface VectorCase {
  readonly name: string;
  readonly base: "closed" | "open" | "rotated";
  readonly edits: readonly Edit[];
  /** Null: it holds. */
  readonly kind: ProblemKind | null;
  /** Of the log that is believed; absent: the ledger's own. */
  readonly vkey?: string;
  readonly remembered?: { readonly size: number; readonly root: string };
}

export interface Vectors {
  readonly vkey: string;
  readonly bases: Readonly<Record<VectorCase["base"], VectorFiles>>;
  readonly cases: readonly VectorCase[];
}

export type VectorFiles = Readonly<Record<string, { readonly hex: string; readonly zeros: number }>>;

const dir = "/home/ledger";
const SEGMENT = "seg-000001.log";
const SECOND = "seg-000002.log";
const PAYLOAD = "payload-000001.log";

/** Three lives of three records: two segments, the first full after four records; a payload on every second one. */
async function build(close: boolean): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk(seededRandom(1));
  for (let life = 0; life < 3; life += 1) {
    const ledger = await openLedger({ ...sampleOptions(dir), fs: disk, segmentBytesMax: 1400 });
    for (let index = 0; index < 3; index += 1) {
      const more =
        index % 2 === 0 ? { payload: { text: `private ${index}`, ü: [1.5, 1e21, "\u20ac\u0001"] } } : {};
      await ledger.append({ kind: "decision", core: { life, index }, ...more });
    }
    if (close || life < 2) await ledger.close();
    else await ledger.checkpoint();
  }
  return disk.afterKill();
}

/** Two records under the first key, two under the next one, closed. */
async function buildRotated(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk(seededRandom(1));
  const ledger = await openLedger({ ...sampleOptions(dir), fs: disk });
  await ledger.append({ kind: "genesis", core: { life: 0 } });
  await ledger.append({ kind: "decision", core: { life: 0 }, payload: { text: "private" } });
  const next = { origin, key: importPublicKey(testKey(8).publicKey) };
  await ledger.rotate({ verifier: next, sign: testKey(8).sign });
  await ledger.append({ kind: "decision", core: { life: 1 } });
  await ledger.append({ kind: "decision", core: { life: 2 } });
  await ledger.close();
  return disk.afterKill();
}

function filesOf(disk: SimulatedDisk): VectorFiles {
  const names = disk.paths().map((path) => path.slice(dir.length + 1));
  return Object.fromEntries(
    names
      .filter((name) => name !== "lock")
      .map((name) => {
        const bytes = disk.bytes(`${dir}/${name}`);
        const used = bytes.length - [...bytes].reverse().findIndex((byte) => byte !== 0);
        return [name, { hex: bytes.toString("hex", 0, used), zeros: bytes.length - used }];
      }),
  );
}

/** The frames of a segment, each its own bytes. */
function framesOf(files: VectorFiles, name: string): readonly Buffer[] {
  const frames: Buffer[] = [];
  let rest = Buffer.concat([Buffer.from(files[name]?.hex ?? "", "hex"), Buffer.alloc(16)]);
  for (let frame = decodeFrame(recordFormat, rest); frame !== null; frame = decodeFrame(recordFormat, rest)) {
    frames.push(Buffer.from(rest.subarray(0, frame.bytes)));
    rest = rest.subarray(frame.bytes);
  }
  return frames;
}

const put = (file: string, frames: readonly Buffer[]): Edit => ({
  do: "file",
  file,
  hex: Buffer.concat(frames).toString("hex"),
});

/** A frame with another core, whole again: what somebody without the key can do. */
function rewritten(bytes: Buffer, change: object): Buffer {
  const frame = decodeFrame(recordFormat, bytes);
  const record = frame === null ? null : decodeRecord(frame.body);
  if (frame === null || record === null) throw new Error("no frame");
  const changed = { ...record, ...change };
  const { bytes: other } = encodeFrame(recordFormat, changed.sequence, encodeRecord(changed));
  stampFlush(other, Math.min(frame.flush, changed.sequence));
  return other;
}

/** The vectors, made anew: the same bytes each time. */
export async function makeVectors(): Promise<Vectors> {
  const bases = {
    closed: filesOf(await build(true)),
    open: filesOf(await build(false)),
    rotated: filesOf(await buildRotated()),
  };
  const log = { name: origin, algorithm: "ed25519", key: importPublicKey(testKey().publicKey) } as const;
  const stranger = { ...log, key: importPublicKey(testKey(8).publicKey) };
  return {
    vkey: formatVkey(log),
    bases,
    cases: [
      { name: "closed", base: "closed", edits: [], kind: null },
      { name: "open", base: "open", edits: [], kind: null },
      { name: "another key", base: "closed", edits: [], kind: "bad_signature", vkey: formatVkey(stranger) },
      {
        name: "another origin",
        base: "closed",
        edits: [],
        kind: "bad_signature",
        vkey: formatVkey({ ...log, name: "writ.example/node-2" }),
      },
      ...recordCases(bases.closed),
      ...fileCases(bases.closed),
      ...headCases(bases),
      ...rotationCases(bases.rotated, formatVkey(stranger)),
    ],
  };
}

function recordCases(files: VectorFiles): readonly VectorCase[] {
  const frames = framesOf(files, SEGMENT);
  const second = framesOf(files, SECOND);
  const cases: VectorCase[] = [];
  const add = (name: string, kind: ProblemKind, ...edits: readonly Edit[]): unknown =>
    cases.push({ name, base: "closed", edits, kind });
  for (const [at, frame] of frames.entries()) {
    const next = frames[at + 1];
    add(`record ${at} deleted`, "cut", put(SEGMENT, frames.toSpliced(at, 1)));
    // Behind the last one of a segment comes the next segment, whose first record is then out of its place too.
    add(`record ${at} repeated`, "reordered", put(SEGMENT, frames.toSpliced(at, 0, frame)));
    if (next !== undefined)
      add(
        `records ${at} and ${at + 1} swapped`,
        "reordered",
        put(SEGMENT, frames.toSpliced(at, 2, next, frame)),
      );
    add(
      `record ${at} rewritten`,
      "changed",
      put(SEGMENT, frames.with(at, rewritten(frame, { core: { life: 9 } }))),
    );
    add(
      `record ${at} under another time`,
      "changed",
      put(SEGMENT, frames.with(at, rewritten(frame, { time: 1 }))),
    );
    add(
      `record ${at} under another wall clock`,
      "changed",
      put(SEGMENT, frames.with(at, rewritten(frame, { wall: "1999-01-01T00:00:00.000Z" }))),
    );
  }
  const last = second.at(-1) ?? Buffer.alloc(0);
  const sequence = frames.length + second.length;
  const more = rewritten(last, { sequence, payload_hash: null });
  add("a record added behind the close", "added", put(SECOND, [...second, more]));
  add("a byte behind the close", "added", put(SECOND, [...second, Buffer.from([0, 0, 1])]));
  add("the tail cut at a record", "cut", put(SECOND, second.slice(0, -1)));
  add("the segments swapped", "cut", put(SEGMENT, second), put(SECOND, frames));
  add("the second segment a copy of the first", "reordered", put(SECOND, frames));
  return cases;
}

function fileCases(files: VectorFiles): readonly VectorCase[] {
  const of = (name: string, kind: ProblemKind | null, ...edits: readonly Edit[]): VectorCase => ({
    name,
    base: "closed",
    edits,
    kind,
  });
  const removed = (file: string): Edit => ({ do: "remove", file });
  const half = Math.floor((files[SEGMENT]?.hex.length ?? 0) / 4) + 8;
  return [
    of("no first segment", "missing", removed(SEGMENT)),
    of("no second segment", "cut", removed(SECOND)),
    of("no checkpoint", "missing", removed("checkpoint")),
    of("no checkpoints", "cut", removed("checkpoints")),
    of("payloads of a segment erased", null, removed(PAYLOAD)),
    of("nothing at all", "missing", ...Object.keys(files).map(removed)),
    of("the first segment cut in a record", "changed", { do: "cut", file: SEGMENT, at: half }),
    of("the first segment empty", "cut", { do: "cut", file: SEGMENT, at: 0 }),
    of("a payload damaged", "payload_mismatch", { do: "flip", file: PAYLOAD, at: 80 * 8 }),
    of("reserved space grown", null, { do: "put", file: SECOND, at: 1 << 16, hex: "00" }),
    of("the reserved zeros cut off", null, {
      do: "cut",
      file: SECOND,
      at: (files[SECOND]?.hex.length ?? 0) / 2 + 8,
    }),
  ];
}

/** The notes of a history, each its own text. */
function notesOf(files: VectorFiles): readonly string[] {
  const text = Buffer.from(files["checkpoints"]?.hex ?? "", "hex").toString("utf8");
  return text.match(/[^\n]+\n\d+\n[^\n]+\n(?:writ-[^\n]+\n)?\n— [^\n]+\n/g) ?? [];
}

const written = (file: string, ...notes: readonly string[]): Edit => ({
  do: "file",
  file,
  hex: Buffer.from(notes.join("")).toString("hex"),
});

function headCases(bases: Vectors["bases"]): readonly VectorCase[] {
  const { closed, open } = bases;
  const notes = notesOf(closed);
  const first = notes[0] ?? "";
  const opening = notes.at(-2) ?? "";
  const frames = framesOf(closed, SECOND);
  const more = rewritten(frames.at(-1) ?? Buffer.alloc(0), { sequence: 9, payload_hash: null });
  const root = Buffer.from(notesOf(open).at(-1)?.split("\n")[2] ?? "", "base64").toString("hex");
  const of = (name: string, kind: ProblemKind | null, ...edits: readonly Edit[]): VectorCase => ({
    name,
    base: "closed",
    edits,
    kind,
  });
  return [
    of("an older checkpoint in place of the latest", null, written("checkpoint", opening)),
    of(
      "an older checkpoint in place of the latest, and a record behind the close",
      "added",
      written("checkpoint", opening),
      put(SECOND, [...frames, more]),
    ),
    of(
      "a checkpoint with another size",
      "bad_signature",
      written("checkpoint", first.replace("\n0\n", "\n1\n")),
    ),
    of("the history backwards", "reordered", written("checkpoints", ...notes.toReversed())),
    of("a history without its last note", "cut", written("checkpoints", ...notes.slice(0, -1))),
    of("a history without its first note", null, written("checkpoints", ...notes.slice(1))),
    of("the last note twice", "reordered", written("checkpoints", ...notes, notes.at(-1) ?? "")),
    of("half a note behind the close", "added", written("checkpoints", ...notes, first.slice(0, 40))),
    { name: "open and remembered", base: "open", edits: [], kind: null, remembered: { size: 9, root } },
    {
      name: "a fork of what is remembered",
      base: "open",
      edits: [],
      kind: "rolled_back",
      remembered: { size: 9, root: "00".repeat(32) },
    },
    {
      name: "shorter than what is remembered",
      base: "open",
      edits: [],
      kind: "rolled_back",
      remembered: { size: 10, root },
    },
  ];
}

/** `next` is the vkey of the second key. */
function rotationCases(files: VectorFiles, next: string): readonly VectorCase[] {
  const notes = notesOf(files);
  const at = notes.findIndex((note) => note.includes("writ-rotated"));
  const [before, handover, after] = [notes.slice(0, at), notes[at] ?? "", notes.slice(at + 1)];
  const frames = framesOf(files, SEGMENT);
  const changed = { from: "A".repeat(43), to: "A".repeat(43) };
  const cases: VectorCase[] = [];
  const add = (
    name: string,
    kinds: readonly [ProblemKind | null, ProblemKind | null],
    ...edits: readonly Edit[]
  ): void => {
    cases.push({ name: `${name}, by the old key`, base: "rotated", edits, kind: kinds[0] });
    cases.push({ name: `${name}, by the new key`, base: "rotated", edits, kind: kinds[1], vkey: next });
  };
  add("another key signs", [null, null]);
  add("no note hands over", ["bad_signature", "bad_signature"], written("checkpoints", ...before, ...after));
  add(
    "the note that hands over twice",
    ["bad_signature", "bad_signature"],
    written("checkpoints", ...before, handover, handover, ...after),
  );
  add(
    "the new key signs before it was its turn",
    ["bad_signature", "bad_signature"],
    written("checkpoints", ...before, ...after.slice(0, 1), handover, ...after.slice(1)),
  );
  add("the old key's notes alone", ["missing", "bad_signature"], written("checkpoints", ...before), {
    do: "remove",
    file: "checkpoint",
  });
  add(
    "nothing signed behind the handing over",
    ["cut", "bad_signature"],
    written("checkpoints", ...before, handover),
  );
  add(
    "put back to the record of the change",
    [null, "bad_signature"],
    written("checkpoints", ...before, handover),
    written("checkpoint", handover),
    put(SEGMENT, frames.slice(0, 3)),
  );
  add(
    "a record behind the change, and no note that hands over",
    ["bad_signature", "bad_signature"],
    written("checkpoints", ...before),
    written("checkpoint", before.at(-1) ?? ""),
    put(SEGMENT, frames.slice(0, 4)),
  );
  add(
    "the record of the change with other keys",
    ["changed", "changed"],
    put(SEGMENT, frames.with(2, rewritten(frames[2] ?? Buffer.alloc(0), { core: changed }))),
  );
  add("the notes of the new key alone", ["bad_signature", "bad_signature"], written("checkpoints", ...after));
  return cases;
}

if (process.argv[1] === import.meta.filename) {
  const file = new URL("../vectors/ledger.json", import.meta.url);
  writeFileSync(file, `${JSON.stringify(await makeVectors(), null, 1)}\n`);
}
