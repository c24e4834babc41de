// The task of a job as the queue's store has it: handed on only if it is the one that was submitted.
import type { ParsedTask } from "../../task/parse-task.ts";
import type { Task } from "../../task/task.ts";
import { sha256 } from "../ports.ts";
import type { StoredJob } from "./stored-job.ts";

/** Texts of this many tasks are remembered as read: what comes again and again is parsed and hashed once. */
const KNOWN_MAX = 256;
/** Bytes of a text that is remembered. */
const KNOWN_LENGTH_MAX = 16_384;
/** By digest, the one read longest ago first. */
const known = new Map<string, ParsedTask>();

/** The task; null: it is not the one whose digest stands beside it. */
export function storedTask({ task, digest }: Pick<StoredJob, "task" | "digest">): ParsedTask | null {
  if (task === null) return null;
  const before = known.get(digest);
  if (before?.canonical === task) return before;
  if (sha256(task) !== digest) return null;
  const read = parsed(task);
  if (read === null) return null;
  const made = { task: read, canonical: task, digest };
  if (task.length <= KNOWN_LENGTH_MAX) remember(made);
  return made;
}

function remember(task: ParsedTask): void {
  known.set(task.digest, task);
  if (known.size <= KNOWN_MAX) return;
  const oldest = known.keys().next();
  if (oldest.done !== true) known.delete(oldest.value);
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
