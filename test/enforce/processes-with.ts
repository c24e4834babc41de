// Finds processes of this machine by a word in their command line. For tests that look whether something lived on.
import { readdirSync, readFileSync } from "node:fs";

/** Pids of the live processes, other than this one, whose command line holds `word`. */
export function processesWith(word: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/u.test(name) && Number(name) !== process.pid)
    .filter((name) => commandLine(name).includes(word))
    .map(Number);
}

/** Resolves once none is left; rejects after 10 s. */
export async function waitUntilGone(word: string): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 20) {
    if (processesWith(word).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`still alive: ${processesWith(word).join(" ")}`);
}

/** The last of the line of first children below a process: of the sandbox of a gate worker, the worker. */
export function innermost(pid: number): number {
  const child = readdirSync("/proc").find((name) => /^[0-9]+$/u.test(name) && parentOf(Number(name)) === pid);
  return child === undefined ? pid : innermost(Number(child));
}

/** Field 4 of proc_pid_stat(5), behind the name in parentheses; 0 for a process that ended. */
export function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return ""; // Ended meanwhile.
  }
}
