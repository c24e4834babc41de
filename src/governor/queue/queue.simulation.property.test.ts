// Submissions, ends and crashes at random points, over one ledger: what was admitted never goes over a limit, nothing runs twice under
// one writ, no crash frees budget, and at the end holds, windows and queue are what a naive reading of the records says. When a
// signature is ready is the system's to say, so that a seed gives the same choices and not always the same records.
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { below, seededRandom } from "../../../test/ledger/simulated-disk.ts";
import type { LeftUse, Observation } from "../../enforce/execution.ts";
import { nothingObserved } from "../../enforce/nothing-observed.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import { ENDED } from "../fixtures/ended.ts";
import { MemoryLedger } from "../fixtures/memory-ledger.ts";
import { OBSERVED_NODE } from "../fixtures/observed-node.ts";
import { specText } from "../fixtures/spec-text.ts";
import { emptyProjection, projectRecord } from "../project-record.ts";
import type { DestinationAmounts, Hold } from "../sums.ts";
import { openQueueWorld, QUIET, type QueueWorld, submitTo } from "./fixtures/queue-world.ts";
import { JobStore } from "./job-store.ts";
import { projectJob } from "./queue-projection.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const HOUR = 3_600_000;
/** Of 64 GiB, less 64 MiB for the host, a hundredth. */
const COMMITTED = Math.floor(((64 * GIB - 64 * MIB) * 100) / 10_000);
const CALLS_MAX = 40;
const BYTES_MAX = 3 * MIB;

const SPEC = specText("/work", {
  committed: "1 %",
  score_min: 0,
  endpoints: `[ { host: api.example.com, control: owned, clearance: internal, serves: [], methods: [POST], paths: [/v1/], requests_per_task_max: 300, bytes_out_per_task_max: 1 MiB } ]`,
})
  .replace("external_calls: 100, bytes_out: 20 MiB", `external_calls: ${CALLS_MAX}, bytes_out: 3 MiB`)
  .replace(/external_calls_max: 3/u, "external_calls_max: 10");

const OBSERVED = { ...OBSERVED_NODE, node: { ...OBSERVED_NODE.node, gate: "present" as const } };

/** A whole number from 0 up to below `limit`; for 0: 0. */
type Random = (limit: number) => number;

/** A life of a governor on what the ones before it left. */
class Life {
  readonly ledger: MemoryLedger;
  readonly live: (() => void)[] = [];
  world: QueueWorld | null = null;
  readonly #random: Random;

  constructor(durable: LedgerRecord[], random: Random) {
    this.ledger = new MemoryLedger(durable);
    this.#random = random;
  }

