// Measures the queue: claim, full admission and settlement of jobs on a ledger that is durable in batches, with the
// projection on disk, beside node:sqlite's own transactions in the same run; with few and with a million jobs waiting.
// Nothing is executed: the settlement follows the claim, with or without a writ signed between them.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Observation } from "../src/enforce/execution.ts";
import { specText } from "../src/governor/fixtures/made-home.ts";
import { NO_SCAN } from "../src/governor/fixtures/no-scan.ts";
import type { Observed } from "../src/governor/judge.ts";
import { KeptLedger, type NoteRecord } from "../src/governor/keep-ledger.ts";
import type { Admitted } from "../src/governor/launch.ts";
import { Lineages } from "../src/governor/lineages.ts";
import { nameHash } from "../src/governor/name-hash.ts";
import { bootClock, PORTS, sha256 } from "../src/governor/ports.ts";
import { emptyProjection, projectEnd } from "../src/governor/project-record.ts";
import { JobBook } from "../src/governor/queue/job-book.ts";
import { JobOutputs } from "../src/governor/queue/job-outputs.ts";
import { JobQueue } from "../src/governor/queue/job-queue.ts";
import { queuedRecord } from "../src/governor/queue/job-records.ts";
import { settlementRecord, writRecord } from "../src/governor/records.ts";
import { signWrit } from "../src/governor/sign-writ.ts";
import { adoptedSpec } from "../src/governor/spec-in-force.ts";
import type { SubmitParts } from "../src/governor/submit.ts";
import { WaitingLine } from "../src/governor/waiting.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { type ParsedTask, parseTask } from "../src/task/parse-task.ts";
import type { BenchOptions, Row } from "./bench.ts";

const ENDED: Observation = {
  exit_code: 0,
  signal: null,
  cause: "exited",
  wall: 1,
  cpu: 1,
  memory_peak: 1,
  memory_source: "cgroup-v2",
  output: 0,
  model_requests: 0,
  model_bytes_out: 0,
  model_bytes_in: 0,
  external_requests: 0,
  external_bytes_out: 0,
  external_bytes_in: 0,
  tokens: 0,
  money: 0,
};

/** Jobs of one round. */
const JOBS = 20_000;
const MANY = 1_000_000;

export async function bench({ quick }: BenchOptions): Promise<readonly Row[]> {
  const jobs = quick ? 2000 : JOBS;
  const many = quick ? 50_000 : MANY;
  const rows: Row[] = [];
  const raw = sqliteRate(jobs);
  rows.push({
    what: "node:sqlite, one transaction a job (insert, update, delete)",
    a_second: raw,
    to_sqlite: 1,
  });
  for (const signed of [false, true]) {
    const world = await makeWorld(signed);
    const rate = await drained(world, jobs, 0);
    const what = signed ? "claim, admission, writ signed, settlement" : "claim, admission, settlement";
    rows.push({ what, waiting: jobs, a_second: rate, to_sqlite: ratio(rate, raw) });
    await world.end();
  }
  const world = await makeWorld(false);
  const rate = await drained(world, jobs, many);
  rows.push({
    what: "claim, admission, settlement",
    waiting: many,
    a_second: rate,
    to_sqlite: ratio(rate, raw),
  });
  await world.end();
  return rows;
}

/** Ends `jobs` of those that wait, with `more` behind them, and gives how many a second. */
async function drained(world: World, jobs: number, more: number): Promise<number> {
  await world.fill(jobs + more);
  const started = performance.now();
  await world.drain(jobs);
  return Math.round((jobs / (performance.now() - started)) * 1000);
}

/** What SQLite alone does with three statements a transaction, WAL and synchronous NORMAL. */
function sqliteRate(count: number): number {
  const folder = mkdtempSync(join(tmpdir(), "writ-bench-sqlite-"));
  const database = new DatabaseSync(join(folder, "jobs"));
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE job (id INTEGER PRIMARY KEY, state TEXT)",
  );
  const insert = database.prepare("INSERT INTO job VALUES (?, 'ready')");
  const update = database.prepare("UPDATE job SET state = 'running' WHERE id = ?");
  const remove = database.prepare("DELETE FROM job WHERE id = ?");
  const started = performance.now();
  for (let id = 0; id < count; id += 1) {
    database.exec("BEGIN IMMEDIATE");
    insert.run(id);
    update.run(id);
    remove.run(id);
    database.exec("COMMIT");
  }
  const rate = Math.round((count / (performance.now() - started)) * 1000);
  database.close();
  rmSync(folder, { recursive: true });
  return rate;
}

interface World {
  fill(jobs: number): Promise<void>;
  drain(jobs: number): Promise<void>;
  end(): Promise<void>;
}

