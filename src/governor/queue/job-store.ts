// The queue's projection on disk: every job that has not ended, and the last of those that have. Rebuilt from the ledger
// whenever it does not stand for the ledger's records (queue-projection.ts). Decides nothing.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { assert } from "../../stdx/assert.ts";
import type { JobCounts, JobEndCause, JobState } from "./job.ts";
import { openDatabase, removeDatabase } from "./job-database.ts";
import { STATEMENTS } from "./job-tables.ts";
import { jobOf, type Row, type StoredJob } from "./stored-job.ts";

/** What the store stands for: the ledger's first `size` records, of which `leaf` is the leaf hash of the last one. */
export interface StandsFor {
  readonly size: number;
  readonly leaf: string;
}

type Prepared = { readonly [name in keyof typeof STATEMENTS]: StatementSync };

/** Ends between two times that old ones are forgotten. */
const FORGET_EVERY = 1000;

export class JobStore {
  readonly #database: DatabaseSync;
  readonly #prepared: Prepared;
  #open = false;
  #ends = 0;

  /**
   * The store at `path`, empty where there is none or it cannot be read; `:memory:` is one without a file. What it holds was
   * written by a governor of this home; nothing in it gives anybody a right. Each method throws SQLite's own error
   * (`isStoreFailure`) where the file is not what it was.
   */
  constructor(path: string) {
    this.#database = openDatabase(path);
    const prepare = (name: keyof typeof STATEMENTS): StatementSync =>
      this.#database.prepare(STATEMENTS[name]);
    const names = Object.keys(STATEMENTS) as (keyof typeof STATEMENTS)[];
    this.#prepared = Object.fromEntries(names.map((name) => [name, prepare(name)])) as Prepared;
  }

  /** An empty store at `path`. */
  static anew(path: string): JobStore {
    removeDatabase(path);
    return new JobStore(path);
  }

  /** What is written from here on becomes one transaction with `flush`. */
  #begin(): void {
    if (this.#open) return;
    this.#database.exec("BEGIN");
    this.#open = true;
  }

  /** Writes what has changed, and what the store stands for now. */
  flush(standsFor: StandsFor): void {
    this.#begin();
    this.#prepared.stand_for.run(standsFor.size, standsFor.leaf);
    this.#database.exec("COMMIT");
    this.#open = false;
  }

  standsFor(): StandsFor {
    const row = this.#prepared.stands_for.get();
    assert(row !== undefined, "the store says what it stands for");
    return { size: Number(row["size"]), leaf: String(row["leaf"]) };
  }

