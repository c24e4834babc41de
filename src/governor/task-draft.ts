// The answer to `task draft`, as the library and the command line have it. Types only; draft-record.ts makes one.
import type { Cause, Decision } from "../decide/decision.ts";
import type { Task } from "../task/task.ts";
import type { GatheredAttempts } from "./blocked-attempts.ts";
import type { DraftedCall } from "./draft-task.ts";

/** The task that a recorded run would have needed, and what the spec in force says to it. */
export interface TaskDraft {
  /** The record it was drafted from. */
  readonly sequence: number;
  /** A complete task file with its comments. */
  readonly text: string;
  readonly task: Task;
  /** What the spec in force would decide for the whole of it now. */
  readonly outcome: Decision["outcome"];
  /** Whether the run stood behind the gate; one that was granted no call had no network, and nothing it tried was seen. */
  readonly observed: boolean;
  /** Each call that was added or raised, in the order of the task's calls. */
  readonly drafted: readonly JudgedCall[];
  /** Attempts at what has no name that could be declared. */
  readonly unnamed: number;
  /** Attempts at more places than one draft names. */
  readonly beyond: number;
  /** Attempts that no declaration mends. */
  readonly kept: GatheredAttempts["kept"];
}

export interface JudgedCall extends DraftedCall {
  /** The task as it ran with this call alone added, under the spec in force. */
  readonly outcome: Decision["outcome"];
  /** What fails only with this call in it. */
  readonly refused_by: readonly { readonly rule: string; readonly cause: Cause | null }[];
}
