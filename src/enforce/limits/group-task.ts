// One task's limits held by control groups, whichever the version: joining, killing, last figures, removal. What is
// written into the groups and read from them differs by version: cgroup-v1.ts, cgroup-v2.ts.
import { join } from "node:path";
import { emptyGroup, freezeGroup, removeGroup, thawGroup } from "./group-files.ts";
import type { TaskLimits, Usage } from "./limits.ts";

export interface GroupTask {
  /** The task's group in each hierarchy, once each; the first is the one that is emptied. */
  readonly groups: readonly string[];
  readonly outOfMemory: () => boolean;
  readonly usage: () => Usage;
  /** Called once, after removal. */
  readonly removed: () => void;
}

/** `TaskLimits` over existing groups. Figures are read a last time before the groups go. */
export function groupTaskLimits(task: GroupTask): TaskLimits {
  const procsFiles = task.groups.map((group) => join(group, "cgroup.procs"));
  let last: { readonly usage: Usage; readonly outOfMemory: boolean } | null = null;
  const empty = async (): Promise<void> => {
    for (const group of task.groups) await emptyGroup(group);
  };
  let latest: Promise<unknown> = Promise.resolve();
  /** One after the other: a group must not go while another call freezes or kills what is in it. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = latest.then(work);
    latest = turn.then(nothing, nothing);
    return turn;
  };
  /** Every process of the task is in every group; one hierarchy of version 1 alone can freeze. */
  const freeze = async (): Promise<boolean> => {
    if (last !== null) return false;
    const stand = await Promise.all(task.groups.map((group) => freezeGroup(group)));
    return stand.includes(true);
  };
  return {
    procsFiles,
    joinPrefix: ["/bin/sh", "-c", JOIN_SCRIPT, "writ-join", ...procsFiles, "--"],
    rlimits: ["--core=0"],
    watch: () => undefined,
    outOfMemory: () => last?.outOfMemory ?? task.outOfMemory(),
    usage: () => last?.usage ?? task.usage(),
    freeze: () => inTurn(freeze),
    thaw: () => inTurn(async () => (last === null ? task.groups.forEach(thawGroup) : undefined)),
    kill: () => inTurn(async () => (last === null ? await empty() : undefined)),
    remove: () =>
      inTurn(async () => {
        if (last !== null) return;
        await empty();
        last = { usage: task.usage(), outOfMemory: task.outOfMemory() };
        for (const group of task.groups) await removeGroup(group);
        task.removed();
      }),
  };
}

function nothing(): void {
  // Whoever asked for the turn sees how it ended.
}

/** `0` is the writing process itself (Documentation/admin-guide/cgroup-v2.rst), whatever its pid namespace. */
const JOIN_SCRIPT = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done; shift; exec "$@"';
