// What `writ report` and `writ measure` cost on a ledger of a million records: verified, measured and drawn, in processor time,
// with the memory at a tenth of the records and at all of them. Its executions are made up; their records are as long as a
// governor's.
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedger } from "../src/ledger/open-ledger.ts";
import type { RecordInput } from "../src/ledger/record.ts";
import type { JsonObject } from "../src/stdx/json.ts";
import { RecordWriter } from "../test/measured-records.ts";
import type { BenchOptions, Row } from "./bench.ts";

const RECORDS = 1_000_000;
const QUICK_RECORDS = 50_000;
/** Records that are appended before they are waited for. */
const BATCH = 4_096;
/** The rest of a decision's core and of its payload, which measurement does not read: about what a small task's have. */
const CORE_FILLER = "x".repeat(600);
const PAYLOAD_FILLER = "x".repeat(1_500);

export async function bench({ quick }: BenchOptions): Promise<readonly Row[]> {
  const records = quick ? QUICK_RECORDS : RECORDS;
  const folder = mkdtempSync(join(tmpdir(), "writ-bench-report-"));
  const key = generateKeyPairSync("ed25519");
  const rows: Row[] = [];
  try {
    // A tenth first: what memory takes there is what it takes in the end.
    for (const count of [records / 10, records]) {
      const dir = join(folder, String(count));
      await fill(dir, count, key);
      rows.push(reporting(dir, count, key.publicKey));
      rmSync(dir, { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

async function fill(dir: string, count: number, key: ReturnType<typeof generateKeyPairSync>): Promise<void> {
  const ledger = await openLedger({
    dir,
    origin: "bench",
    key: { sign: (bytes) => sign(null, bytes, key.privateKey), publicKey: key.publicKey },
    time: () => Math.round(performance.now()),
    wall: () => new Date(),
    random: randomBytes,
    create: true,
  });
  const made = lives();
  let waiting: Promise<unknown>[] = [ledger.append({ kind: "genesis", core: {} })];
  for (let at = 1; at < count; at += 1) {
    waiting.push(ledger.append(made.next().value));
    if (waiting.length < BATCH) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  await ledger.close();
}

/** Records of executions without end: four an execution that leaves, of a hundred classes and more hosts than are kept. */
function* lives(): Generator<RecordInput, never, undefined> {
  let sequence = 1;
  for (let at = 0; ; at += 1) {
    const writer = new RecordWriter();
    writer.live({
      classId: `${at % 100}`.padStart(64, "0"),
      hosts: at % 3 === 0 ? [] : [`host ${at % 300}`, `host ${at % 7}`],
      refusedRequests: Number(at % 9 === 0),
      outcome: at % 11 === 0 ? "refuse" : "admit",
      causes: at % 11 === 0 ? ["memory_over_limit"] : [],
      wall: 20 + (at % 300),
    });
    const first = sequence;
    for (const { kind, core } of writer.records) {
      sequence += 1;
      yield recordOf(kind, core, first);
    }
  }
}

/** As the ledger takes it, with the decision's own number in it. */
function recordOf(kind: string, core: JsonObject, first: number): RecordInput {
  const moved: Record<string, JsonObject[string]> = { ...core };
  for (const name of ["decision", "decision_sequence"])
    if (typeof core[name] === "number") moved[name] = first;
  return kind === "decision"
    ? { kind, core: { ...moved, filler: CORE_FILLER }, payload: { filler: PAYLOAD_FILLER } }
    : { kind: kind as "egress" | "settlement", core: { ...moved, filler: "x".repeat(250) } };
}

/** In a process of its own, its start and the reading of the code included. */
function reporting(dir: string, count: number, key: KeyObject): Row {
  const pem = key.export({ type: "spki", format: "pem" }).toString();
  const printed = execFileSync(process.execPath, ["bench/report-once.ts", dir, pem], { encoding: "utf8" });
  return { what: "report", records: count, aim_s: 60, ...(JSON.parse(printed) as Row) };
}
