// Limits without control groups: resource limits that the kernel holds per process, and a poll of the whole tree that
// kills it over its memory. Processor time is measured, its share is not held.
import { setTimeout as sleep } from "node:timers/promises";
import { WritError } from "../../stdx/writ-error.ts";
import type { TaskBounds, TaskLimits } from "./limits.ts";
import { type ProcessTree, processTree, treeMemory } from "./process-tree.ts";

/** Between two looks at the tree: one process alone is bounded by RLIMIT_DATA meanwhile. */
export const POLL_MS = 50;
/** Every so many looks, all processes of the node are looked at. */
const THOROUGH_EVERY = 20;
const KILL_WAIT_MS_MAX = 10_000;

/**
 * `TaskLimits` by prlimit(1) and polling.
 *
 * RLIMIT_DATA (private writable memory, getrlimit(2)) holds a single process, RLIMIT_NPROC the number of processes and
 * threads of the task's user namespace, and the poll holds the sum, shared memory and memfd files. RLIMIT_AS is not
 * used: runtimes reserve far more addresses than memory.
 */
export function softLimits(bounds: TaskBounds, removed: () => void): TaskLimits {
  const poll = pollTree(bounds.memory);
  return {
    procsFiles: [],
    joinPrefix: [],
    rlimits: [`--data=${bounds.memory}`, `--nproc=${bounds.processes}`, "--core=0"],
    watch: (pid) => poll.watch(pid),
    outOfMemory: () => poll.outOfMemory(),
    usage: () => ({ ...poll.peaks(), source: "polled" }),
    kill: () => poll.kill(),
    remove: async () => {
      await poll.kill();
      poll.stop();
      removed();
    },
  };
}

interface Poll {
  watch(pid: number): void;
  outOfMemory(): boolean;
  peaks(): { readonly memory_peak: number | null; readonly cpu: number | null };
  kill(): Promise<void>;
  stop(): void;
}

function pollTree(memoryMax: number): Poll {
  let tree: ProcessTree | null = null;
  let timer: NodeJS.Timeout | null = null;
  let looks = 0;
  let over = false;
  let peak: number | null = null;
  let cpu: number | null = null;

  const look = (): void => {
    if (tree === null) return;
    const members = tree.sample(looks % THOROUGH_EVERY === 0);
    looks += 1;
    const pids = members.map((member) => member.pid);
    const memory = treeMemory(pids);
    if (memory.upper() > (peak ?? 0)) peak = Math.max(peak ?? 0, memory.exact());
    cpu = Math.max(
      cpu ?? 0,
      members.reduce((total, member) => total + member.cpu, 0),
    );
    if ((peak ?? 0) <= memoryMax) return;
    over = true;
    signal(
      members.map((member) => member.pid),
      "SIGKILL",
    );
  };
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  return {
    watch: (pid) => {
      tree = processTree(pid);
      look();
      timer = setInterval(look, POLL_MS).unref();
    },
    outOfMemory: () => over,
    peaks: () => ({ memory_peak: peak, cpu }),
    kill: async () => {
      look();
      if (tree !== null) await killTree(tree);
    },
    stop,
  };
}

/** Stops every process before killing any, so that none can fork away meanwhile; comes again until none is left. */
async function killTree(tree: ProcessTree): Promise<void> {
  const deadline = performance.now() + KILL_WAIT_MS_MAX;
  for (;;) {
    const members = stopAll(tree);
    if (members.length === 0) return;
    if (performance.now() > deadline) {
      throw new WritError("WRIT_ISOLATION_UNAVAILABLE", `${members.length} processes of a task do not end`, {
        hint: `ps -o pid,state,args -p ${members.join(",")}`,
      });
    }
    signal(members, "SIGKILL");
    await sleep(5);
  }
}

function stopAll(tree: ProcessTree): readonly number[] {
  const stopped = new Set<number>();
  for (;;) {
    const fresh = tree
      .sample(true)
      .map((member) => member.pid)
      .filter((pid) => !stopped.has(pid));
    if (fresh.length === 0) return [...stopped];
    signal(fresh, "SIGSTOP");
    for (const pid of fresh) stopped.add(pid);
  }
}

function signal(pids: readonly number[], name: "SIGSTOP" | "SIGKILL"): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
