// What holds a task to its memory, processes and processor time, as a contract. Types only: open-limits.ts proves a
// tier and opens it; cgroup-v1.ts, cgroup-v2.ts and soft.ts implement it.

/** A task's bounds, as its writ grants them. The sandbox's own processes count among them. */
export interface TaskBounds {
  /** Bytes, swap included; at least one page. */
  readonly memory: number;
  /** Processes and threads; at least 1. */
  readonly processes: number;
  /** Thousandths of a core; at least 1. Not held in the soft tier, only measured. */
  readonly cpu: number;
}

/** Where a figure comes from. */
export type UsageSource = "cgroup-v2" | "cgroup-v1" | "polled";

export interface Usage {
  /** Bytes; null: this kernel does not say. Page cache counts in the cgroup tiers. */
  readonly memory_peak: number | null;
  /** ms of processor time of all its processes, ended ones included; null: not measurable. */
  readonly cpu: number | null;
  readonly source: UsageSource;
}

/** Limits of this node, proved by trying to break them. */
export interface Limits {
  readonly tier: "cgroup" | "soft";
  readonly source: UsageSource;
  /** What was tried and seen, one line each, the refused tiers first. */
  readonly evidence: readonly string[];
  /**
   * Prepares the bounds of one task. `id` is 1 to 64 of `[A-Za-z0-9_-]` and unique among live tasks. Throws
   * `WritError` (WRIT_ISOLATION_UNAVAILABLE) when a bound cannot be set; then nothing is left behind. `holds`: children of
   * the task will be inside its bounds, which the soft tier cannot hold and so does not set.
   */
  create(id: string, bounds: TaskBounds, holds?: boolean): Promise<TaskLimits>;
  /**
   * Makes the groups of a task that is not known yet, for what waits for it to join. Absent: this tier has none. Throws as
   * `create`.
   */
  readonly ahead?: () => Promise<AheadLimits>;
  /**
   * Thaws, kills and removes what an earlier governor of the same name left behind, and returns how many tasks that
   * were. Live tasks of this one are not touched.
   */
  collectLeftovers(): Promise<number>;
}

/** Groups without a bound yet: nothing of a task may be in them. */
export interface AheadLimits {
  /** As in `TaskLimits`. */
  readonly procsFiles: readonly string[];
  /**
   * Sets the bounds and makes them the task's own, once; what was used before is not counted as the task's time. Throws as
   * `Limits.create`; then they are still to be removed.
   */
  become(bounds: TaskBounds): TaskLimits;
  /** Kills what is in them and removes them; without effect once they are a task's. Idempotent. */
  remove(): Promise<void>;
}

/** The bounds of a task that another one submitted. */
export interface NestedBounds {
  readonly bounds: TaskBounds;
  /** Processes of its sandbox among those of `bounds`. */
  readonly sandbox: number;
  readonly holds: boolean;
}

/** The bounds of one task. */
export interface TaskLimits {
  /**
   * Files into which the launcher writes `0` (itself) before it starts anything of the task, in this order, as the
   * user that opened the limits. Empty in the soft tier.
   */
  readonly procsFiles: readonly string[];
  /** An argv prefix that does the same and then executes the rest; exits 125 when it cannot. Empty in the soft tier. */
  readonly joinPrefix: readonly string[];
  /**
   * Arguments for prlimit(1), to be set inside the task's fresh user namespace (RLIMIT_NPROC counts per namespace).
   * Without core files in every tier.
   */
  readonly rlimits: readonly string[];
  /**
   * Tells which process is the task's first, as soon as there is one. Needed in the soft tier, which polls its tree;
   * no effect otherwise. A task over its memory is killed from here.
   */
  watch(pid: number): void;
  /** Whether a process of the task was killed for its memory. Stays readable after `remove`. */
  outOfMemory(): boolean;
  /** What was used so far. Stays readable after `remove`. */
  usage(): Usage;
  /**
   * Stops every process of the task where it stands, until `thaw` or `kill`. Tells whether all of them stand: false when the
   * kernel cannot, or not within a second. Without effect once the task was removed.
   */
  freeze(): Promise<boolean>;
  /** Lets them go on. Without effect on what is not frozen. */
  thaw(): Promise<void>;
  /** Kills every process of the task; resolves once none is left, throws `WritError` if some stay after 10 s. */
  kill(): Promise<void>;
  /** As `Limits.create`, inside these bounds; only of a task that holds others. */
  nest?(id: string, child: NestedBounds): Promise<TaskLimits>;
  /** Kills what is left, keeps the last figures and releases everything. Idempotent. */
  remove(): Promise<void>;
}
