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
  return {
    id: numberOf(row["id"]),
    name: String(row["name"]),
    plan: numberOrNull(row["plan"]),
    principal: String(row["principal"]),
    priority: numberOf(row["priority"]),
    state: String(row["state"]) as JobState,
    attempts: numberOf(row["attempts"]),
    retries_max: numberOf(row["retries_max"]),
    deadline: numberOrNull(row["deadline"]),
    deadline_wall: textOrNull(row["deadline_wall"]),
    queued_wall: String(row["queued_wall"]),
    waits_for: numberOf(row["waits_for"]),
    cause: textOrNull(row["cause"]),
    due: numberOrNull(row["due"]),
    exit_code: numberOrNull(row["exit_code"]),
    decision: numberOrNull(row["decision"]),
    task: textOrNull(row["task"]),
    digest: String(row["digest"]),
  };
}

function numberOf(value: SQLOutputValue | undefined): number {
  return typeof value === "number" ? value : Number(value);
}

function numberOrNull(value: SQLOutputValue | undefined): number | null {
  return value === null ? null : numberOf(value);
}

function textOrNull(value: SQLOutputValue | undefined): string | null {
  return value === null ? null : String(value);
}

/** WRIT_JOB_UNKNOWN. */
export function unknownJob(id: number): WritError {
  return new WritError("WRIT_JOB_UNKNOWN", `no job ${id} in the queue`, { hint: "writ ps --all" });
}
