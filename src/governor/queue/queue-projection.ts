// Applies ledger records to the queue's store: the same function live and at a rebuild, so that both give the same. Appends
// nothing and starts nothing.
import type { Observation } from "../../enforce/execution.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import { canonicalJson } from "../../stdx/canonical-json.ts";
import type { Json, JsonObject } from "../../stdx/json.ts";
import type { JobState } from "./job.ts";
import { jobOfDecision, queuedTermsOf } from "./job-records.ts";
import type { JobStore } from "./job-store.ts";
import type { StoredJob } from "./stored-job.ts";

/** As much of a record as the queue needs. */
export type QueueRecord = Pick<LedgerRecord, "kind" | "sequence" | "core" | "payload">;

/** Causes that pass by themselves: what they ended may be started again. */
const PASSING: ReadonlySet<string> = new Set([
  "launch_failed",
  "governor_stops",
  "client_gone",
  "unsettled",
  "too_hot",
  "offline",
  "halted",
]);

/** Applies `record`; gives the job that it is about, or null. Applied once a record, in order. */
export function projectJob(record: QueueRecord, store: JobStore): number | null {
  switch (record.kind) {
    case "plan_queued":
      store.plan(record.sequence, Number(record.core["entries"]));
      return null;
    case "job_queued":
      return queued(record, store);
    case "decision":
      return decided(record, store);
    case "settlement":
    case "recovery":
      return settled(record, store);
    case "job_ended":
      return endedBy(record, store);
    default:
      return null;
  }
}

function queued(record: QueueRecord, store: JobStore): number {
  const terms = queuedTermsOf(record);
  const { sequence: id } = record;
  const plan = terms.entry === null ? null : id - 1 - terms.entry.at;
  const entries = (terms.entry?.after ?? []).map((at) => (plan ?? 0) + 1 + at);
  const open = [...new Set([...terms.after, ...entries])].filter((earlier) => isOpen(store.get(earlier)));
  const { name, task } = (record.payload ?? {}) as { readonly name?: string; readonly task?: Json };
  store.insert({
    id,
    name: name ?? "",
    plan,
    principal: terms.principal,
    priority: terms.priority,
    state: open.length === 0 ? "ready" : "waiting",
    retries_max: terms.retries_max,
    deadline: terms.deadline?.time ?? null,
    deadline_wall: terms.deadline?.wall ?? null,
    queued_wall: terms.submitted,
    waits_for: open.length,
    task: task === undefined ? null : canonicalJson(task),
    digest: terms.task_digest,
  });
  for (const earlier of open) store.depend(earlier, id);
  if (plan !== null) store.planEntry(plan);
  return id;
}

/** One that is done, or that was forgotten since, holds nobody up: it was looked at when the submission was taken. */
function isOpen(job: StoredJob | null): boolean {
  return job !== null && job.state !== "done";
}

function decided({ core, sequence }: QueueRecord, store: JobStore): number | null {
  const id = jobOfDecision(core);
  const job = id === null ? null : store.get(id);
  if (id === null || job === null || isEnd(job.state)) return null;
  if (core["outcome"] === "admit") store.start(id, sequence);
  else if (core["outcome"] === "refuse")
    end(store, id, "refused", { cause: firstCause(core), exit_code: null, decision: sequence });
  else store.defer(id, { cause: firstCause(core), due: null, decision: sequence });
  return id;
}

function settled({ kind, core }: QueueRecord, store: JobStore): number | null {
  const job = store.running(Number(core["decision"]));
  if (job === null) return null;
  const seen = kind === "settlement" ? (core["observation"] as unknown as Observation) : null;
  const cause = seen?.cause ?? wordOf(core["cause"]);
  const exit_code = seen?.exit_code ?? null;
  if (PASSING.has(cause)) {
    if (job.attempts <= job.retries_max) store.again(job.id, cause);
    else end(store, job.id, "failed", { cause, exit_code, decision: null });
  } else if (cause === "cancelled") end(store, job.id, "cancelled", { cause, exit_code, decision: null });
  else if (cause === "exited" && exit_code === 0)
    end(store, job.id, "done", { cause: null, exit_code, decision: null });
  else end(store, job.id, "failed", { cause, exit_code, decision: null });
  return job.id;
}

function endedBy({ core }: QueueRecord, store: JobStore): number | null {
  const id = Number(core["job"]);
  const job = store.get(id);
  if (job === null || isEnd(job.state)) return null;
  end(store, id, "cancelled", { cause: wordOf(core["cause"]), exit_code: null, decision: null });
  return id;
}

/** Whether nothing more comes of a job in this state. */
export function isEnd(state: JobState): boolean {
  return state === "done" || state === "failed" || state === "refused" || state === "cancelled";
}

/** INVARIANT: those who wait for one that failed keep waiting until a record of their own ends them. */
function end(store: JobStore, id: number, state: JobState, how: Parameters<JobStore["end"]>[2]): void {
  store.end(id, state, how);
  if (state !== "done") return;
  for (const later of store.later(id)) store.met(later);
  store.release(id);
}

function firstCause(core: JsonObject): string {
  const { causes } = core;
  return Array.isArray(causes) && typeof causes[0] === "string" ? causes[0] : "unknown";
}

/** A word of ours, as a record's core has it. */
function wordOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "unknown";
}
