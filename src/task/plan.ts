// A plan: tasks with what each comes after, as one document. Types only; parse-plan.ts reads one.
import type { ParsedTask } from "./parse-task.ts";
import type { Task } from "./task.ts";

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
