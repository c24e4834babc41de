// Which process of a standing sandbox is the task's first one. Read from the kernel, below bubblewrap's monitor. Not the
// launch, and nothing is ended here.
import { readFileSync } from "node:fs";

/** Looks at the children of a process: the kernel may leave out others where one ends meanwhile, and one may at most. */
const LOOKS = 4;

/**
 * The host pid of the first program below `monitor`, once that program said that it runs; null: there is none.
 *
 * The monitor has one child that is process 1 of a namespace, and that one has one child, the first program. It may have
 * another child for a while, from before it became bubblewrap: whoever prepared the mounts of a waiting launcher
 * (launcher-scripts.ts), ending or ended and not waited for yet.
 *
 * @example firstProcess(child.pid) // 4711
 */
export function firstProcess(monitor: number): number | null {
  const inside = onlyOf(monitor, isInit);
  return inside === null ? null : onlyOf(inside, () => true);
}

function onlyOf(parent: number, is: (pid: number) => boolean): number | null {
  for (let look = 0; look < LOOKS; look++) {
    const [first, ...others] = childrenOf(parent).filter(is);
    if (others.length > 0) return null;
    if (first !== undefined) return first;
  }
  return null;
}

/** proc_pid_task_tid_children(5): correct only of those that do not end while it is read. */
function childrenOf(pid: number): readonly number[] {
  const numbers = read(`/proc/${pid}/task/${pid}/children`).match(/\d+/g) ?? [];
  return numbers.map(Number);
}

/** The last number of `NSpid` is that in the innermost namespace (proc_pid_status(5)). */
function isInit(pid: number): boolean {
  return /^NSpid:\t\d+(?:\t\d+)*\t1$/m.test(read(`/proc/${pid}/status`));
}

/** Empty: gone already, and the caller fails closed. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
