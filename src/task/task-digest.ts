// The identity of a task: its canonical form and the hash of that. Every word of a task is part of it, also those that
// move nothing, so that a record shows the very task that was decided.
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { Json } from "../stdx/json.ts";
import type { Sha256 } from "../stdx/ports.ts";
import type { Task } from "./task.ts";

/** The canonical form (RFC 8785) of `task`. */
export function canonicalTask(task: Task): string {
  return canonicalJson(task as unknown as Json);
}

/** Lower-case hexadecimal SHA-256 of the canonical form in UTF-8. */
export function taskDigest(task: Task, sha256: Sha256): string {
  return sha256(canonicalTask(task));
}
