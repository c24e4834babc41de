// The queue's projection: every job that has not ended, and the last of those that have. On disk as of the last `flush`; what has
// changed since is in memory, so that a job that starts and ends between two writes is written once. Rebuilt from the ledger
// whenever it does not stand for the ledger's records (queue-projection.ts). Decides nothing.
import { assert } from "../../stdx/assert.ts";
import type { JobCounts, JobEndCause, JobState } from "./job.ts";
import { removeDatabase } from "./job-database.ts";
import { JobRows, type StandsFor } from "./job-rows.ts";
import { ReadyLine } from "./ready-line.ts";
import type { StoredJob } from "./stored-job.ts";

/** Ends between two times that old ones are forgotten. */
const FORGET_EVERY = 1000;
/** Jobs that changed and are not in the database yet, at most. */
const UNWRITTEN_MAX = 1024;

type Changes = Partial<Omit<StoredJob, "id" | "principal" | "priority">>;

export class JobStore {
  readonly #rows: JobRows;
  readonly #line: ReadyLine;
  /** Jobs as they are now, where that is not what the rows say, and those that are claimed or run. */
  readonly #jobs = new Map<number, StoredJob>();
  /** Whose rows are to be written, and whether they have one. */
  readonly #unwritten = new Map<number, { readonly isNew: boolean }>();
  /** By decision, jobs of `#jobs` that run. */
  readonly #running = new Map<number, number>();
  #counts: Record<JobState, number>;
  /** Whether any job waits for another. */
  #hasEdges: boolean;
  /** Nothing is due and no deadline passes before this; null: to be looked up. */
  #quietUntil: number | null = null;
  #ends = 0;

