// The queue as a governor offers it: takes jobs in, tells, awaits and cancels them, and drains while somebody serves. Every step is
// in the ledger before it counts. The order and the claims are in drain.ts; submissions, in job-intake.ts; what is kept, in
// job-book.ts.
import type { SubmitTerms, Submitted, TaskInput } from "../governor.ts";
import type { SubmitParts } from "../submit.ts";
import { type Capacity, dominantShare } from "./dominant-share.ts";
import { Drain } from "./drain.ts";
import type { Job, JobCounts, JobEndCause } from "./job.ts";
import type { JobBook } from "./job-book.ts";
import { JobIntake } from "./job-intake.ts";
import type { JobOutputs, OutputPart, OutputStream } from "./job-outputs.ts";
import { jobEndRecord } from "./job-records.ts";
import type { JobStore } from "./job-store.ts";
import { isEnd } from "./queue-projection.ts";
import type { ServeClient, Serving } from "./serving.ts";
import { type StoredJob, unknownJob } from "./stored-job.ts";
import { toldJob } from "./told-job.ts";

export interface QueueParts {
  readonly submit: SubmitParts;
  readonly book: JobBook;
  readonly outputs: JobOutputs;
  readonly capacity: Capacity;
  readonly wall: () => Date;
}

/** Jobs of one answer. */
const LISTED_MAX = 1000;
/** Ended jobs that are told beside those that have not. */
const ENDED_LISTED = 10;
/** Ends that are written at once. */
const ENDS_AT_ONCE = 1000;

interface Server {
  readonly client: ServeClient;
  readonly untilEmpty: boolean;
  finishing: boolean;
  readonly end: (counts: JobCounts) => void;
}

