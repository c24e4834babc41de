// Takes jobs out of the queue: claiming one is deciding it, with its hold, in one step. In fair order: of the principal with the
// smallest dominant share first (Ghodsi et al., Dominant Resource Fairness, NSDI 2011), then by priority, then first come.
// Not the queue itself (job-queue.ts).
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { ParsedTask } from "../../task/parse-task.ts";
import type { TaskClient } from "../server/governing.ts";
import { type QueuedLive, type SubmitParts, submitQueued } from "../submit.ts";
import { DeferredJobs, PASSING_MAX } from "./deferred-jobs.ts";
import type { JobBook } from "./job-book.ts";
import type { JobOutputs, JobSink } from "./job-outputs.ts";
import type { StoredJob } from "./stored-job.ts";
import { storedTask } from "./stored-task.ts";

export interface DrainParts {
  readonly submit: SubmitParts;
  readonly book: Pick<JobBook, "store" | "isWhole" | "distrust" | "try">;
  readonly outputs: Pick<JobOutputs, "open">;
  /** What a principal holds of what binds it most, 0 to 1. */
  readonly shareOf: (principal: string) => number;
  /** Ends a job that nothing can be started of; it is out of the line at once. */
  readonly end: (job: number, cause: "payload_erased" | "cancelled" | "deadline_passed") => Promise<void>;
  /** Something that ran is over. */
  readonly over: () => void;
  /** Nothing can be decided now, and why. */
  readonly paused: (error: WritError) => void;
}

/** Jobs that are decided at once: enough for few flushes of the ledger, few enough that each sees fresh facts. */
const CLAIMS_MAX = 256;
/** Jobs that run at once, whatever the spec's sums allow. */
const RUNS_MAX = 1024;
/** Bounds of the time until a deferred job is tried again, ms. */
const RETRY_MS = { min: 100, max: 30_000 } as const;
/** After a failure to decide at all, ms. */
const PAUSE_MS = 5000;
/** Before a start that failed is tried again: this, then twice as long each time, ms. */
const LAUNCH_RETRY_MS = 1000;

export class Drain {
  readonly #parts: DrainParts;
  readonly #runs = new Map<number, QueuedLive>();
  readonly #deferred = new DeferredJobs();
  readonly #cancelled = new Set<number>();
  /** Jobs that are to be started again as soon as their last start is over. */
  readonly #again = new Set<number>();
  /** Jobs whose task was not the one submitted: the store was rebuilt for each, once. */
  readonly #doubted = new Set<number>();
  /** Resolves when the last job that was claimed has been judged: jobs are observed side by side and judged in order. */
  #turn: Promise<void> = Promise.resolve();
  #claims = 0;
  #on = false;
  #pausedUntil = 0;
  #timer: NodeJS.Timeout | null = null;
  /** Ledger time that the timer is set for, ms. */
  #armed = 0;
  /** The next look is under way: whatever changes until then is seen by it. */
  #looking = false;
  /** Holds ended since the last look. */
  #woken = false;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  /** Jobs that are being decided or run. */
  get busy(): number {
    return this.#runs.size;
  }

  /** Begins, or goes on. */
  start(): void {
    this.#on = true;
    this.pump();
  }

  /** Takes no more jobs; what runs goes on. */
  pause(): void {
    this.#on = false;
    this.#disarm();
  }

  /** Ends what runs: it goes back into the line. Resolves when all of it has ended. */
  async stop(): Promise<void> {
    this.pause();
    const runs = [...this.#runs.values()];
    for (const run of runs) run.stop("governor_stops");
    await Promise.allSettled(runs.map((run) => run.outcome));
  }

  /** Whether `job` is being decided or run and was told to end. */
  cancel(job: number): boolean {
    const run = this.#runs.get(job);
    if (run === undefined) return false;
    this.#cancelled.add(job);
    run.stop("cancelled");
    return true;
  }

  /** A hold ended: the first deferred jobs of each principal are tried again. */
  wake(): void {
    this.#woken = true;
    this.pump();
  }

  /** Another store is in place: what is being decided stays out of its line. */
  rebuilt(): void {
    const { book } = this.#parts;
    book.try(() => {
      for (const job of this.#runs.keys()) book.store.claim(job);
    });
    this.#deferred.retry();
    this.pump();
  }

  /** Takes as many jobs as may be decided, as soon as all that has just happened is known. Called whenever something changed. */
  pump(): void {
    if (!this.#on || this.#looking) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      this.#look();
    });
  }

  #look(): void {
    const { book, submit } = this.#parts;
    if (!this.#on || !book.isWhole) return;
    const now = submit.judging.now();
    book.try(() => {
      if (this.#woken) this.#retry();
      if (now >= this.#pausedUntil) this.#take(now);
      this.#arm(now);
    });
  }

  #retry(): void {
    this.#woken = false;
    this.#parts.book.store.wake(PASSING_MAX);
    this.#deferred.retry();
  }

  #take(now: number): void {
    const { book, end } = this.#parts;
    const { store } = book;
    store.wakeDue(now);
    for (const id of store.late(now)) void end(id, "deadline_passed");
    this.#deferred.keep((id) => store.get(id)?.state === "deferred");
    while (book.isWhole && this.#claims < CLAIMS_MAX && this.#runs.size < RUNS_MAX) {
      const job = this.#next(now);
      if (job === null) break;
      this.#claim(job);
    }
  }

  #next(now: number): StoredJob | null {
    const { book, shareOf } = this.#parts;
    const heads = book.store.heads().filter(({ principal }) => !this.#deferred.holdsUp(principal, now));
    let best: { readonly job: StoredJob; readonly share: number } | null = null;
    for (const job of heads) {
      const share = heads.length === 1 ? 0 : shareOf(job.principal);
      const isFirst = best === null || share < best.share || (share === best.share && job.id < best.job.id);
      if (isFirst) best = { job, share };
    }
    return best?.job ?? null;
  }

  #claim(job: StoredJob): void {
    const { book, end } = this.#parts;
    if (this.#runs.has(job.id)) {
      // Back in the line before its last start was over.
      this.#again.add(job.id);
      book.store.claim(job.id);
      return;
    }
    const parsed = storedTask(job);
    if (parsed !== null) {
      book.store.claim(job.id);
      this.#run(job, parsed);
    } else if (job.task === null || this.#doubted.has(job.id)) {
      void end(job.id, "payload_erased");
    } else {
      // Whoever or whatever changed this one may have changed others.
      this.#doubted.add(job.id);
      book.distrust();
    }
  }

