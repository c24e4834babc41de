// The processes that govern a home, found in /proc by their own words, and ended. Only for homes that the runner made.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Pids that govern `home`, or are about to. */
export function governorPids(home: string): readonly number[] {
  return pidsWhere((words) => (words[1] ?? "").includes("governor-process") && words[2] === home);
}

/** Pids of gate workers below the governors of `home`. */
export function gatePids(home: string): readonly number[] {
  const governors = new Set(governorPids(home));
  const below = descendants(governors);
  return below.filter((pid) => wordsOf(pid).some((word) => word.includes("gate-process")));
}

/** Pids of processes with `mark` among their words or variables, this process's family included. */
export function pidsMarked(mark: string): readonly number[] {
  return allPids().filter(
    (pid) => textOf(pid, "cmdline").includes(mark) || textOf(pid, "environ").includes(mark),
  );
}

/** ms between a polite end and the other one. */
const GRACE_MS = 5000;
const LOOK_MS = 10;

/** Ends every governor of `home` and waits until it is gone. Throws when one is not. */
export async function endGovernors(home: string): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const pids = governorPids(home);
    signalAll(pids, signal);
    if ((await gone(pids)) && governorPids(home).length === 0) return;
  }
  throw new Error("a governor does not end");
}

/** Of these alone: /proc has hundreds of others, and a look at all of them costs more than an end. */
async function gone(pids: readonly number[]): Promise<boolean> {
  const end = performance.now() + GRACE_MS;
  while (performance.now() < end) {
    if (pids.every((pid) => wordsOf(pid).join("") === "")) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

/** Signals processes that may have ended. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

function pidsWhere(holds: (words: readonly string[]) => boolean): readonly number[] {
  return allPids().filter((pid) => holds(wordsOf(pid)));
}

function allPids(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/u.test(name))
    .map(Number);
}

function wordsOf(pid: number): readonly string[] {
  return textOf(pid, "cmdline").split("\0");
}

function textOf(pid: number, file: "cmdline" | "environ" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    // It ended, or is somebody else's.
    return "";
  }
}

function descendants(of: ReadonlySet<number>): readonly number[] {
  const parents = new Map(allPids().map((pid) => [pid, parentOf(pid)]));
  return [...parents.keys()].filter((pid) => {
    let above = parents.get(pid) ?? 0;
    for (let depth = 0; depth < 20 && above > 1; depth += 1) {
      if (of.has(above)) return true;
      above = parents.get(above) ?? 0;
    }
    return false;
  });
}

/** The fourth field of proc_pid_stat(5), behind a name that may hold anything. */
function parentOf(pid: number): number {
  const stat = textOf(pid, "stat");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "0");
}
