// The queue's store, after any way of its jobs and whatever a governor kept in it meanwhile, is the one that a rebuild makes of the
// records.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { nothingObserved } from "../../enforce/nothing-observed.ts";
import type { RecordInput } from "../../ledger/record.ts";
import { asJson } from "../records.ts";
import { jobEndRecord, planRecord, type QueuedTerms } from "./job-records.ts";
import { JobStore } from "./job-store.ts";
import { isEnd, projectJob, type QueueRecord } from "./queue-projection.ts";
import type { StoredJob } from "./stored-job.ts";

const step = fc.record({
  what: fc.constantFrom(
    "queue",
    "plan",
    "admit",
    "refuse",
    "defer",
    "settle",
    "recover",
    "end",
    "volatile",
    "noise",
  ),
  pick: fc.nat(30),
  other: fc.nat(30),
  count: fc.nat(4),
  missing: fc.nat(1),
  retries: fc.nat(2),
  priority: fc.nat(3),
  principal: fc.constantFrom("p", "q"),
  deadline: fc.boolean(),
  erased: fc.boolean(),
  cause: fc.constantFrom("exited", "exited", "cancelled", "governor_stops", "launch_failed", "out_of_memory"),
  exit: fc.nat(1),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Line {
  readonly store = new JobStore(":memory:");
  readonly records: QueueRecord[] = [];
  /** Decisions of holds that are live, with their jobs. */
  readonly running: number[] = [];

  get jobs(): readonly StoredJob[] {
    return [...this.store.live(1000), ...this.store.ended(1000)].sort((a, b) => a.id - b.id);
  }

  add({
    kind,
    core,
    payload = null,
  }: Omit<QueueRecord, "sequence" | "payload"> & Partial<QueueRecord>): void {
    const record = { kind, core, payload, sequence: this.records.length } as QueueRecord;
    this.records.push(record);
    projectJob(record, this.store);
  }

  queue(one: Step, entry: QueuedTerms["entry"]): void {
    const ids = this.jobs.filter(({ state }) => !isEnd(state) || state === "done").map(({ id }) => id);
    const after = ids.length === 0 ? [] : [ids[one.pick % ids.length] ?? 0, ids[one.other % ids.length] ?? 0];
    const terms: QueuedTerms & { task_digest: string } = {
      task_digest: `d${this.records.length}`,
      principal: one.principal,
      priority: one.priority,
      retries_max: one.retries,
      deadline: one.deadline ? { time: 10 * one.pick, wall: "2026-01-01T00:00:00.000Z" } : null,
      submitted: "2026-01-01T00:00:00.000Z",
      after: [...new Set(after)].slice(0, one.count),
      entry,
    };
    const payload = one.erased ? null : { name: `n${this.records.length}`, task: { task: "t" } };
    this.add({ kind: "job_queued", core: asJson(terms) as RecordInput["core"], payload });
  }

  act(one: Step): void {
    const open = this.jobs.filter(({ state }) => state === "ready" || state === "deferred");
    const job = open[one.pick % Math.max(1, open.length)]?.id;
    const decision = this.running[one.pick % Math.max(1, this.running.length)];
    const decided = (outcome: string): void => {
      if (job === undefined) return;
      if (outcome === "admit") this.running.push(this.records.length);
      this.add({ kind: "decision", core: { outcome, job, causes: ["memory_committed"] } });
    };
    switch (one.what) {
      case "queue":
        return this.queue(one, null);
      case "plan": {
        // With `missing`, a crash cut it short.
        this.add(planRecord("p", one.count + one.missing));
        for (let at = 0; at < one.count; at += 1)
          this.queue(one, { at, of: one.count, after: at === 0 ? [] : [one.other % at] });
        return;
      }
      case "admit":
      case "refuse":
      case "defer":
        return decided(one.what);
      case "settle":
      case "recover":
        if (decision === undefined) return;
        this.running.splice(this.running.indexOf(decision), 1);
        return this.add(ended(one, decision));
      case "end":
        return this.add(
          jobEndRecord(this.jobs[one.pick % Math.max(1, this.jobs.length)]?.id ?? 999, "cancelled"),
        );
      case "noise":
        return this.add({ kind: "egress", core: { decision_sequence: 0 } });
      case "volatile":
        return this.#volatile(one, job);
    }
  }

  /** What a governor does to its store without a record. */
  #volatile({ other, count }: Step, job: number | undefined): void {
    const { store } = this;
    if (count === 0) store.wake(2);
    else if (count === 1) store.wakeDue(10 * other);
    else if (job === undefined) return;
    else if (count === 2) store.claim(job);
    else if (count === 3) store.defer(job, { cause: "cpu_committed", due: 10 * other, decision: null });
    else store.unclaim(job);
  }
}

function ended(one: Step, decision: number): RecordInput {
  if (one.what === "recover") return { kind: "recovery", core: { decision, hold: "h", cause: "unsettled" } };
  const observation = {
    ...nothingObserved(one.cause),
    exit_code: one.cause === "exited" ? one.exit : null,
  };
  return { kind: "settlement", core: { decision, hold: "h", observation: asJson(observation) } };
}

test("projectJob gives live what a rebuild gives, whatever a governor kept in the store meanwhile", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const line = new Line();
      for (const one of steps) line.act(one);
      const rebuilt = new JobStore(":memory:");
      for (const record of line.records) projectJob(record, rebuilt);
      for (const store of [line.store, rebuilt]) store.settle();
      expect(told(line.store)).toEqual(told(rebuilt));
      const edges = (store: JobStore): unknown => line.records.map(({ sequence }) => store.later(sequence));
      expect(edges(line.store)).toEqual(edges(rebuilt));
      const wall = "2026-01-01T00:00:00.000Z";
      expect(line.store.orphans(wall)).toEqual(rebuilt.orphans(wall));
      const heads = (store: JobStore): readonly number[] => store.heads().map(({ id }) => id);
      expect(heads(line.store)).toEqual(heads(rebuilt));
      line.store.close();
      rebuilt.close();
    }),
    { seed, numRuns: depth(100, 20_000) },
  );
});

test("projectJob never moves a job that has ended, nor starts one that waits for others", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const line = new Line();
      for (const one of steps) {
        const before = new Map(line.jobs.map((job) => [job.id, job]));
        line.act(one);
        for (const job of line.jobs) {
          const was = before.get(job.id);
          if (was !== undefined && isEnd(was.state)) expect(job).toEqual(was);
          if (was?.state === "waiting" && job.state !== "waiting")
            expect(isEnd(job.state) || job.waits_for === 0).toBe(true);
          expect(job.attempts).toBeLessThanOrEqual(job.retries_max + 1);
        }
      }
      line.store.close();
    }),
    { seed, numRuns: depth(60, 5_000) },
  );
});

/** All that is kept; why a job was last put off is told, and not kept. */
function told(store: JobStore): unknown {
  const jobs = [...store.live(1000), ...store.ended(1000)];
  return {
    counts: store.counts(),
    jobs: jobs.map((job) => (isEnd(job.state) ? job : { ...job, cause: null })),
  };
}
