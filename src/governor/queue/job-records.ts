// The records of the queue: what a submission, a plan and an end without an execution leave in the ledger, and their reading.
import type { LedgerRecord, RecordInput } from "../../ledger/record.ts";
import { assert } from "../../stdx/assert.ts";
import type { JsonObject } from "../../stdx/json.ts";
import type { ParsedTask } from "../../task/parse-task.ts";
import { asJson } from "../records.ts";
import type { JobEndCause } from "./job.ts";

/** What a submission into the queue says, beside its task. */
export interface QueuedTerms {
  readonly principal: string;
  readonly priority: number;
  readonly retries_max: number;
  /** Ledger time of the latest start, ms, and the same moment on the wall clock, RFC 3339; null: none. */
  readonly deadline: { readonly time: number; readonly wall: string } | null;
  /** Wall clock, RFC 3339. */
  readonly submitted: string;
  /** Jobs that have to be done first. */
  readonly after: readonly number[];
  /** Of a plan: which of its entries this is, of how many, and the entries that have to be done first; else null. */
  readonly entry: PlanPlace | null;
}

export interface PlanPlace {
  /** From 0. INVARIANT: the record of a plan's entry `at` stands `at + 1` behind the plan's. */
  readonly at: number;
  readonly of: number;
  readonly after: readonly number[];
}

/** The record of a task that was taken into the queue. */
export function queuedRecord(name: string, parsed: ParsedTask, terms: QueuedTerms): RecordInput {
  return {
    kind: "job_queued",
    core: { task_digest: parsed.digest, ...asObject(terms) },
    payload: { name, task: asJson(parsed.task) },
  };
}

/** The record that a plan's entries stand behind. */
export function planRecord(name: string, entries: number): RecordInput {
  return { kind: "plan_queued", core: { entries }, payload: { name } };
}

/** The record of a job that ended without an execution or a decision that says it. */
export function jobEndRecord(job: number, cause: JobEndCause): RecordInput {
  return { kind: "job_ended", core: { job, cause } };
}

/** What a `job_queued` record says. */
export function queuedTermsOf({
  core,
}: Pick<LedgerRecord, "core">): QueuedTerms & { readonly task_digest: string } {
  assert(
    typeof core["task_digest"] === "string" && Array.isArray(core["after"]),
    "a submission names its task",
  );
  return core as unknown as QueuedTerms & { readonly task_digest: string };
}

/** The job that a decision was made for; null: it came from elsewhere. */
export function jobOfDecision(core: JsonObject): number | null {
  const { job } = core;
  return typeof job === "number" ? job : null;
}

function asObject(terms: QueuedTerms): JsonObject {
  return asJson(terms) as JsonObject;
}
