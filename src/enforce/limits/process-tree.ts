// The processes of one task and what they use, read from /proc, for the tier without control groups. Reads only; kills
// nothing (soft-limits.ts).
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";

/** One process as read at one moment. */
export interface ProcessSample {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since boot: with the pid it names a process for good. */
  readonly start: number;
  /** ms of processor time of itself and of the children it has waited for. */
  readonly cpu: number;
}

/**
 * The tree below one first process. Remembers who was in it, so that a process whose parent ended is still found.
 * INVARIANT: the task is in a pid namespace whose first process is in this tree, so an orphan's new parent is in it too.
 */
export interface ProcessTree {
  /** The processes that are alive, zombies excluded. `thorough` looks at every process of the node. */
  sample(thorough: boolean): readonly ProcessSample[];
}

/** The tree below `root`. */
export function processTree(root: number): ProcessTree {
  let known = new Map<number, number>();
  const first = readProcess(root);
  if (first !== null) known.set(root, first.start);
  return {
    sample: (thorough) => {
      const found = new Map<number, ProcessSample>();
      const children = thorough ? childrenByScan() : childrenOf;
      const waiting = [...known.keys()];
      for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
        const sample = found.has(pid) ? null : readProcess(pid);
        if (sample === null || (known.get(pid) ?? sample.start) !== sample.start) continue;
        found.set(pid, sample);
        waiting.push(...children(pid));
      }
      known = new Map([...found.values()].map(({ pid, start }) => [pid, start]));
      return [...found.values()];
    },
  };
}

/**
 * Bytes that these processes occupy: resident and swapped memory, and memfd files, which no mapping need show.
 *
 * First the quick sum, in which memory shared by several processes counts for each (`VmRSS`, `VmSwap`); only when that
 * is over half of `memoryMax` the exact one, where it counts once (`Pss`, `SwapPss` of smaps_rollup). So a figure above
 * half is exact, and one below is at most too high. A process that hides its mappings counts with its quick figure.
 *
 * Not in it: files in the sandbox's temporary file systems, which have a size of their own, and shared memory that a
 * task keeps but has unmapped: only control groups see that.
 */
export function treeMemory(pids: readonly number[], memoryMax: number): number {
  const quick = pids.reduce((total, pid) => total + quickBytes(pid), memfdBytes(pids));
  if (quick <= memoryMax / 2) return quick;
  let least = exactBytes(pids);
  for (let again = 0; again < READINGS_AGAIN && least > memoryMax; again += 1) {
    least = Math.min(least, exactBytes(pids));
  }
  return least;
}

/**
 * One process is read after another: a page counts whole for a parent that is read before it forks, and in part for
 * each child read after. So a sum over the bound is taken again, and the least one counts.
 */
const READINGS_AGAIN = 2;

function exactBytes(pids: readonly number[]): number {
  const memfd = memfdBytes(pids);
  let mapped = 0;
  let shared = 0;
  for (const pid of pids) {
    const rollup = readProc(`/proc/${pid}/smaps_rollup`);
    mapped += rollup === null ? quickBytes(pid) : sumBytes(rollup, "Pss", "SwapPss");
    shared += rollup === null ? 0 : sumBytes(rollup, "Pss_Shmem");
  }
  return mapped + Math.max(0, memfd - shared);
}

function quickBytes(pid: number): number {
  return sumBytes(readProc(`/proc/${pid}/status`) ?? "", "VmRSS", "VmSwap");
}

/** The sum of `Key:   number kB` lines. */
function sumBytes(text: string, ...keys: readonly string[]): number {
  const kilobytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0);
  return keys.reduce((total, key) => total + kilobytes(key) * 1024, 0);
}

/** /proc/PID/stat counts in USER_HZ, which is 100 on every architecture here (proc_pid_stat(5)). */
const TICK_MS = 10;

function readProcess(pid: number): ProcessSample | null {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name may hold anything, also ")": the fields begin behind the last one. Field 3 (state) is index 0 here.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  const number = (field: number): number => Number(fields[field - 3]);
  const ticks = number(14) + number(15) + number(16) + number(17);
  return { pid, parent: number(4), start: number(22), cpu: ticks * TICK_MS };
}

/** /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN): quick, and complete enough for a sample. */
function childrenOf(pid: number): readonly number[] {
  return listProc(`/proc/${pid}/task`).flatMap((thread) =>
    (readProc(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number),
  );
}

function childrenByScan(): (pid: number) => readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of listProc("/proc")) {
    const sample = /^\d+$/.test(name) ? readProcess(Number(name)) : null;
    if (sample === null) continue;
    const siblings = children.get(sample.parent);
    if (siblings === undefined) children.set(sample.parent, [sample.pid]);
    else siblings.push(sample.pid);
  }
  return (pid) => children.get(pid) ?? [];
}

/** Each memfd once, however many processes hold it. */
function memfdBytes(pids: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const pid of pids) {
    for (const fd of listProc(`/proc/${pid}/fd`)) {
      const path = `/proc/${pid}/fd/${fd}`;
      const file = ignoringGone(() => (readlinkSync(path).startsWith("/memfd:") ? statSync(path) : null));
      if (file !== null) sizes.set(file.ino, file.blocks * 512);
    }
  }
  return [...sizes.values()].reduce((total, size) => total + size, 0);
}

function readProc(path: string): string | null {
  return ignoringGone(() => readFileSync(path, "utf8"));
}

function listProc(path: string): readonly string[] {
  return ignoringGone(() => readdirSync(path)) ?? [];
}

/** A process may end between two reads; what it held is then nobody's. */
function ignoringGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EINVAL") return null;
    throw error;
  }
}
