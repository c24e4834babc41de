// The task of a job as the queue's store has it: handed on only if it is the one that was submitted.
import type { ParsedTask } from "../../task/parse-task.ts";
import type { Task } from "../../task/task.ts";
import { sha256 } from "../ports.ts";
import type { StoredJob } from "./stored-job.ts";

/** The task; null: it is not the one whose digest stands beside it. */
export function storedTask({ task, digest }: Pick<StoredJob, "task" | "digest">): ParsedTask | null {
  if (task === null || sha256(task) !== digest) return null;
  const read = parsed(task);
  return read === null ? null : { task: read, canonical: task, digest };
}

/** INVARIANT: a text with the digest of a submission is the canonical form of a task that was parsed then. */
function parsed(text: string): Task | null {
  try {
    return JSON.parse(text) as Task;
  } catch {
    // Text and digest were both replaced: no submission either.
    return null;
  }
}
