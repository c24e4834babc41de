// The rows of the queue's store: SQLite's statements by name and type, in a transaction that lasts until `commit`. What is in memory
// beside them is job-store.ts.
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { assert } from "../../stdx/assert.ts";
import type { JobCounts, JobEndCause, JobState } from "./job.ts";
import { openDatabase } from "./job-database.ts";
import { STATEMENTS } from "./job-tables.ts";
import { jobOf, type Row, type StoredJob } from "./stored-job.ts";

/** What the store stands for: the ledger's first `size` records, of which `leaf` is the leaf hash of the last one. */
export interface StandsFor {
  readonly size: number;
  readonly leaf: string;
}

type Prepared = { readonly [name in keyof typeof STATEMENTS]: StatementSync };

/** Late jobs that are told at once. */
const LATE_MAX = 1000;

export class JobRows {
  readonly #database: DatabaseSync;
  readonly #prepared: Prepared;
  #open = false;

  /** The rows at `path`, none where there is no file or it cannot be read. Each method throws SQLite's own error. */
  constructor(path: string) {
    this.#database = openDatabase(path);
    const prepare = (name: keyof typeof STATEMENTS): StatementSync =>
      this.#database.prepare(STATEMENTS[name]);
    const names = Object.keys(STATEMENTS) as (keyof typeof STATEMENTS)[];
    this.#prepared = Object.fromEntries(names.map((name) => [name, prepare(name)])) as Prepared;
  }

  /** What was written since the last one is on disk, with what it stands for. */
  commit({ size, leaf }: StandsFor, counts: JobCounts): void {
    this.#run("stand_for", [size, leaf, JSON.stringify(counts)]);
    this.#database.exec("COMMIT");
    this.#open = false;
  }

  standsFor(): StandsFor {
    const row = this.#standsFor();
    return { size: Number(row["size"]), leaf: String(row["leaf"]) };
  }

  /** How many jobs there are in each state, as of the last commit; of one without jobs nothing. */
  counts(): Partial<JobCounts> {
    return JSON.parse(String(this.#standsFor()["counts"])) as Partial<JobCounts>;
  }

  insert(job: StoredJob): void {
    const { id, plan, principal, priority, retries_max, deadline, deadline_wall, queued_wall, digest } = job;
    const terms = [id, plan, principal, priority, retries_max, deadline, deadline_wall, queued_wall, digest];
    this.#run("insert", [...changing(job), ...terms]);
  }

  update(job: StoredJob): void {
    this.#run("update", [...changing(job), job.id]);
  }

  get(id: number): StoredJob | null {
    return jobOf(this.#prepared.get.get(id));
  }

  depend(earlier: number, later: number): void {
    this.#run("edge", [earlier, later]);
  }

  hasEdges(): boolean {
    return this.#prepared.any_edge.get() !== undefined;
  }

  later(earlier: number): readonly number[] {
    return this.#prepared.later.all(earlier).map((row) => Number(row["later"]));
  }

  release(id: number): void {
    this.#run("unedge", [id]);
  }

  /** The first `most` ready jobs of `principal`, in order. */
  front(principal: string, most: number): readonly StoredJob[] {
    return this.#jobs("front", [principal, most]);
  }

  /** Principals that have a ready job. */
  principals(): readonly string[] {
    return this.#prepared.principals.all().map((row) => String(row["principal"]));
  }

  /** The job that runs under `decision`. */
  running(decision: number): number | null {
    const row = this.#prepared.running.get(decision);
    return row === undefined ? null : Number(row["id"]);
  }

  /** Readies the first `most` deferred jobs of each principal; gives how many those were. */
  wake(most: number): number {
    const principals = this.#prepared.deferring.all().map((row) => String(row["principal"]));
    return principals.reduce((sum, principal) => sum + this.#run("woken", [principal, most]), 0);
  }

  /** Readies those whose time has come at `now`; gives how many those were. */
  wakeDue(now: number): number {
    return this.#run("due", [now]);
  }

  /** Readies all deferred jobs; gives how many those were. */
  undefer(): number {
    return this.#run("undefer_all", []);
  }

  /** The earliest time at which a deferred job is due or a deadline passes; infinite: there is none. */
  nextTime(): number {
    const at = (name: "next_due" | "next_late"): number => {
      const value = this.#prepared[name].get()?.["at"];
      return typeof value === "number" ? value : Number.POSITIVE_INFINITY;
    };
    return Math.min(at("next_due"), at("next_late"));
  }

  late(now: number): readonly number[] {
    return this.#prepared.late.all(now, LATE_MAX).map((row) => Number(row["id"]));
  }

  live(most: number): readonly StoredJob[] {
    return this.#jobs("live", [most]);
  }

  ended(most: number): readonly StoredJob[] {
    return this.#jobs("ended", [most]);
  }

  /** Forgets all but the last jobs that have ended; gives the states of those that are gone. */
  forget(): readonly JobState[] {
    this.#begin();
    return this.#prepared.forget.all().map((row) => String(row["state"]) as JobState);
  }

  plan(id: number, entries: number): void {
    this.#run("plan", [id, entries]);
  }

  planEntry(plan: number): void {
    this.#run("plan_entry", [plan]);
    this.#run("plan_whole", [plan]);
  }

  orphans(wall: string): readonly { readonly job: number; readonly cause: JobEndCause }[] {
    const of = (rows: readonly Row[], cause: JobEndCause): { job: number; cause: JobEndCause }[] =>
      rows.map((row) => ({ job: Number(row["id"]), cause }));
    return [
      ...of(this.#prepared.cut_short.all(), "plan_incomplete"),
      ...of(this.#prepared.orphaned.all(), "dependency_failed"),
      ...of(this.#prepared.overdue.all(wall), "deadline_passed"),
    ];
  }

  compact(): void {
    this.#database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#database.close();
  }

  #standsFor(): Row {
    const row = this.#prepared.stands_for.get();
    assert(row !== undefined, "the store says what it stands for");
    return row;
  }

  #jobs(name: "front" | "live" | "ended", values: readonly SQLInputValue[]): readonly StoredJob[] {
    return this.#prepared[name].all(...values).flatMap((row) => jobOf(row) ?? []);
  }

  #run(name: keyof typeof STATEMENTS, values: readonly SQLInputValue[]): number {
    this.#begin();
    return Number(this.#prepared[name].run(...values).changes);
  }

  #begin(): void {
    if (this.#open) return;
    this.#database.exec("BEGIN");
    this.#open = true;
  }
}

/** In the order of the statements. */
function changing(job: StoredJob): readonly SQLInputValue[] {
  const { state, attempts, waits_for, cause, due, exit_code, decision, task, name } = job;
  return [state, attempts, waits_for, cause, due, exit_code, decision, task, name];
}
