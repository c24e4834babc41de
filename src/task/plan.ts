// A plan: tasks with what each comes after, as one document, and the bounds of waiting. parse-plan.ts reads one.
import type { ParsedTask } from "./parse-task.ts";
import type { Task } from "./task.ts";

/** Room for every order that a person thinks in. */
export const PRIORITY_MAX = 1000;
/** A task that fails for a passing cause this often fails for another one. */
export const RETRIES_MAX = 100;
/** Retries of a task that does not say: a start that a dying governor took away is made up for. */
export const RETRIES_DEFAULT = 2;

/** How a task waits in the queue. */
export interface QueueTerms {
  /** Among the waiting tasks of one principal the highest goes first. */
  readonly priority: number;
  /** The latest start: a time after submission (`2 h`) or an instant (RFC 3339); null: none. */
  readonly deadline: string | null;
  /** How often it may be started again when it ended for a cause that passes. */
  readonly retries_max: number;
}

export interface PlanEntry extends QueueTerms {
  /** Unique in the plan. */
  readonly id: string;
  /** Ids of the entries that have to be done first. */
  readonly after: readonly string[];
  readonly task: Task;
}

export interface Plan {
  readonly plan: string;
  readonly tasks: readonly PlanEntry[];
}

/** A plan whose entries stand behind all that they come after. */
export interface ParsedPlan {
  readonly name: string;
  readonly entries: readonly (Omit<PlanEntry, "task"> & { readonly parsed: ParsedTask })[];
}