  #run(job: StoredJob, parsed: ParsedTask): void {
    const { book, submit, end } = this.#parts;
    this.#claims += 1;
    let claimed = true;
    const decided = (): void => {
      if (claimed) this.#claims -= 1;
      claimed = false;
    };
    const sink = this.#sinkOf(job.id);
    const turn = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = turn.promise;
    const queued = {
      job: job.id,
      principal: job.principal,
      deferred: this.#deferred.has(job.id),
      turn: { before, judged: turn.resolve },
    };
    const run = submitQueued(submit, parsed, queued, { client: clientOf(sink), decided });
    this.#runs.set(job.id, run);
    void this.#follow(job, run).finally(() => {
      turn.resolve();
      decided();
      sink.close();
      this.#runs.delete(job.id);
      if (this.#again.delete(job.id)) book.try(() => book.store.unclaim(job.id));
      if (this.#cancelled.delete(job.id)) void end(job.id, "cancelled");
      this.#parts.over();
      this.pump();
    });
  }

  async #follow(job: StoredJob, run: QueuedLive): Promise<void> {
    try {
      const { decision } = await run.outcome;
      if (decision.outcome === "defer") this.#defer(job, decision.retry);
      else this.#deferred.end(job.id);
    } catch (error) {
      this.#failed(job, error);
    }
  }

  #defer(job: StoredJob, retry: { readonly cause: string; readonly after: number | null } | null): void {
    const { book, submit } = this.#parts;
    const now = submit.judging.now();
    const cause = retry?.cause ?? "unknown";
    const after = Math.min(RETRY_MS.max, Math.max(RETRY_MS.min, retry?.after ?? RETRY_MS.max));
    this.#deferred.add(job.id, job.principal, cause, now);
    book.try(() => book.store.defer(job.id, { cause, due: now + after, decision: null }));
  }

  /** A start that failed was settled and may be back in the line already; of anything else nothing was recorded. */
  #failed(job: StoredJob, error: unknown): void {
    if (!(error instanceof WritError)) throw error;
    const { book, submit, paused } = this.#parts;
    const now = submit.judging.now();
    let launched = false;
    book.try(() => {
      const stored = book.store.get(job.id);
      launched = stored?.cause === "launch_failed";
      if (!launched) book.store.unclaim(job.id);
      if (!launched || stored?.state !== "ready") return;
      const due = now + LAUNCH_RETRY_MS * 2 ** Math.min(stored.attempts, 5);
      book.store.defer(job.id, { cause: "launch_failed", due, decision: null });
    });
    if (launched) return;
    this.#pausedUntil = now + PAUSE_MS;
    paused(error);
  }

  #sinkOf(job: number): JobSink {
    try {
      return this.#parts.outputs.open(job);
    } catch {
      // Output is no evidence: a job is not held up by a full disk or a folder that somebody closed.
      return { write: () => undefined, close: () => undefined };
    }
  }

  #arm(now: number): void {
    const latest = now + RETRY_MS.max;
    const isPaused = now < this.#pausedUntil;
    const next = isPaused ? this.#pausedUntil : Math.min(latest, this.#parts.book.store.nextTime() ?? latest);
    assert(Number.isFinite(next), "the next look has a time");
    // One that is earlier, or hardly later, does as well: each change would set it anew.
    if (this.#timer !== null && this.#armed <= next && next - this.#armed < RETRY_MS.max) return;
    this.#disarm();
    this.#armed = next;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.pump();
      },
      Math.max(1, next - now + 1),
    );
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

function clientOf(sink: JobSink): TaskClient {
  return {
    stdout: (chunk) => sink.write("stdout", chunk),
    stderr: (chunk) => sink.write("stderr", chunk),
  };
}
