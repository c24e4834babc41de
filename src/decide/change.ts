// One change of a request and what changes are chosen by. Which changes there are stands in change-*.ts.
import type { Needs, Task } from "../task/task.ts";
import type { Cause, RemedyChange } from "./decision.ts";
import type { Judged } from "./judge.ts";

/** One change, and the task with it. */
export interface Change {
  readonly change: RemedyChange;
  readonly summary: string;
  readonly task: Task;
}

/** What changes are chosen by. */
export type Judgement = Pick<Judged, "situation" | "failures">;

/** Whether something failed by one of `causes`. */
export function failsBy({ failures }: Judgement, ...causes: readonly Cause[]): boolean {
  return failures.some(({ finding }) => finding.cause !== null && causes.includes(finding.cause));
}

/** The task with some of its needs replaced. */
export function withNeeds(task: Task, needs: Partial<Needs>): Task {
  return { ...task, needs: { ...task.needs, ...needs } };
}
