// Takes jobs out of the queue: claiming one is deciding it, with its hold, in one step. In fair order: of the principal with the
// smallest dominant share first (Ghodsi et al., Dominant Resource Fairness, NSDI 2011), then by priority, then first come.
// Not the queue itself (job-queue.ts).
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { ParsedTask } from "../../task/parse-task.ts";
import type { Task } from "../../task/task.ts";
import type { LiveRun, RunClient } from "../server/governing.ts";
import { type SubmitParts, submitQueued } from "../submit.ts";
import type { JobOutputs, JobSink } from "./job-outputs.ts";
import type { JobStore, StoredJob } from "./job-store.ts";

export interface DrainParts {
  readonly submit: SubmitParts;
  readonly store: JobStore;
  readonly outputs: JobOutputs;
  /** What a principal holds of what binds it most, 0 to 1. */
  readonly shareOf: (principal: string) => number;
  /** Ends a job that nothing can be started of. */
  readonly end: (job: number, cause: "payload_erased" | "cancelled" | "deadline_passed") => Promise<void>;
  /** Something that ran is over. */
  readonly over: () => void;
  /** Nothing can be decided now, and why. */
  readonly paused: (error: WritError) => void;
}

/** Jobs that are decided at once: enough for one flush of the ledger, few enough that each sees fresh facts. */
const CLAIMS_MAX = 64;
/** Jobs that run at once, whatever the spec's sums allow. */
const RUNS_MAX = 1024;
/** Deferred jobs of a principal behind which the next one is still tried: what does not fit holds up little, and no try is endless. */
const PASSING_MAX = 16;
/** A job that has waited this long for room on the node is not passed any more by others of its principal, ms. */
const STARVING_MS = 600_000;
/** Causes that the end of others mends. */
const ROOM: ReadonlySet<string> = new Set(["memory_committed", "memory_unavailable", "cpu_committed"]);
/** Bounds of the time until a deferred job is tried again, ms. */
const RETRY_MS = { min: 100, max: 30_000 } as const;
/** After a failure to decide at all, ms. */
const PAUSE_MS = 5000;
/** Before a start that failed is tried again: this, then twice as long each time, ms. */
const LAUNCH_RETRY_MS = 1000;

interface Deferred {
  readonly principal: string;
  readonly since: number;
  readonly cause: string;
}

export class Drain {
  readonly #parts: DrainParts;
  readonly #runs = new Map<number, LiveRun>();
  /** Jobs that were deferred and wait for a time or for room. */
  readonly #deferred = new Map<number, Deferred>();
  /** When a job was first deferred: it keeps its age while it is tried again. */
  readonly #since = new Map<number, number>();
  readonly #cancelled = new Set<number>();
  /** Resolves when the last job that was claimed has been judged: jobs are observed side by side and judged in order. */
  #turn: Promise<void> = Promise.resolve();
  #claims = 0;
  #on = false;
  #pausedUntil = 0;
  #timer: NodeJS.Timeout | null = null;
  #pumping = false;

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
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
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
    if (!this.#on) return;
    this.#parts.store.wake(PASSING_MAX);
    this.#deferred.clear();
    this.pump();
  }

