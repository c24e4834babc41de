// A task's groups with its bounds: made for it, or made ahead of it. Not the files of either version (cgroup-v1.ts,
// cgroup-v2.ts).
import { emptyGroup, removeGroup } from "./group-files.ts";
import type { GroupMaker, GroupPlace } from "./group-maker.ts";
import { groupTaskLimits } from "./group-task.ts";
import type { AheadLimits, TaskLimits } from "./limits.ts";

/** Makes groups called `name` and sets the bounds; on any failure they are removed again and the failure is thrown on. */
export async function createBounded<Own>(
  maker: GroupMaker<Own>,
  own: Own,
  name: string,
  { bounds, removed }: Pick<GroupPlace<Own>, "bounds" | "removed">,
): Promise<TaskLimits> {
  const made = await maker.make(own, name);
  try {
    made.setBounds(bounds);
  } catch (error) {
    for (const group of made.groups) await removeGroup(group);
    throw error;
  }
  return groupTaskLimits({ ...made, removed });
}

/** As `Limits.ahead`, but that `become` throws what the kernel said. */
export async function createAhead<Own>(
  maker: GroupMaker<Own>,
  own: Own,
  name: string,
  removed: () => void,
): Promise<AheadLimits> {
  const made = await maker.make(own, name);
  let taken = false;
  let removal: Promise<void> | null = null;
  const remove = async (): Promise<void> => {
    for (const group of made.groups) await emptyGroup(group);
    for (const group of made.groups) await removeGroup(group);
    removed();
  };
  const { procsFiles } = groupTaskLimits({ ...made, removed });
  return {
    procsFiles,
    become: (bounds) => {
      made.setBounds(bounds);
      taken = true;
      const before = made.usage().cpu ?? 0;
      const usage: typeof made.usage = () => {
        const used = made.usage();
        return { ...used, cpu: used.cpu === null ? null : Math.max(0, used.cpu - before) };
      };
      return groupTaskLimits({ ...made, usage, removed });
    },
    remove: async () => {
      if (!taken) await (removal ??= remove());
    },
  };
}
