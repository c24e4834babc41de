// Measures the queue: claim, full admission and settlement of jobs on a ledger that is durable in batches, with the
// projection on disk, beside node:sqlite's own transactions in the same run; with few and with a million jobs waiting.
// Nothing is executed: the settlement follows the claim, with or without a writ signed between them.
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Observation } from "../src/enforce/execution.ts";
import { ENDED } from "../src/governor/fixtures/ended.ts";
import type { Admitted, Launcher } from "../src/governor/launch.ts";
import { bootClock, PORTS, random } from "../src/governor/ports.ts";
import { projectEnd } from "../src/governor/project-record.ts";
import {
  type LaunchedBy,
  openQueueWorld,
  type QueueWorld,
} from "../src/governor/queue/fixtures/queue-world.ts";
import { queuedRecord } from "../src/governor/queue/job-records.ts";
import { settlementRecord } from "../src/governor/records.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { type ParsedTask, parseTask } from "../src/task/parse-task.ts";
import type { BenchOptions, Row } from "./bench.ts";

/** Jobs of one round. */
const JOBS = 20_000;
const MANY = 1_000_000;
/** Live holds, beside which jobs are claimed in the last round. */
const HOLDS = 10_000;

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
    const rates = await drained(world, jobs, 0);
    const what = signed ? "claim, admission, writ signed, settlement" : "claim, admission, settlement";
    rows.push({ what, waiting: jobs, ...rates, to_sqlite: ratio(rates.a_second, raw) });
    await world.end();
  }
  const world = await makeWorld(false);
  const rates = await drained(world, jobs, many);
  rows.push({
    what: "claim, admission, settlement",
    waiting: many,
    ...rates,
    to_sqlite: ratio(rates.a_second, raw),
  });
  world.hold(HOLDS);
  const beside = await drained(world, jobs, 0);
  rows.push({
    what: `the same beside ${HOLDS} live holds`,
    waiting: many,
    ...beside,
    to_sqlite: ratio(beside.a_second, raw),
  });
  rows.push(await world.rebuild());
  return rows;
}

/** Ends `jobs` of those that wait, with `more` behind them: how many a second, and in a second of this process's own time. */
async function drained(world: World, jobs: number, more: number): Promise<Rates> {
  await world.fill(jobs + more);
  const before = process.cpuUsage();
  const started = performance.now();
  await world.drain(jobs);
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  return {
    a_second: Math.round((jobs / ms) * 1000),
    a_cpu_second: Math.round(jobs / ((user + system) / 1e6)),
  };
}

interface Rates {
  readonly a_second: number;
  readonly a_cpu_second: number;
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
  /** Takes so many small holds that never end. */
  hold(count: number): void;
  fill(jobs: number): Promise<void>;
  drain(jobs: number): Promise<void>;
  end(): Promise<void>;
  /** Ends, and starts again on the ledger alone: the ledger is verified, and all that a governor keeps is rebuilt from it. */
  rebuild(): Promise<Row>;
}

async function makeWorld(signed: boolean): Promise<World> {
  const folder = mkdtempSync(join(process.env["WRIT_BENCH_DISK"] ?? tmpdir(), "writ-bench-queue-"));
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = { sign: (bytes: Uint8Array) => sign(null, bytes, privateKey), publicKey };
  const store = join(folder, "queue.sqlite");
  const open = async (create: boolean): Promise<QueueWorld> => {
    const ports = { time: bootClock, wall: () => new Date(), random };
    const journal = await openLedger({ dir: join(folder, "ledger"), origin: "bench", key, ...ports, create });
    const execute = (): Promise<Observation> => Promise.resolve(ENDED);
    return openQueueWorld({ ledger: journal, store, execute, ...(signed ? {} : { launch: unsigned }) });
  };
  const world = await open(true);
  const { queue, ledger, projection } = world;
  const parsed = smallTask();
  return {
    hold: (count) => {
      for (let at = 0; at < count; at += 1) {
        const id = `held${at}`;
        const held = { id, principal: "other", lineage: id, memory: 1000, cpu: 1, provider: null };
        projection.sums.take({ ...held, ends_at: 1000 * at, destinations: [] }, []);
      }
    },
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
      await closed(world);
      rmSync(folder, { recursive: true });
    },
    rebuild: async () => {
      const records = ledger.size;
      await closed(world);
      rmSync(store);
      const before = process.cpuUsage();
      const started = performance.now();
      const again = await open(false);
      const seconds = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(before);
      await closed(again);
      rmSync(folder, { recursive: true });
      const a_second = Math.round(records / seconds);
      return {
        what: "records verified and rebuilt from",
        records,
        a_second,
        a_cpu_second: Math.round(records / ((user + system) / 1e6)),
      };
    },
  };
}

async function closed({ queue, ledger, book }: QueueWorld): Promise<void> {
  await queue.close();
  await ledger.close();
  book.close();
}

/** Settles without a writ. */
function unsigned({ ledger, projection, lineages, freed }: LaunchedBy): Pick<Launcher, "run"> {
  const run = async ({ hold, sequence }: Admitted): Promise<Observation> => {
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
    freed();
    return ENDED;
  };
  return { run };
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
