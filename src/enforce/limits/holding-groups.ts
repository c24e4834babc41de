// The control groups of a task that may have children: a group around it and all of them, which bounds the sum, and in it
// one of its own and one for each child. The kernel counts a group's groups with it (cgroup-v1/memory.rst, hierarchy;
// cgroup-v2.rst, top-down constraint). Not the files of either version (cgroup-v1.ts, cgroup-v2.ts).
import type { TaskBounds, TaskLimits } from "./limits.ts";

/** A group around others, bounded and without a process of its own. */
export interface Around<Own> {
  /** Where the groups in it are made. */
  readonly below: Own;
  /** Sets how many processes all of them may have together. */
  setProcesses(count: number): void;
  /** Removes it; nothing is left in it. */
  remove(): Promise<void>;
}

/** How one version of control groups makes them. */
export interface GroupMaker<Own> {
  create(own: Own, name: string, bounds: TaskBounds, removed: () => void): Promise<TaskLimits>;
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

/** The name of the group of a task's own processes, inside the one around it and its children. */
export function innerName(name: string): string {
  return `${name}${INNER}`;
}

/** The task that a group belongs to, by the group's name. */
export function outerName(name: string): string {
  return name.endsWith(INNER) ? name.slice(0, -INNER.length) : name;
}

const INNER = "-own";

/**
 * Limits of a task whose children's groups lie in its own: memory, cores and processes of all of them together stay within
 * `bounds`, but for the processes of the children's sandboxes. On any failure nothing of it is left. `nest` throws what
 * `create` throws. `remove` is called when every child's limits were removed.
 */
export async function createHolding<Own>(
  make: GroupMaker<Own>,
  name: string,
  place: GroupPlace<Own>,
  childName: (id: string, removed: () => void) => { readonly name: string; readonly removed: () => void },
): Promise<TaskLimits> {
  const { bounds } = place;
  const around = await make.around(place.own, name, bounds);
  let processes = bounds.processes;
  const widen = (more: number): void => {
    // The outermost first where there is more, so that no group has more than the one around it.
    if (more > 0) place.widen(more);
    processes += more;
    around.setProcesses(processes);
    if (more < 0) place.widen(more);
  };
  let own: TaskLimits;
  try {
    own = await make.create(around.below, innerName(name), bounds, () => undefined);
  } catch (error) {
    await around.remove();
    throw error;
  }
  let removal: Promise<void> | null = null;
  const remove = async (): Promise<void> => {
    await own.remove();
    await around.remove();
    place.removed();
  };
  return {
    ...own,
    remove: () => (removal ??= remove()),
    nest: async (id, child) => {
      const given = childName(id, () => widen(-child.sandbox));
      widen(child.sandbox);
      const below = { own: around.below, widen, bounds: child.bounds, sandbox: child.sandbox };
      try {
        return child.holds
          ? await createHolding(make, given.name, { ...below, removed: given.removed }, childName)
          : await make.create(around.below, given.name, child.bounds, given.removed);
      } catch (error) {
        given.removed();
        throw error;
      }
    },
  };
}