  /** Takes as many jobs as may be decided now. Called whenever something changed. */
  pump(): void {
    if (!this.#on || this.#pumping) return;
    this.#pumping = true;
    const { store, submit } = this.#parts;
    const now = submit.judging.now();
    if (now >= this.#pausedUntil) {
      store.wakeDue(now);
      for (const id of store.late(now)) {
        store.claim(id);
        void this.#parts.end(id, "deadline_passed");
      }
      for (const id of this.#deferred.keys())
        if (store.get(id)?.state !== "deferred") this.#deferred.delete(id);
      while (this.#claims < CLAIMS_MAX && this.#runs.size < RUNS_MAX) {
        const job = this.#next(now);
        if (job === null) break;
        this.#claim(job);
      }
    }
    this.#pumping = false;
    this.#arm(now);
  }

  #next(now: number): StoredJob | null {
    const { store, shareOf } = this.#parts;
    let best: { readonly job: StoredJob; readonly share: number } | null = null;
    for (const principal of store.principals()) {
      if (this.#isHeldUp(principal, now)) continue;
      const job = store.head(principal);
      if (job === null) continue;
      const share = shareOf(principal);
      const isFirst = best === null || share < best.share || (share === best.share && job.id < best.job.id);
      if (isFirst) best = { job, share };
    }
    return best?.job ?? null;
  }

  #isHeldUp(principal: string, now: number): boolean {
    let passed = 0;
    for (const deferred of this.#deferred.values()) {
      if (deferred.principal !== principal) continue;
      passed += 1;
      if (ROOM.has(deferred.cause) && now - deferred.since >= STARVING_MS) return true;
    }
    return passed >= PASSING_MAX;
  }

  #claim(job: StoredJob): void {
    const { store, submit, end } = this.#parts;
    store.claim(job.id);
    if (job.task === null) {
      void end(job.id, "payload_erased");
      return;
    }
    this.#claims += 1;
    let claimed = true;
    const decided = (): void => {
      if (claimed) this.#claims -= 1;
      claimed = false;
    };
    const sink = this.#sinkOf(job.id);
    const parsed: ParsedTask = {
      task: JSON.parse(job.task) as Task,
      canonical: job.task,
      digest: job.digest,
    };
    const turn = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = turn.promise;
    const queued = { job: job.id, deferred: this.#since.has(job.id), turn: { before, judged: turn.resolve } };
    const run = submitQueued(submit, parsed, queued, clientOf(sink, decided));
    this.#runs.set(job.id, run);
    void this.#follow(job, run).finally(() => {
      turn.resolve();
      decided();
      sink.close();
      this.#runs.delete(job.id);
      if (this.#cancelled.delete(job.id)) void end(job.id, "cancelled");
      this.#parts.over();
      this.pump();
    });
  }

  async #follow(job: StoredJob, run: LiveRun): Promise<void> {
    try {
      const { decision } = await run.outcome;
      if (decision.outcome === "defer") this.#defer(job, decision.retry);
      else this.#since.delete(job.id);
    } catch (error) {
      this.#failed(job, error);
    }
  }

  #defer(job: StoredJob, retry: { readonly cause: string; readonly after: number | null } | null): void {
    const { store, submit } = this.#parts;
    const now = submit.judging.now();
    const since = this.#since.get(job.id) ?? now;
    const cause = retry?.cause ?? "unknown";
    const after = Math.min(RETRY_MS.max, Math.max(RETRY_MS.min, retry?.after ?? RETRY_MS.max));
    this.#since.set(job.id, since);
    this.#deferred.set(job.id, { principal: job.principal, since, cause });
    store.defer(job.id, { cause, due: now + after, decision: null });
  }

  /** A start that failed was settled and may be back in the line already; of anything else nothing was recorded. */
  #failed(job: StoredJob, error: unknown): void {
    if (!(error instanceof WritError)) throw error;
    const { store, submit, paused } = this.#parts;
    const now = submit.judging.now();
    const stored = store.get(job.id);
    if (stored?.cause === "launch_failed") {
      const due = now + LAUNCH_RETRY_MS * 2 ** Math.min(stored.attempts, 5);
      if (stored.state === "ready") store.defer(job.id, { cause: "launch_failed", due, decision: null });
      return;
    }
    store.unclaim(job.id);
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
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#on) return;
    const next = Math.max(
      this.#pausedUntil,
      Math.min(now + RETRY_MS.max, this.#parts.store.nextTime() ?? now + RETRY_MS.max),
    );
    assert(Number.isFinite(next), "the next look has a time");
    this.#timer = setTimeout(() => this.pump(), Math.max(1, next - now + 1));
  }
}

function clientOf(sink: JobSink, decided: () => void): RunClient {
  return {
    stdout: (chunk) => sink.write("stdout", chunk),
    stderr: (chunk) => sink.write("stderr", chunk),
    decided,
  };
}
