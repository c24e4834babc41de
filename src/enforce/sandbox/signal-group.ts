// Sends a signal to a task's process group. Not the ending of a task (watch-task.ts), which kills all of it.
import { readFileSync } from "node:fs";

/** What a task can be sent, as a terminal would. */
export type TaskSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/**
 * To the whole process group, as a terminal does: a shell alone would wait for its child. The group is one of the sandbox's
 * own session (bwrap --new-session), so that nothing outside can be in it; its process 1 takes no signal from outside that
 * would end it (pid_namespaces(7)).
 */
export function signalGroup(first: number, name: TaskSignal): void {
  const group = groupOf(first);
  if (group === null || group === groupOf(process.pid)) return;
  try {
    process.kill(-group, name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
  }
}

/** Field 5 of proc_pid_stat(5); the name before it may hold anything. Null: gone. */
function groupOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
    return Number.isSafeInteger(group) && group > 1 ? group : null;
  } catch {
    return null;
  }
}
