// The queue as a governor offers it: takes tasks and plans in, tells and cancels jobs, and drains while somebody serves. Every
// step is in the ledger before it counts. The order and the claims are in drain.ts; what is kept, in job-book.ts.
import { assert } from "../../stdx/assert.ts";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { parseQuantity } from "../../stdx/units.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { ParsedTask } from "../../task/parse-task.ts";
import type { ParsedPlan } from "../../task/plan.ts";
import type { Decided, SubmitTerms, Submitted, TaskInput } from "../governor.ts";
import { type Judgement, judge } from "../judge.ts";
import { planOf, taskOf } from "../parse-input.ts";
import { sha256 } from "../ports.ts";
import { decisionRecord } from "../records.ts";
import { decidedOf, type SubmitParts } from "../submit.ts";
import { type Capacity, dominantShare } from "./dominant-share.ts";
import { Drain } from "./drain.ts";
import type { Job, JobCounts, JobEndCause } from "./job.ts";
import type { JobBook } from "./job-book.ts";
import type { JobOutputs, OutputPart, OutputStream } from "./job-outputs.ts";
import { jobEndRecord, type PlanPlace, planRecord, type QueuedTerms, queuedRecord } from "./job-records.ts";
import type { StoredJob } from "./job-store.ts";
import { isEnd } from "./queue-projection.ts";
import type { ServeClient, Serving } from "./serving.ts";

export interface QueueParts {
  readonly submit: SubmitParts;
  readonly book: JobBook;
  readonly outputs: JobOutputs;
  readonly capacity: Capacity;
  readonly wall: () => Date;
}

/** Jobs that have not ended, at most. */
export const JOBS_MAX = 1_000_000;
/** Jobs of one answer. */
const LISTED_MAX = 1000;
/** Ended jobs that are told beside those that have not. */
const ENDED_LISTED = 10;

interface Server {
  readonly client: ServeClient;
  readonly untilEmpty: boolean;
  finishing: boolean;
  readonly end: (counts: JobCounts) => void;
}

