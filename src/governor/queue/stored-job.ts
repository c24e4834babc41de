// A job as the queue's store keeps it, and its reading from a row of the table.
import type { SQLOutputValue } from "node:sqlite";
import { WritError } from "../../stdx/writ-error.ts";
import type { JobState } from "./job.ts";

/** A job as the store keeps it. Times are ledger time, ms. */
export interface StoredJob {
  readonly id: number;
  readonly name: string;
  readonly plan: number | null;
  readonly principal: string;
  readonly priority: number;
  readonly state: JobState;
  readonly attempts: number;
  readonly retries_max: number;
  readonly deadline: number | null;
  readonly deadline_wall: string | null;
  readonly queued_wall: string;
  readonly waits_for: number;
  readonly cause: string | null;
  readonly due: number | null;
  readonly exit_code: number | null;
  readonly decision: number | null;
  /** The canonical task; null: erased, or ended. */
  readonly task: string | null;
  readonly digest: string;
}

export type Row = { readonly [column: string]: SQLOutputValue };

/** The job that `row` is; null: there is none. */
export function jobOf(row: Row | undefined): StoredJob | null {
  if (row === undefined) return null;
  const number = (column: string): number => Number(row[column]);
  const orNull = (column: string): number | null => (row[column] === null ? null : Number(row[column]));
  const textOrNull = (column: string): string | null => (row[column] === null ? null : String(row[column]));
  return {
    id: number("id"),
    name: String(row["name"]),
    plan: orNull("plan"),
    principal: String(row["principal"]),
    priority: number("priority"),
    state: String(row["state"]) as JobState,
    attempts: number("attempts"),
    retries_max: number("retries_max"),
    deadline: orNull("deadline"),
    deadline_wall: textOrNull("deadline_wall"),
    queued_wall: String(row["queued_wall"]),
    waits_for: number("waits_for"),
    cause: textOrNull("cause"),
    due: orNull("due"),
    exit_code: orNull("exit_code"),
    decision: orNull("decision"),
    task: textOrNull("task"),
    digest: String(row["digest"]),
  };
}

/** WRIT_JOB_UNKNOWN. */
export function unknownJob(id: number): WritError {
  return new WritError("WRIT_JOB_UNKNOWN", `no job ${id} in the queue`, { hint: "writ ps --all" });
}