  async open(start: number): Promise<void> {
    this.world = await openQueueWorld({
      ledger: this.ledger,
      spec: SPEC,
      start,
      observe: () => Promise.resolve(OBSERVED),
      execute: () => new Promise((resolve) => this.live.push(() => resolve(this.#end()))),
      left: () => this.#left(),
    });
    this.world.queue.serve(QUIET, false);
  }

  get queue(): QueueWorld {
    if (this.world === null) throw new Error("it is open");
    return this.world;
  }

  /** A task of some memory, which may send, and may come after a job. */
  submit(jobs: readonly number[]): ReturnType<typeof submitTo> {
    const random = this.#random;
    const memory = `${1 + random(200)} MiB`;
    const bytes = `${1 + random(700)} KiB`;
    const calls =
      random(3) === 0
        ? [
            {
              to: "https://api.example.com/v1/x",
              method: "POST",
              data: "internal",
              calls_max: 1 + random(9),
              bytes_out_max: bytes,
            },
          ]
        : [];
    const earlier = jobs[random(jobs.length)];
    const after = random(4) === 0 && earlier !== undefined ? [earlier] : [];
    const terms = { priority: random(3), retries_max: random(3), after };
    return submitTo(this.queue, [`kind ${"abcdefgh"[random(8)] ?? ""}`], terms, { memory, calls });
  }

  /** Ends some of what runs, lets time pass, and lets everything go on that waits for no time. */
  async turn(): Promise<void> {
    this.ledger.pass(this.#random(5) === 0 ? this.#random(HOUR / 10) : this.#random(200));
    for (let ends = this.#random(4); ends > 0; ends -= 1)
      this.live.splice(this.#random(this.live.length), 1)[0]?.();
    if (this.#random(3) === 0) this.queue.queue.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets all of it end, in at most `most` turns; gives how many it took. */
  async untilEmpty(most: number): Promise<number> {
    for (let turns = 0; ; turns += 1) {
      const { waiting, ready, deferred, running } = this.queue.book.store.counts();
      if (waiting + ready + deferred + running === 0) return turns;
      expect(turns).toBeLessThan(most);
      await this.turn();
    }
  }

  #end(): Observation {
    const ends = this.#random(10);
    if (ends === 0) return nothingObserved("too_hot");
    return { ...ENDED, exit_code: ends === 1 ? 1 : 0, memory_peak: this.#random(100) * MIB };
  }

  #left(): LeftUse {
    if (this.#random(8) === 0) return { complete: false, destinations: [] };
    const requests = this.#random(2);
    const destination = {
      host: "api.example.com",
      requests,
      bytes_out: requests * 1000,
      tokens: 0,
      money: 0,
    };
    return { complete: true, destinations: requests === 0 ? [] : [destination] };
  }
}

/** The records read as slowly and plainly as they can be. */
class Naive {
  readonly holds = new Map<string, Hold & { readonly decision: number }>();
  readonly charges: { readonly time: number; readonly part: DestinationAmounts }[] = [];
  readonly writs = new Map<number, number>();
  readonly starts = new Map<number, number>();
  readonly running = new Map<number, number>();

  read(record: LedgerRecord): void {
    const { kind, core, sequence, time } = record;
    if (kind === "writ") {
      const decision = Number(core["decision"]);
      expect(this.writs.has(decision), "one writ for one decision").toBe(false);
      this.writs.set(decision, sequence);
    }
    if (kind === "decision" && core["hold"] !== null) this.#admit(record);
    if (kind !== "settlement" && kind !== "recovery") return;
    const id = core["hold"] as string;
    const hold = this.holds.get(id);
    expect(hold?.decision, "an end is of a live hold").toBe(core["decision"]);
    this.holds.delete(id);
    for (const [job, decision] of this.running) if (decision === core["decision"]) this.running.delete(job);
    const charged = core["charged"] as unknown as DestinationAmounts[];
    if (kind === "recovery") expect(charged, "a crash is charged in full").toEqual(hold?.destinations);
    for (const part of charged) this.charges.push({ time, part });
  }

  #admit({ core, sequence, time }: LedgerRecord): void {
    const hold = core["hold"] as unknown as Hold;
    const job = Number(core["job"]);
    expect(this.running.has(job), "a job runs once at a time").toBe(false);
    this.running.set(job, sequence);
    this.starts.set(job, (this.starts.get(job) ?? 0) + 1);
    this.holds.set(hold.id, { ...hold, decision: sequence });
    let memory = 0;
    for (const held of this.holds.values()) memory += held.memory;
    expect(memory).toBeLessThanOrEqual(COMMITTED);
    const { calls, bytes } = this.spent(time);
    expect(calls).toBeLessThanOrEqual(CALLS_MAX);
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
  }

  /** Held, and settled within an hour. */
  spent(now: number): { readonly calls: number; readonly bytes: number } {
    const parts = [...this.holds.values()].flatMap(({ destinations }) => destinations);
    for (let at = this.charges.length - 1; at >= 0; at -= 1) {
      const charge = this.charges[at];
      if (charge === undefined || now - charge.time >= HOUR) break;
      parts.push(charge.part);
    }
    return {
      calls: parts.reduce((sum, part) => sum + part.external_calls, 0),
      bytes: parts.reduce((sum, part) => sum + part.bytes_out, 0),
    };
  }
}

/** Submissions of one ledger: a rebuild at each crash reads all of it, so that many small ones see more in the same time. */
const SUBMISSIONS = 1000;
/** Deep: 10⁶ submissions in all. Each ledger tells its counts once everything agrees. */
const LEDGERS = depth(1, 1000);

test("the queue keeps every limit over crashes at random points, and ends in what a naive reading of its ledger says", {
  timeout: 7_200_000,
}, async () => {
  for (let ledger = 0; ledger < LEDGERS; ledger += 1) await simulate(seed + ledger);
});

async function simulate(from: number): Promise<void> {
  const drawn = seededRandom(from);
  const random: Random = (limit) => below(drawn, limit);
  const jobs: number[] = [];
  let life = new Life([], random);
  await life.open(0);
  let lives = 1;
  let asked = 0;
  while (asked < SUBMISSIONS) {
    const batch = 1 + random(12);
    asked += batch;
    for (let at = 0; at < batch; at += 1) submitOne(life, jobs);
    for (let turns = random(20); turns > 0; turns -= 1) await life.turn();
    if (random(6) !== 0) continue;
    life.ledger.crash(random(30));
    void life.queue.queue.close();
    life = new Life(life.ledger.durable, random);
    await life.open(lives);
    lives += 1;
  }
  const turns = await life.untilEmpty(200 * SUBMISSIONS);
  const naive = new Naive();
  for (const record of life.ledger.durable) naive.read(record);
  const counts = agreement(life, naive);
  const told = { seed: from, asked, lives, turns, records: life.ledger.size, ...counts };
  process.stdout.write(`queue simulation: ${JSON.stringify(told)}\n`);
  expect(lives).toBeGreaterThan(5);
  expect(counts.done).toBeGreaterThan(asked / 3);
  await life.queue.queue.close();
}

function submitOne(life: Life, jobs: number[]): void {
  life.submit(jobs.slice(-50)).then(
    (submitted) => jobs.push(...submitted.jobs.map(({ id }) => id)),
    // Of one that comes after a job which failed meanwhile.
    (error: unknown) => expect(String(error)).toMatch(/nothing can come after it/u),
  );
}

/** Holds, windows and queue are the same of the governor that lived, of a rebuild, and of the naive reading. */
function agreement(life: Life, naive: Naive): ReturnType<JobStore["counts"]> {
  const { projection, book } = life.queue;
  const rebuilt = emptyProjection();
  const store = new JobStore(":memory:");
  for (const record of life.ledger.durable) {
    projectRecord(record, rebuilt);
    projectJob(record, store);
  }
  expect(projection.sums.snapshot()).toEqual(rebuilt.sums.snapshot());
  expect(projection.footprints.snapshot()).toEqual(rebuilt.footprints.snapshot());
  expect(projection.sums.holds().map(({ id }) => id)).toEqual([...naive.holds.keys()]);
  expect(book.store.counts()).toEqual(store.counts());
  const now = life.ledger.now();
  const { external_calls, bytes_out } = projection.sums.window("principal", "tester", HOUR, now);
  const exact = naive.spent(now);
  expect(naive.charges.length, "calls were made").toBeGreaterThan(0);
  // A bucket counts until all of it is too old: never less than the exact sum, and no more than ten seconds' worth.
  expect(external_calls).toBeGreaterThanOrEqual(exact.calls);
  expect(bytes_out).toBeGreaterThanOrEqual(exact.bytes);
  for (const job of store.ended(10_000)) {
    expect(job.attempts).toBe(naive.starts.get(job.id) ?? 0);
    expect(job.attempts).toBeLessThanOrEqual(job.retries_max + 1);
  }
  const counts = store.counts();
  store.close();
  return counts;
}
