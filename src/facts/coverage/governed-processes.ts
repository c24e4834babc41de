// Processes of governed uids, and which of them are in a control group of Writ's. Counts and names; ends none.
import { join } from "node:path";
import { type Roots, readKernelFile } from "../observed-roots.ts";
import type { BoundedReader } from "./bounded-reader.ts";

/** Processes of one program outside Writ. */
export interface OutsideProcess {
  readonly uid: number;
  /** As the kernel has it (comm): somebody else's word, escape it where it is shown. */
  readonly name: string;
  readonly count: number;
}

export interface GovernedProcesses {
  /** In a control group of a task. */
  readonly inside: number;
  /** Writ's own: governor, gate, client. */
  readonly own: number;
  readonly outside: number;
  /** The most frequent first. */
  readonly names: readonly OutsideProcess[];
}

const NAMES_MAX = 64;

/** A task's group is `writ-HOME-ID` (enforce/limits/open-limits.ts); the governor's own leaf has another form. */
const TASK_GROUP = /\/writ-[a-z0-9]{4,32}-[A-Za-z0-9_-]+(?:\/|$)/m;

/**
 * The processes whose real uid is one of `uids`, without kernel threads. `ownFolder`: where this Writ's code lies; a process
 * whose first script is below it counts as Writ's own, which a process could pretend: this is a figure and no guard.
 */
export function governedProcesses(
  reader: BoundedReader,
  {
    roots,
    uids,
    ownFolder,
  }: { readonly roots: Roots; readonly uids: ReadonlySet<number>; readonly ownFolder: string },
): GovernedProcesses {
  let inside = 0;
  let own = 0;
  const outside = new Map<string, OutsideProcess>();
  const pids = reader.names("/proc").filter((name) => /^\d{1,10}$/.test(name));
  for (const pid of pids) {
    const status = readKernelFile(join(roots.proc, pid, "status")) ?? "";
    const uid = /^Uid:\s*(\d+)/m.exec(status)?.[1];
    if (uid === undefined || !uids.has(Number(uid))) continue;
    const command = readKernelFile(join(roots.proc, pid, "cmdline"), 128 * 1024);
    // Kernel threads and zombies have no command line (proc(5)).
    if (command === "") continue;
    const groups = readKernelFile(join(roots.proc, pid, "cgroup")) ?? "";
    if (TASK_GROUP.test(groups)) inside++;
    else if (isOwn(command, ownFolder)) own++;
    else {
      const name = /^Name:\s*(.*)$/m.exec(status)?.[1] ?? "?";
      const key = `${uid} ${name}`;
      outside.set(key, { uid: Number(uid), name, count: (outside.get(key)?.count ?? 0) + 1 });
    }
  }
  const names = [...outside.values()].sort((left, right) => right.count - left.count);
  return {
    inside,
    own,
    outside: names.reduce((sum, { count }) => sum + count, 0),
    names: names.slice(0, NAMES_MAX),
  };
}

function isOwn(command: string | null, ownFolder: string): boolean {
  const words = (command ?? "").split("\0");
  return words.slice(1, 4).some((word) => word.startsWith(`${ownFolder}/`));
}