export class JobQueue {
  readonly #parts: QueueParts;
  readonly #drain: Drain;
  readonly #intake: JobIntake;
  readonly #servers = new Set<Server>();
  readonly #waiters = new Map<number, Set<() => void>>();
  /** Jobs whose end is on its way into the ledger. */
  readonly #ending = new Set<number>();
  /** Jobs that have not ended. */
  #open: number;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    const { submit, book, outputs, wall } = parts;
    this.#drain = new Drain({
      submit,
      book,
      outputs,
      shareOf: (principal) => dominantShare(submit.judging.sums, principal, parts.capacity),
      end: (job, cause) => this.#end(job, cause),
      over: () => this.#settleServers(),
      paused: (error) => {
        for (const { client } of this.#servers) client.paused(error.message, error.hint);
      },
    });
    this.#intake = new JobIntake({
      submit,
      book,
      wall,
      open: () => this.#open,
      orphaned: (jobs) => this.#endAll(jobs.map((job) => ({ job, cause: "dependency_failed" }))),
    });
    this.#open = openOf(book.store.counts());
    book.watch(
      (job) => this.#changed(job),
      () => void this.#rebuilt(),
    );
  }

  /** Ends what a crash left between two records: jobs after a failed one, plans cut short, deadlines that passed meanwhile. */
  async resume(): Promise<void> {
    const { book, wall } = this.#parts;
    const orphans = await book.ask((store) => store.orphans(wall().toISOString()));
    await this.#endAll(orphans);
  }

  /** Takes the task or plan of `input` into the queue (job-intake.ts). */
  async submit(input: TaskInput, terms: SubmitTerms, uid?: number): Promise<Submitted> {
    const submitted = await this.#intake.submit(input, terms, uid);
    this.#drain.pump();
    return submitted;
  }

  /** The job; throws WRIT_JOB_UNKNOWN. */
  job(id: number): Promise<Job> {
    return this.#ask((store) => this.#told(storedIn(store, id)));
  }

  /** Jobs that have not ended, and the last that have; with `all`, as many of those as an answer takes. */
  list(all: boolean): Promise<{ readonly jobs: readonly Job[]; readonly counts: JobCounts }> {
    return this.#ask((store) => {
      const live = store.live(LISTED_MAX);
      const ended = store.ended(all ? LISTED_MAX - live.length : ENDED_LISTED);
      return {
        jobs: [...ended.toReversed(), ...live].map((job) => this.#told(job)),
        counts: store.counts(),
      };
    });
  }

  /** Cancels a job that has not ended: one that runs is ended. Resolves with the job when it has. Throws WRIT_JOB_UNKNOWN. */
  async cancel(id: number): Promise<Job> {
    const ended = await this.#ask((store) => {
      const { state } = storedIn(store, id);
      return isEnd(state) ? null : { wait: this.#untilEnded(id) };
    });
    if (ended !== null) {
      if (!this.#drain.cancel(id)) await this.#end(id, "cancelled");
      await ended.wait;
    }
    return this.job(id);
  }

  /** Resolves with the job when it has ended. Throws WRIT_JOB_UNKNOWN. */
  async wait(id: number): Promise<Job> {
    const { ended } = await this.#ask((store) => {
      const { state } = storedIn(store, id);
      return { ended: isEnd(state) ? null : this.#untilEnded(id) };
    });
    await ended;
    return this.job(id);
  }

  /** A part of what the last start of a job wrote, and whether more may come. Throws WRIT_JOB_UNKNOWN. */
  async output(
    id: number,
    stream: OutputStream,
    from: number,
  ): Promise<OutputPart & { readonly ended: boolean }> {
    const ended = await this.#ask((store) => isEnd(storedIn(store, id).state));
    const part = this.#parts.outputs.read(id, stream, from) ?? { bytes: new Uint8Array(), next: from };
    return { ...part, ended };
  }

  /** Drains for `client` from here on. */
  serve(client: ServeClient, untilEmpty: boolean): Serving {
    const ended = Promise.withResolvers<JobCounts>();
    const server: Server = { client, untilEmpty, finishing: false, end: ended.resolve };
    this.#servers.add(server);
    this.#drain.start();
    this.#settleServers();
    return {
      ended: ended.promise,
      finish: () => {
        server.finishing = true;
        this.#settleServers();
      },
      leave: () => {
        if (!this.#servers.delete(server)) return;
        server.end(this.#parts.book.store.counts());
        if (this.#servers.size === 0) void this.#drain.stop();
      },
    };
  }

  /** A hold ended. */
  wake(): void {
    this.#drain.wake();
  }

  /** Ends what runs, which goes back into the line, and lets go of the store. */
  async close(): Promise<void> {
    for (const server of this.#servers) server.end(this.#parts.book.store.counts());
    this.#servers.clear();
    await this.#drain.stop();
  }

  #changed(id: number): void {
    const { store } = this.#parts.book;
    const job = store.get(id);
    if (job === null) return;
    for (const { client } of this.#servers) client.changed(this.#told(job));
    if (job.attempts === 0 && job.decision === null && !isEnd(job.state)) this.#open += 1;
    if (!isEnd(job.state)) return;
    this.#open -= 1;
    this.#tellWaiters(id);
    if (job.state !== "done") for (const later of store.later(id)) void this.#end(later, "dependency_failed");
    this.#settleServers();
  }

  /** Nobody was told what changed while the store was made anew. */
  async #rebuilt(): Promise<void> {
    const { book } = this.#parts;
    book.try(() => {
      this.#open = openOf(book.store.counts());
      for (const job of this.#ending) book.store.claim(job);
      for (const id of this.#waiters.keys()) if (isOver(book.store.get(id))) this.#tellWaiters(id);
    });
    this.#drain.rebuilt();
    this.#settleServers();
    await this.resume();
  }

  #settleServers(): void {
    if ([...this.#servers].every(({ finishing }) => finishing)) this.#drain.pause();
    for (const server of this.#servers) {
      const isOver = server.finishing ? this.#drain.busy === 0 : server.untilEmpty && this.#open === 0;
      if (!isOver) continue;
      this.#servers.delete(server);
      server.end(this.#parts.book.store.counts());
    }
  }

  #untilEnded(id: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiters.get(id) ?? new Set();
      waiting.add(resolve);
      this.#waiters.set(id, waiting);
    });
  }

  #tellWaiters(id: number): void {
    for (const tell of this.#waiters.get(id) ?? []) tell();
    this.#waiters.delete(id);
  }

  async #endAll(ends: readonly { readonly job: number; readonly cause: JobEndCause }[]): Promise<void> {
    for (let at = 0; at < ends.length; at += ENDS_AT_ONCE)
      await Promise.all(ends.slice(at, at + ENDS_AT_ONCE).map(({ job, cause }) => this.#end(job, cause)));
  }

  /** INVARIANT: it is out of the line before this returns, so that nothing is started of what is about to end. */
  async #end(job: number, cause: JobEndCause): Promise<void> {
    const { book, submit } = this.#parts;
    if (this.#ending.has(job)) return;
    if (isOver(book.store.get(job))) return;
    book.try(() => book.store.claim(job));
    this.#ending.add(job);
    try {
      await submit.ledger.append(jobEndRecord(job, cause));
    } finally {
      this.#ending.delete(job);
    }
  }

  #ask<T>(read: (store: JobStore) => T): Promise<T> {
    return this.#parts.book.ask(read);
  }

  #told(job: StoredJob): Job {
    return toldJob(job, this.#parts.submit.judging.now());
  }
}

function storedIn(store: JobStore, id: number): StoredJob {
  const job = store.get(id);
  if (job === null) throw unknownJob(id);
  return job;
}

function isOver(job: StoredJob | null): boolean {
  return job === null || isEnd(job.state);
}

function openOf(counts: JobCounts): number {
  return counts.waiting + counts.ready + counts.deferred + counts.running;
}
