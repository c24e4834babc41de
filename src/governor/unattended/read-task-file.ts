// Reads the file of the task that tells somebody (`notify.task`). Who can write it decides what the governor submits, so it is
// judged by its descriptor: the governor's own or root's, and nobody else's to write. Not the language of tasks.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { err, ok, type Result } from "../../stdx/result.ts";

/** As for every task document, bytes. */
const BYTES_MAX = 4_194_304;

/** Its text, or in one word why not. Never throws for what is there. */
export function readTaskFile(
  path: string,
  uid: number,
): Result<string, "task_missing" | "task_unreadable" | "task_unsafe"> {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return err((error as NodeJS.ErrnoException).code === "ENOENT" ? "task_missing" : "task_unreadable");
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return err("task_unreadable");
    if ((stat.uid !== uid && stat.uid !== 0) || (stat.mode & 0o022) !== 0) return err("task_unsafe");
    const buffer = Buffer.alloc(Math.min(stat.size, BYTES_MAX) + 1);
    const length = readSync(descriptor, buffer, 0, buffer.length, 0);
    if (length > BYTES_MAX || length === buffer.length) return err("task_unreadable");
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, length)));
  } catch {
    return err("task_unreadable");
  } finally {
    closeSync(descriptor);
  }
}
