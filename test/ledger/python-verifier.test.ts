// The format as two programs read it that share no line: src/ledger/ and model/verify_ledger.py, which was written from
// docs/LEDGER.md alone. They agree on every test vector and on every tampering, bit by bit.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parseVkey } from "../../src/ledger/signed-note.ts";
import { verifyLedger } from "../../src/ledger/verify-ledger.ts";
import { depth, seed } from "../depth.ts";
import { SimulatedDisk, seededRandom } from "./simulated-disk.ts";
import { type Edit, makeVectors, type VectorCase, type VectorFiles, type Vectors } from "./vector-cases.ts";

const dir = "/home/ledger";
const program = new URL("../../model/verify_ledger.py", import.meta.url).pathname;
const committed = new URL("../vectors/ledger.json", import.meta.url);

interface Verdict {
  readonly name: string;
  readonly ok: boolean;
  readonly kind: string | null;
  readonly records: number;
  readonly root: string;
  readonly checkpoint_size: number;
  readonly erased: number;
  /** Null: it does not hold, and then nobody says what became of its end. */
  readonly tail: string | null;
}

let vectors: Vectors;
beforeAll(() => {
  vectors = JSON.parse(readFileSync(committed, "utf8")) as Vectors;
});

function applied(files: VectorFiles, edits: readonly Edit[]): SimulatedDisk {
  const disk = new SimulatedDisk(seededRandom(1));
  void disk.makeDirectory(dir);
  for (const [name, { hex, zeros }] of Object.entries(files)) {
    disk.put(`${dir}/${name}`, Buffer.concat([Buffer.from(hex, "hex"), Buffer.alloc(zeros)]));
  }
  for (const edit of edits) apply(disk, edit);
  return disk;
}

function apply(disk: SimulatedDisk, { do: what, file, at = 0, hex = "" }: Edit): void {
  const path = `${dir}/${file}`;
  if (what === "remove") return disk.remove(path);
  const before = disk.bytes(path);
  const put = Buffer.from(hex, "hex");
  if (what === "file") return disk.put(path, put);
  if (what === "cut") return disk.put(path, before.subarray(0, at));
  const bytes = Buffer.alloc(Math.max(before.length, what === "put" ? at + put.length : 0));
  before.copy(bytes);
  if (what === "put") put.copy(bytes, at);
  else bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
  disk.put(path, bytes);
}

async function verdictOf({ name, base, edits, vkey, remembered }: VectorCase): Promise<Verdict> {
  const key = parseVkey(vkey ?? vectors.vkey);
  if (key === null) throw new Error("no key");
  const report = await verifyLedger({
    dir,
    fs: applied(vectors.bases[base], edits),
    origin: key.name,
    publicKey: key.key.key,
    ...(remembered === undefined ? {} : { rememberedHead: remembered }),
  });
  const { ok, problem, records, root, checkpoint_size, erased, tail } = report;
  return {
    name,
    ok,
    kind: problem?.kind ?? null,
    records,
    root,
    checkpoint_size,
    erased,
    tail: ok ? tail.state : null,
  };
}

function pythonVerdicts(cases: readonly VectorCase[]): readonly Verdict[] {
  const folder = mkdtempSync(join(tmpdir(), "writ-vectors-"));
  try {
    const file = join(folder, "cases.json");
    writeFileSync(file, JSON.stringify({ ...vectors, cases }));
    const ran = spawnSync("python3", [program, "--cases", file], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran.stdout
      .trim()
      .split("\n")
      .map((line) => {
        const {
          file: _,
          sequence: __,
          ...verdict
        } = JSON.parse(line) as Verdict & { file: unknown; sequence: unknown };
        return verdict;
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a verdict promises: of a ledger that does not hold, the kind alone. */
function said(verdict: Verdict): Partial<Verdict> {
  const { name, ok, kind } = verdict;
  return ok ? verdict : { name, ok, kind };
}

/** Why the second verifier cannot run here; null: it can. */
function missingProgram(): string | null {
  for (const [name, flag] of [
    ["python3", "--version"],
    ["openssl", "version"],
  ] as const) {
    if (spawnSync(name, [flag]).status !== 0) return `${name} is not there`;
  }
  return null;
}

const absent = missingProgram();
if (absent !== null) console.log(`skipped: model/verify_ledger.py is not run: ${absent}`);

test("the committed vectors are what the format gives today", async () => {
  expect(vectors).toEqual(JSON.parse(JSON.stringify(await makeVectors())));
});

test("P5 verifyLedger gives the verdict that each vector wants", async () => {
  expect(vectors.cases.length).toBeGreaterThan(40);
  for (const one of vectors.cases) {
    const { ok, kind } = await verdictOf(one);
    expect([one.name, ok, kind]).toEqual([one.name, one.kind === null, one.kind]);
  }
});

test.skipIf(absent !== null)(
  "P5 a verifier written from the document alone agrees on every vector",
  async () => {
    const expected = await Promise.all(vectors.cases.map(verdictOf));
    expect(pythonVerdicts(vectors.cases).map(said)).toEqual(expected.map(said));
  },
);

/** Bits of all files that are content, every `step`th; of notes fewer, as each asks openssl in a process of its own. */
function flips(files: VectorFiles, step: number): readonly VectorCase[] {
  return Object.entries(files).flatMap(([file, { hex, zeros }]) => {
    // Each flip in a checkpoint costs openssl a process more.
    const every = file.startsWith("checkpoint") && step > 1 ? step * 40 : step;
    const bits = hex.length * 4 + Math.min(zeros, 8) * 8;
    return Array.from({ length: Math.floor(bits / every) }, (_, at): VectorCase => {
      const bit = at * every + ((seed + at) % every);
      return {
        name: `bit ${bit} of ${file}`,
        base: "closed",
        edits: [{ do: "flip", file, at: bit }],
        kind: null,
      };
    });
  });
}

test.skipIf(absent !== null)(
  "P5 both verifiers notice every single-bit flip, and name it alike",
  async () => {
    const cases = flips(vectors.bases.closed, depth(29, 1));
    const expected = await Promise.all(cases.map(verdictOf));
    expect(cases.length).toBeGreaterThan(depth(750, 20_000));
    expect(expected.filter(({ ok }) => ok)).toEqual([]);
    expect(pythonVerdicts(cases).map(said)).toEqual(expected.map(said));
  },
  3_600_000,
);