async function makeWorld(signed: boolean): Promise<World> {
  const folder = mkdtempSync(join(process.env["WRIT_BENCH_DISK"] ?? tmpdir(), "writ-bench-queue-"));
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const noted: { by: NoteRecord } = { by: () => undefined };
  const ledger = new KeptLedger(
    await openLedger({
      dir: join(folder, "ledger"),
      origin: "bench",
      key: { sign: (bytes) => sign(null, bytes, privateKey), publicKey },
      time: bootClock,
      wall: () => new Date(),
      random: randomBytes,
      create: true,
    }),
    (record) => noted.by(record),
  );
  const book = await JobBook.open(join(folder, "queue.sqlite"), ledger);
  book.ready();
  noted.by = (record) => book.note(record);
  const projection = emptyProjection();
  const lineages = new Lineages();
  const spec = adoptedSpec(Buffer.from(specText("/work")), "bench");
  let holds = 0;
  let fence = 0;
  const late: { queue: JobQueue | null } = { queue: null };
  const settle = async ({ hold, sequence, grants, judged }: Admitted): Promise<Observation> => {
    if (signed) {
      const writ = { jti: String(fence), decision: sequence, fence: (fence += 1), expires_at: 1 };
      const { spec_hash, task_digest } = judged.decision;
      const claims = {
        v: 1 as const,
        ...writ,
        node: "n",
        boot: "b",
        instance: "i",
        principal: "tester",
        spec_hash,
        task_digest,
        grants,
        parent: null,
      };
      await ledger.append(writRecord(writ, await signWrit(claims, privateKey), sha256));
    }
    const record = settlementRecord({
      decision: sequence,
      hold: hold.id,
      observation: ENDED,
      charged: [],
      written: [],
    });
    const { core, payload = null } = record;
    projectEnd({ ...(await ledger.append(record)), core, payload }, projection);
    lineages.end(hold.id, null);
    late.queue?.wake();
    return ENDED;
  };
  const submit = {
    judging: {
      sums: projection.sums,
      outputs: projection.outputs,
      isGone: () => Promise.resolve(false),
      paths: new Map(),
      scan: NO_SCAN,
      names: nameHash(Buffer.alloc(32)),
      lineages,
      currentSpec: () => spec,
      observe: () => Promise.resolve(OBSERVED),
      now: () => ledger.now(),
      uid: process.getuid?.() ?? 0,
      nextHold: () => `h${(holds += 1)}`,
    },
    ledger,
    projection,
    waiting: new WaitingLine(),
    launcher: { run: settle },
  } as unknown as SubmitParts;
  const queue = new JobQueue({
    submit,
    book,
    outputs: new JobOutputs(join(folder, "outputs")),
    capacity: { memory: OBSERVED.node.memory_total, cpu: OBSERVED.node.cpu },
    wall: () => new Date(),
  });
  late.queue = queue;
  const parsed = smallTask();
  return {
    fill: async (jobs) => {
      const terms = {
        principal: "tester",
        priority: 0,
        retries_max: 2,
        deadline: null,
        submitted: "",
        after: [],
        entry: null,
      };
      for (let at = 0; at < jobs; at += 1000) {
        const batch = Math.min(1000, jobs - at);
        await Promise.all(
          Array.from({ length: batch }, () => ledger.append(queuedRecord("job", parsed, terms))),
        );
      }
    },
    drain: (jobs) =>
      new Promise((resolve) => {
        let done = 0;
        const serving = queue.serve(
          {
            changed: ({ state }) => {
              if (state === "done") done += 1;
              if (done === jobs) {
                serving.finish();
                resolve();
              }
            },
            paused: (message) => {
              throw new Error(message);
            },
          },
          false,
        );
      }),
    end: async () => {
      await queue.close();
      await ledger.close();
      book.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function smallTask(): ParsedTask {
  const text = JSON.stringify({
    task: "job",
    run: { command: ["true"] },
    needs: { memory: "1 MiB", cpu: 0.001 },
  });
  const parsed = parseTask(text, { directory: "/work", ...PORTS });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

function ratio(rate: number, raw: number): number {
  return Number((rate / raw).toFixed(2));
}

const FILE = { real: "/usr/bin/true", kind: "file", device: "1", inode: "2", permitted: true } as const;
const GIB = 1024 ** 3;

const OBSERVED: Observed = {
  node: {
    memory_total: 64 * GIB,
    memory_available: 64 * GIB,
    cpu: 64_000,
    memory_some_avg10: 0,
    heat: { state: "measured", celsius_milli: 30_000, sensor: "bench" },
    isolation: "namespaces",
    limits: "cgroup",
    gate: "none",
  },
  providers: [],
  paths: {
    directory: { asked: "/work", real: "/work", kind: "directory", device: "1", inode: "1", permitted: true },
    reads: [],
    writes: [],
    executable: { asked: "true", ...FILE, sha256: "00".repeat(32) },
    arguments: [],
    masked: [],
    home: null,
  },
};
