// The control groups of a task that may have children: a group around it and all of them, which bounds the sum, and in it
// one of its own and one for each child. The kernel counts a group's groups with it (cgroup-v1/memory.rst, hierarchy;
// cgroup-v2.rst, top-down constraint). Not the files of either version (cgroup-v1.ts, cgroup-v2.ts).
import { createBounded } from "./create-bounded.ts";
import type { GroupMaker, GroupPlace } from "./group-maker.ts";
import type { TaskLimits } from "./limits.ts";

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
    own = await createBounded(make, around.below, innerName(name), { bounds, removed: () => undefined });
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
          : await createBounded(make, around.below, given.name, {
              bounds: child.bounds,
              removed: given.removed,
            });
      } catch (error) {
        given.removed();
        throw error;
      }
    },
  };
}
