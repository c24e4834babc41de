// One change of a request and what changes are chosen by. Which changes there are stands in change-*.ts.
import type { Needs, Task } from "../task/task.ts";
import type { RemedyChange } from "./decision.ts";
import type { Failed } from "./findings.ts";
import type { Situation } from "./situation.ts";

/** One change, and the task with it. */
export interface Change {
  readonly change: RemedyChange;
  readonly summary: string;
  readonly task: Task;
}

/** What changes are chosen by. */
export interface Judgement {
  readonly situation: Situation;
  readonly failures: readonly Failed[];
}

/** The task with some of its needs replaced. */
export function withNeeds(task: Task, needs: Partial<Needs>): Task {
  return { ...task, needs: { ...task.needs, ...needs } };
}
