// Limits without control groups: resource limits that the kernel holds per process, and a poll of the whole tree that
// kills it over its memory. Processor time is measured, its share is not held.
import { setTimeout as sleep } from "node:timers/promises";
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { TaskBounds, TaskLimits } from "./limits.ts";
import { type ProcessTree, processTree, treeMemory } from "./process-tree.ts";

/** Between two looks at the tree, and between two while it is over half its memory. */
const POLL_MS = 50;
const POLL_SOON_MS = 10;
/** Every so many looks, all processes of the node are looked at. */
const THOROUGH_EVERY = 20;
const KILL_WAIT_MS_MAX = 10_000;
/**
 * What a runtime reserves as private writable memory and never touches: Node 24 does not start below 570 MiB of
 * RLIMIT_DATA, each of its worker threads wants more, and Node 20 starts with 64 MiB (tried on x64).
 */
const RESERVED_BYTES = 1024 ** 3;

/**
 * `TaskLimits` by prlimit(1) and polling.
 *
 * The poll holds the sum of the task's memory, shared memory and memfd files included; what is taken between two looks
 * is bounded for each process by RLIMIT_DATA (private writable memory, getrlimit(2)) at the bound plus 1 GiB.
 * RLIMIT_NPROC holds the number of processes and threads of the task's user namespace. RLIMIT_AS is not used: runtimes
 * reserve far more addresses than memory. A look that fails kills the task.
 */
export function softLimits(bounds: TaskBounds, removed: () => void): TaskLimits {
  const poll = pollTree(bounds.memory);
  return {
    procsFiles: [],
    joinPrefix: [],
    rlimits: [`--data=${bounds.memory + RESERVED_BYTES}`, `--nproc=${bounds.processes}`, "--core=0"],
    watch: (pid) => poll.watch(pid),
    outOfMemory: () => poll.outOfMemory(),
    usage: () => ({ ...poll.peaks(), source: "polled" }),
    freeze: () => poll.freeze(),
    thaw: () => poll.thaw(),
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
  freeze(): Promise<boolean>;
  thaw(): Promise<void>;
  kill(): Promise<void>;
  stop(): void;
}

function pollTree(memoryMax: number): Poll {
  let tree: ProcessTree | null = null;
  let timer: NodeJS.Timeout | null = null;
  let root = 0;
  let looks = 0;
  let over = false;
  let peak: number | null = null;
  let cpu: number | null = null;

  const look = (from: ProcessTree): number => {
    const members = from.sample(looks % THOROUGH_EVERY === 0);
    looks += 1;
    const pids = members.map((member) => member.pid);
    const used = treeMemory(pids, memoryMax);
    const time = members.reduce((total, member) => total + member.cpu, 0);
    peak = Math.max(peak ?? 0, used);
    cpu = Math.max(cpu ?? 0, time);
    if (used > memoryMax) {
      over = true;
      signal(pids, "SIGKILL");
    }
    return used;
  };
  const lookAgain = (from: ProcessTree, first: number): void => {
    let soon = true;
    try {
      soon = look(from) > memoryMax / 2;
    } catch {
      // The first process takes its namespace with it; whatever stays is met again at the next look.
      signal([first], "SIGKILL");
    }
    timer = setTimeout(() => lookAgain(from, first), soon ? POLL_SOON_MS : POLL_MS).unref();
  };
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
  };
  return {
    watch: (pid) => {
      assert(tree === null && pid > 1, "a task is watched once, by the pid of a process of its own");
      tree = processTree(pid);
      root = pid;
      lookAgain(tree, pid);
    },
    outOfMemory: () => over,
    peaks: () => ({ memory_peak: peak, cpu }),
    freeze: async () => tree !== null && stopAll(tree).length > 0,
    thaw: async () => {
      if (tree === null) return;
      const pids = tree.sample(true).map((member) => member.pid);
      signal(pids, "SIGCONT");
    },
    kill: async () => {
      if (tree === null) return;
      stop();
      lookAgain(tree, root);
      await killTree(tree);
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

function signal(pids: readonly number[], name: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