  /**
   * The store at `path`, empty where there is none or it cannot be read; `:memory:` is one without a file. What it holds was
   * written by a governor of this home; nothing in it gives anybody a right. Each method throws SQLite's own error
   * (`isStoreFailure`) where the file is not what it was.
   */
  constructor(path: string) {
    this.#rows = new JobRows(path);
    this.#counts = { ...NO_JOBS, ...this.#rows.counts() };
    this.#hasEdges = this.#rows.hasEdges();
    this.#line = new ReadyLine({
      fetch: (principal, most) => this.#written().front(principal, most),
      principals: () => this.#written().principals(),
    });
  }

  /** An empty store at `path`. */
  static anew(path: string): JobStore {
    removeDatabase(path);
    return new JobStore(path);
  }

  /** Writes what has changed, and what the store stands for now. */
  flush(standsFor: StandsFor): void {
    this.#written().commit(standsFor, this.#counts);
  }

  standsFor(): StandsFor {
    return this.#rows.standsFor();
  }

  insert(job: Omit<StoredJob, "attempts" | "cause" | "due" | "exit_code" | "decision">): void {
    const made = { ...job, attempts: 0, cause: null, due: null, exit_code: null, decision: null };
    this.#counts[made.state] += 1;
    this.#jobs.set(made.id, made);
    this.#unwritten.set(made.id, { isNew: true });
    this.#mayBeDue(made.deadline);
    if (made.state === "ready") this.#line.add(made);
    if (this.#unwritten.size > UNWRITTEN_MAX) this.#written();
  }

  /** `later` is not started before `earlier` is done. */
  depend(earlier: number, later: number): void {
    this.#hasEdges = true;
    this.#rows.depend(earlier, later);
  }

  get(id: number): StoredJob | null {
    return this.#jobs.get(id) ?? this.#rows.get(id);
  }

  /** Jobs that wait for `earlier`. */
  later(earlier: number): readonly number[] {
    return this.#hasEdges ? this.#rows.later(earlier) : [];
  }

  /** Of each principal that has one, the job that is to start next. */
  heads(): readonly StoredJob[] {
    const heads = this.#line.heads();
    for (const job of heads) this.#jobs.set(job.id, job);
    return heads;
  }

  /** Takes a job that has not started out of the line while it is decided. */
  claim(id: number): void {
    const job = this.get(id);
    if (job === null || !WAITS.has(job.state)) return;
    this.#jobs.set(id, job);
    this.#line.claim(job);
  }

  unclaim(id: number): void {
    if (!this.#line.isClaimed(id)) return;
    this.#line.release(id);
    const job = this.get(id);
    if (job?.state === "ready") this.#line.add(job);
  }

  defer(
    id: number,
    why: { readonly cause: string; readonly due: number | null; readonly decision: number | null },
  ): void {
    const { cause, due } = why;
    this.#change(id, ({ decision }) => ({
      state: "deferred",
      cause,
      due,
      decision: why.decision ?? decision,
    }));
    this.#mayBeDue(due);
  }

  start(id: number, decision: number): void {
    this.#change(id, ({ attempts }) => {
      return { state: "running", attempts: attempts + 1, cause: null, due: null, decision };
    });
  }

  /** Back in the line, because of `cause`. */
  again(id: number, cause: string): void {
    this.#change(id, () => ({ state: "ready", cause, due: null }));
  }

  end(
    id: number,
    state: JobState,
    how: {
      readonly cause: string | null;
      readonly exit_code: number | null;
      readonly decision: number | null;
    },
  ): void {
    const { cause, exit_code } = how;
    this.#change(id, ({ decision }) => {
      return { state, cause, exit_code, due: null, task: null, decision: how.decision ?? decision };
    });
    this.#ends += 1;
    if (this.#ends % FORGET_EVERY === 0)
      for (const forgotten of this.#written().forget()) this.#counts[forgotten] -= 1;
  }

  /** The name of a job that has ended is forgotten; without such a job nothing changes. */
  unname(id: number): void {
    const job = this.get(id);
    if (job !== null && ENDS.has(job.state)) this.#change(id, () => ({ name: "" }));
  }

  /** Leaves nothing in the files of what is no longer in the tables. Between two transactions only. */
  compact(): void {
    this.#rows.compact();
  }

  /** One of the jobs that `id` waits for is done. */
  met(id: number): void {
    if (this.get(id)?.state !== "waiting") return;
    this.#change(id, ({ waits_for }) => {
      return { waits_for: waits_for - 1, state: waits_for === 1 ? "ready" : "waiting" };
    });
  }

  /** Nothing waits for `id` any more. */
  release(id: number): void {
    if (this.#hasEdges) this.#rows.release(id);
  }

  /** The job that runs under `decision`; null: none does. */
  running(decision: number): StoredJob | null {
    const id = this.#running.get(decision) ?? this.#rows.running(decision);
    const job = id === null ? null : this.get(id);
    return job?.state === "running" && job.decision === decision ? job : null;
  }

  /** Puts the first `most` deferred jobs of each principal back into the line. */
  wake(most: number): void {
    if (this.#counts.deferred > 0) this.#readied(this.#written().wake(most));
  }

  /** Puts those back into the line whose time has come at `now`. */
  wakeDue(now: number): void {
    if (this.#counts.deferred > 0 && !this.#isQuiet(now)) this.#readied(this.#written().wakeDue(now));
  }

  /** The earliest time at which a deferred job is due or a deadline passes, or an earlier one; null: there is none. */
  nextTime(): number | null {
    this.#quietUntil ??= this.#written().nextTime();
    return this.#quietUntil === Number.POSITIVE_INFINITY ? null : this.#quietUntil;
  }

  /** Jobs that are not claimed whose deadline has passed at `now`, at most 1,000. */
  late(now: number): readonly number[] {
    if (this.#isQuiet(now)) return [];
    this.#quietUntil = null;
    return this.#written()
      .late(now)
      .filter((id) => !this.#line.isClaimed(id));
  }

  /** What was volatile when the last governor ended. */
  settle(): void {
    this.#readied(this.#written().undefer());
    this.#line.releaseAll();
  }

  counts(): JobCounts {
    return { ...this.#counts };
  }

  /** The first `most` jobs that have not ended. */
  live(most: number): readonly StoredJob[] {
    return this.#written().live(most);
  }

  /** The last `most` jobs that have ended, latest submission first. */
  ended(most: number): readonly StoredJob[] {
    return this.#written().ended(most);
  }

  /** A plan of so many entries begins: until all of them came it is none. */
  plan(id: number, entries: number): void {
    this.#rows.plan(id, entries);
  }

  /** An entry of a plan came. */
  planEntry(plan: number): void {
    this.#rows.planEntry(plan);
  }

  /** What a crash or a time without a governor left to be ended at `wall`, RFC 3339 in UTC with milliseconds. */
  orphans(wall: string): readonly { readonly job: number; readonly cause: JobEndCause }[] {
    return this.#written().orphans(wall);
  }

  close(): void {
    this.#rows.close();
  }

  /** Changes a job of the store; of a state that is not `waiting`, it is claimed no more. */
  #change(id: number, to: (job: StoredJob) => Changes): void {
    const before = this.get(id);
    if (before === null) return;
    const job = { ...before, ...to(before) };
    this.#counts[before.state] -= 1;
    this.#counts[job.state] += 1;
    if (before.state === "ready" && !this.#line.isClaimed(id)) this.#line.remove(before);
    if (before.state === "running" && before.decision !== null) this.#running.delete(before.decision);
    if (job.state === "running" && job.decision !== null) this.#running.set(job.decision, id);
    if (before.state !== "waiting") this.#line.release(id);
    this.#jobs.set(id, job);
    if (!this.#unwritten.has(id)) this.#unwritten.set(id, { isNew: false });
    if (job.state === "ready") this.#line.add(job);
    if (this.#unwritten.size > UNWRITTEN_MAX) this.#written();
  }

  /** The rows, when they are what the jobs are. */
  #written(): JobRows {
    if (this.#unwritten.size === 0) return this.#rows;
    for (const [id, { isNew }] of this.#unwritten) {
      const job = this.#jobs.get(id);
      assert(job !== undefined, "what is unwritten is in memory");
      if (isNew) this.#rows.insert(job);
      else this.#rows.update(job);
    }
    this.#unwritten.clear();
    for (const [id, { state }] of this.#jobs)
      if (state !== "running" && !this.#line.isClaimed(id)) this.#jobs.delete(id);
    return this.#rows;
  }

  /** So many deferred jobs became ready in the rows: what is in memory of them is not so any more. */
  #readied(jobs: number): void {
    if (jobs === 0) return;
    this.#counts.deferred -= jobs;
    this.#counts.ready += jobs;
    for (const [id, { state }] of this.#jobs) if (state === "deferred") this.#jobs.delete(id);
    this.#line.refetch();
    this.#quietUntil = null;
  }

  #mayBeDue(at: number | null): void {
    if (at !== null && this.#quietUntil !== null) this.#quietUntil = Math.min(this.#quietUntil, at);
  }

  #isQuiet(now: number): boolean {
    return this.#quietUntil !== null && now < this.#quietUntil;
  }
}

const WAITS: ReadonlySet<JobState> = new Set<JobState>(["waiting", "ready", "deferred"]);
const ENDS: ReadonlySet<JobState> = new Set<JobState>(["done", "failed", "refused", "cancelled"]);

const NO_JOBS: Readonly<Record<JobState, number>> = {
  waiting: 0,
  ready: 0,
  deferred: 0,
  running: 0,
  done: 0,
  failed: 0,
  refused: 0,
  cancelled: 0,
};