export class JobQueue {
  readonly #parts: QueueParts;
  readonly #drain: Drain;
  readonly #servers = new Set<Server>();
  readonly #waiters = new Map<number, Set<() => void>>();
  /** Jobs that have not ended. */
  #open: number;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    const { submit, book, outputs } = parts;
    this.#drain = new Drain({
      submit,
      store: book.store,
      outputs,
      shareOf: (principal) => dominantShare(submit.judging.sums, principal, parts.capacity),
      end: (job, cause) => this.#end(job, cause),
      over: () => this.#settleServers(),
      paused: (error) => {
        for (const { client } of this.#servers) client.paused(error.message, error.hint);
      },
    });
    this.#open = openOf(book.store.counts());
    book.watch((job) => this.#changed(job));
  }

  /** Ends what a crash left between two records: jobs after a failed one, plans cut short, deadlines that passed meanwhile. */
  async resume(): Promise<void> {
    const { store } = this.#parts.book;
    for (const { job, cause } of store.orphans(this.#parts.wall().toISOString())) await this.#end(job, cause);
  }

  /**
   * Takes the task or plan of `input` into the queue. What would be refused now is refused, and recorded as that; a task that
   * comes after others is looked at again when they are done. Throws WRIT_TASK_INVALID, WRIT_JOB_UNKNOWN and
   * WRIT_QUEUE_FULL, and what `judge` throws.
   */
  async submit(input: TaskInput, terms: SubmitTerms): Promise<Submitted> {
    await this.#parts.submit.ledger.checkRoom();
    const plan = planOf(input);
    this.#checkRoom(plan?.entries.length ?? 1);
    for (const id of terms.after) this.#checkAfter(id);
    return plan === null ? this.#submitTask(taskOf(input), terms) : this.#submitPlan(plan, terms);
  }

  async #submitTask(parsed: ParsedTask, terms: SubmitTerms): Promise<Submitted> {
    const judgement = await judge(this.#parts.submit.judging, parsed, { take: false, parent: null });
    if (isRefused(judgement, terms.after.length > 0))
      return { jobs: [], plan: null, decided: await this.#refuse(judgement) };
    const name = parsed.task.task;
    const record = queuedRecord(name, parsed, this.#termsOf(judgement, terms, null));
    const { sequence } = await this.#parts.submit.ledger.append(record);
    this.#drain.pump();
    return { jobs: [{ id: sequence, name }], plan: null, decided: decidedOf(judgement, null) };
  }

  async #submitPlan({ name, entries }: ParsedPlan, terms: SubmitTerms): Promise<Submitted> {
    const { judging, ledger } = this.#parts.submit;
    const judgements: Judgement[] = [];
    for (const { parsed, after } of entries) {
      const judgement = await judge(judging, parsed, { take: false, parent: null });
      const waits = after.length > 0 || terms.after.length > 0;
      if (isRefused(judgement, waits))
        return { jobs: [], plan: null, decided: await this.#refuse(judgement) };
      judgements.push(judgement);
    }
    const places = new Map(entries.map(({ id }, at) => [id, at]));
    // INVARIANT: nothing awaits between these calls, so that the records stand next to each other.
    const plan = ledger.append(planRecord(name, entries.length));
    const queued = entries.map((entry, at) => {
      const after = entry.after.flatMap((id) => places.get(id) ?? []);
      const own = { ...entry, after: terms.after };
      const judgement = judgements[at];
      assert(judgement !== undefined, "each entry was judged");
      return ledger.append(
        queuedRecord(
          entry.id,
          entry.parsed,
          this.#termsOf(judgement, own, { at, of: entries.length, after }),
        ),
      );
    });
    const [{ sequence }, ...appended] = await Promise.all([plan, ...queued]);
    this.#drain.pump();
    const jobs = appended.map((record, at) => ({ id: record.sequence, name: entries[at]?.id ?? "" }));
    return { jobs, plan: sequence, decided: null };
  }

  async #refuse(judgement: Judgement): Promise<Decided> {
    const record = decisionRecord("decision", judgement.judged, { hold: null, job: null }, sha256);
    const { sequence } = await this.#parts.submit.ledger.append(record);
    return decidedOf(judgement, sequence);
  }

  #termsOf({ judged }: Judgement, terms: SubmitTerms, entry: PlanPlace | null): QueuedTerms {
    const { priority, retries_max, after } = terms;
    return {
      principal: judged.decision.principal ?? "",
      priority,
      retries_max,
      deadline: this.#deadlineOf(terms.deadline),
      submitted: this.#parts.wall().toISOString(),
      after: [...new Set(after)],
      entry,
    };
  }

  /** Kept on ledger time, which no clock can set back or forward; on the wall clock for the time without a governor. */
  #deadlineOf(text: string | null): QueuedTerms["deadline"] {
    if (text === null) return null;
    const wall = this.#parts.wall().getTime();
    const after = parseQuantity("duration", text);
    const left = after.ok ? after.value : Date.parse(text) - wall;
    if (!(left > 0)) {
      throw new WritError(
        "WRIT_TASK_INVALID",
        `deadline \`${escapeUntrusted(text)}\` has passed: least is a moment from now`,
        {
          hint: "writ submit --deadline 2h FILE",
        },
      );
    }
    const latest = Math.min(wall + left, MOMENT_MAX);
    return { time: this.#parts.submit.judging.now() + left, wall: new Date(latest).toISOString() };
  }

  #checkRoom(more: number): void {
    if (this.#open + more <= JOBS_MAX) return;
    throw new WritError(
      "WRIT_QUEUE_FULL",
      `the queue has ${this.#open} jobs and ${more} more to take: limit is ${JOBS_MAX}`,
      {
        hint: "writ ps  # then writ cancel ID for what is not needed",
      },
    );
  }

  #checkAfter(id: number): void {
    const { state } = this.#stored(id);
    if (state !== "failed" && state !== "refused" && state !== "cancelled") return;
    throw new WritError("WRIT_TASK_INVALID", `job ${id} ended as ${state}: nothing can come after it`, {
      hint: "submit it again, then name the new job",
    });
  }

  /** The job; throws WRIT_JOB_UNKNOWN. */
  job(id: number): Job {
    return this.#told(this.#stored(id));
  }

  /** Jobs that have not ended, and the last that have; with `all`, as many of those as an answer takes. */
  list(all: boolean): { readonly jobs: readonly Job[]; readonly counts: JobCounts } {
    const { store } = this.#parts.book;
    const live = store.live(LISTED_MAX);
    const ended = store.ended(all ? LISTED_MAX - live.length : ENDED_LISTED);
    return { jobs: [...ended.toReversed(), ...live].map((job) => this.#told(job)), counts: store.counts() };
  }

  /** Cancels a job that has not ended: one that runs is ended. Resolves with the job when it has. Throws WRIT_JOB_UNKNOWN. */
  async cancel(id: number): Promise<Job> {
    const { state } = this.#stored(id);
    if (!isEnd(state)) {
      const ended = this.wait(id);
      if (!this.#drain.cancel(id)) await this.#end(id, "cancelled");
      await ended;
    }
    return this.job(id);
  }

  /** Resolves with the job when it has ended. Throws WRIT_JOB_UNKNOWN. */
  wait(id: number): Promise<Job> {
    if (isEnd(this.#stored(id).state)) return Promise.resolve(this.job(id));
    return new Promise((resolve) => {
      const waiting = this.#waiters.get(id) ?? new Set();
      waiting.add(() => resolve(this.job(id)));
      this.#waiters.set(id, waiting);
    });
  }

  /** A part of what the last start of a job wrote, and whether more may come. Throws WRIT_JOB_UNKNOWN. */
  output(id: number, stream: OutputStream, from: number): OutputPart & { readonly ended: boolean } {
    const ended = isEnd(this.#stored(id).state);
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
    for (const tell of this.#waiters.get(id) ?? []) tell();
    this.#waiters.delete(id);
    if (job.state !== "done") for (const later of store.later(id)) void this.#end(later, "dependency_failed");
    this.#settleServers();
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

  async #end(job: number, cause: JobEndCause): Promise<void> {
    const stored = this.#parts.book.store.get(job);
    if (stored === null || isEnd(stored.state)) return;
    await this.#parts.submit.ledger.append(jobEndRecord(job, cause));
  }

  #stored(id: number): StoredJob {
    const job = this.#parts.book.store.get(id);
    if (job !== null) return job;
    throw new WritError("WRIT_JOB_UNKNOWN", `no job ${id} in the queue`, { hint: "writ ps --all" });
  }

  #told(job: StoredJob): Job {
    const {
      id,
      name,
      plan,
      principal,
      priority,
      state,
      attempts,
      retries_max,
      waits_for,
      cause,
      exit_code,
      decision,
    } = job;
    const due = job.due === null ? null : Math.max(0, job.due - this.#parts.submit.judging.now());
    return {
      id,
      name,
      plan,
      principal,
      priority,
      state,
      attempts,
      retries_max,
      deadline: job.deadline_wall,
      queued: job.queued_wall,
      waits_for,
      cause,
      retry_after: due,
      exit_code,
      decision,
    };
  }
}

/** The last moment that a Date holds (ECMA-262, time values). */
const MOMENT_MAX = 8.64e15;

/** What has to come first may bring what is missing now: paths, room, providers. Words and principals stay what they are. */
function isRefused({ judged }: Judgement, waits: boolean): boolean {
  if (judged.decision.outcome !== "refuse") return false;
  if (!waits || judged.decision.principal === null) return true;
  return (judged.facts.content ?? []).some(({ from }) => from === "words");
}

function openOf(counts: JobCounts): number {
  return counts.waiting + counts.ready + counts.deferred + counts.running;
}
