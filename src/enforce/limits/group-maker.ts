// How groups are made, whichever the version of control groups: types only. cgroup-v1.ts and cgroup-v2.ts are the makers;
// create-bounded.ts and holding-groups.ts use them.
import type { GroupTask } from "./group-task.ts";
import type { TaskBounds } from "./limits.ts";

/** A group around others, bounded and without a process of its own. */
export interface Around<Own> {
  /** Where the groups in it are made. */
  readonly below: Own;
  /** Sets how many processes all of them may have together. */
  setProcesses(count: number): void;
  /** Removes it; nothing is left in it. */
  remove(): Promise<void>;
}

/** Groups of one task, without a bound. */
export interface MadeGroups extends Omit<GroupTask, "removed"> {
  setBounds(bounds: TaskBounds): void;
}

/** How one version of control groups makes them. */
export interface GroupMaker<Own> {
  /** On any failure nothing of it is left. */
  make(own: Own, name: string): Promise<MadeGroups>;
  around(own: Own, name: string, bounds: TaskBounds): Promise<Around<Own>>;
}

/** What is made, and where. */
export interface GroupPlace<Own> {
  readonly own: Own;
  readonly bounds: TaskBounds;
  /** Processes of the sandbox among those of `bounds`: they come out of nobody's grant. */
  readonly sandbox: number;
  /** Lets the groups around have so many processes more, or fewer. */
  readonly widen: (processes: number) => void;
  readonly removed: () => void;
}