  insert(job: Omit<StoredJob, "attempts" | "cause" | "due" | "exit_code" | "decision">): void {
    this.#run("insert", [
      job.id,
      job.name,
      job.plan,
      job.principal,
      job.priority,
      job.state,
      job.retries_max,
      job.deadline,
      job.deadline_wall,
      job.queued_wall,
      job.waits_for,
      job.task,
      job.digest,
    ]);
  }

  /** `later` is not started before `earlier` is done. */
  depend(earlier: number, later: number): void {
    this.#run("edge", [earlier, later]);
  }

  get(id: number): StoredJob | null {
    return jobOf(this.#prepared.get.get(id));
  }

  /** Jobs that wait for `earlier`. */
  later(earlier: number): readonly number[] {
    return this.#prepared.later.all(earlier).map((row) => Number(row["later"]));
  }

  /** Principals that have a job to start. */
  principals(): readonly string[] {
    return this.#prepared.principals.all().map((row) => String(row["principal"]));
  }

  /** The job of `principal` that is to start next. */
  head(principal: string): StoredJob | null {
    return jobOf(this.#prepared.head.get(principal));
  }

  /** Takes a ready job out of the line while it is decided. */
  claim(id: number): void {
    this.#run("claim", [id]);
  }

  unclaim(id: number): void {
    this.#run("unclaim", [id]);
  }

  defer(
    id: number,
    why: { readonly cause: string; readonly due: number | null; readonly decision: number | null },
  ): void {
    this.#run("defer", [why.cause, why.due, why.decision, id]);
  }

  start(id: number, decision: number): void {
    this.#run("start", [decision, id]);
  }

  /** Back in the line, because of `cause`. */
  again(id: number, cause: string): void {
    this.#run("again", [cause, id]);
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
    this.#run("end", [state, how.cause, how.exit_code, how.decision, id]);
    this.#ends += 1;
    if (this.#ends % FORGET_EVERY === 0) this.#run("forget", []);
  }

  /** The name of a job that has ended is forgotten; without such a job nothing changes. */
  unname(id: number): void {
    this.#run("unname", [id]);
  }

  /** Leaves nothing in the files of what is no longer in the tables. Between two transactions only. */
  compact(): void {
    this.#database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** One of the jobs that `id` waits for is done. */
  met(id: number): void {
    this.#run("met", [id]);
  }

  /** Nothing waits for `id` any more. */
  release(id: number): void {
    this.#run("unedge", [id]);
  }

  /** The job that runs under `decision`; null: none does. */
  running(decision: number): StoredJob | null {
    return jobOf(this.#prepared.running.get(decision));
  }

  /** Puts the first `most` deferred jobs of each principal back into the line. */
  wake(most: number): void {
    for (const row of this.#prepared.deferring.all()) this.#run("woken", [String(row["principal"]), most]);
  }

  /** Puts those back into the line whose time has come at `now`. */
  wakeDue(now: number): void {
    this.#run("due", [now]);
  }

  /** The earliest time at which a deferred job is due or a deadline passes; null: there is none. */
  nextTime(): number | null {
    const at = (name: "next_due" | "next_late"): number => {
      const value = this.#prepared[name].get()?.["at"];
      return typeof value === "number" ? value : Number.POSITIVE_INFINITY;
    };
    const next = Math.min(at("next_due"), at("next_late"));
    return next === Number.POSITIVE_INFINITY ? null : next;
  }

  /** Jobs whose deadline has passed at `now`, at most 1,000. */
  late(now: number): readonly number[] {
    return this.#prepared.late.all(now).map((row) => Number(row["id"]));
  }

  /** What was volatile when the last governor ended. */
  settle(): void {
    this.#run("unclaim_all", []);
    this.#run("undefer_all", []);
  }

  counts(): JobCounts {
    const counts: Record<string, number> = { ...NO_JOBS };
    for (const row of this.#prepared.counts.all()) counts[String(row["state"])] = Number(row["n"]);
    return counts as JobCounts;
  }

  /** The first `most` jobs that have not ended. */
  live(most: number): readonly StoredJob[] {
    return this.#prepared.live.all(most).flatMap((row) => jobOf(row) ?? []);
  }

  /** The last `most` jobs that have ended, latest submission first. */
  ended(most: number): readonly StoredJob[] {
    return this.#prepared.ended.all(most).flatMap((row) => jobOf(row) ?? []);
  }

  /** A plan of so many entries begins: until all of them came it is none. */
  plan(id: number, entries: number): void {
    this.#run("plan", [id, entries]);
  }

  /** An entry of a plan came. */
  planEntry(plan: number): void {
    this.#run("plan_entry", [plan]);
    this.#run("plan_whole", [plan]);
  }

  /** What a crash or a time without a governor left to be ended at `wall`, RFC 3339 in UTC with milliseconds. */
  orphans(wall: string): readonly { readonly job: number; readonly cause: JobEndCause }[] {
    const of = (rows: readonly Row[], cause: JobEndCause): { job: number; cause: JobEndCause }[] =>
      rows.map((row) => ({ job: Number(row["id"]), cause }));
    return [
      ...of(this.#prepared.cut_short.all(), "plan_incomplete"),
      ...of(this.#prepared.orphaned.all(), "dependency_failed"),
      ...of(this.#prepared.overdue.all(wall), "deadline_passed"),
    ];
  }

  close(): void {
    this.#database.close();
  }

  #run(name: keyof typeof STATEMENTS, values: readonly (string | number | null)[]): void {
    this.#begin();
    this.#prepared[name].run(...values);
  }
}

const NO_JOBS: JobCounts = {
  waiting: 0,
  ready: 0,
  deferred: 0,
  running: 0,
  done: 0,
  failed: 0,
  refused: 0,
  cancelled: 0,
};
