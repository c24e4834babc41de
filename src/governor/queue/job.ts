// A job: a task in the queue, from its submission to its end. Types only.

/** Where a job stands. The last five are ends. */
export type JobState =
  | "waiting"
  | "ready"
  | "deferred"
  | "running"
  | "done"
  | "failed"
  | "refused"
  | "cancelled";

/** A job as people see it. */
export interface Job {
  /** Ledger sequence of its submission. */
  readonly id: number;
  /** What it is called: the task's name, in a plan its id. Untrusted words; empty once erased. */
  readonly name: string;
  /** Ledger sequence of the plan that it came with; null: it came alone. */
  readonly plan: number | null;
  readonly principal: string;
  readonly priority: number;
  readonly state: JobState;
  /** Starts so far. */
  readonly attempts: number;
  readonly retries_max: number;
  /** Wall clock of its latest start, RFC 3339; null: none was given. */
  readonly deadline: string | null;
  /** Wall clock of its submission, RFC 3339. */
  readonly queued: string;
  /** Jobs that have to be done first and are not yet. */
  readonly waits_for: number;
  /** Why it is deferred, or how it ended beside `exit_code`; null: nothing to say. */
  readonly cause: string | null;
  /** Of a deferred job, ms until it is tried again at the latest; null: when something ends. */
  readonly retry_after: number | null;
  /** Exit code of its last run; null: it has none. */
  readonly exit_code: number | null;
  /** Ledger sequence of its last decision; null: none yet. */
  readonly decision: number | null;
}

/** How many jobs are in each state. */
export type JobCounts = { readonly [state in JobState]: number };

/** Why a job ended without an execution that says it. */
export type JobEndCause =
  | "cancelled"
  | "deadline_passed"
  | "dependency_failed"
  | "plan_incomplete"
  | "payload_erased";
