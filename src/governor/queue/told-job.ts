// A job of the queue's store as people see it.
import type { Job } from "./job.ts";
import type { StoredJob } from "./stored-job.ts";

/** The job at ledger time `now`, ms. */
export function toldJob(job: StoredJob, now: number): Job {
  const { id, name, plan, principal, priority, state, attempts, retries_max } = job;
  const { deadline_wall, queued_wall, waits_for, cause, due, exit_code, decision } = job;
  return {
    id,
    name,
    plan,
    principal,
    priority,
    state,
    attempts,
    retries_max,
    deadline: deadline_wall,
    queued: queued_wall,
    waits_for,
    cause,
    retry_after: due === null ? null : Math.max(0, due - now),
    exit_code,
    decision,
  };
}
