// Observes the node for one governor: the room `facts/` measures, and what only a governor knows (its tier, its
// throw-away root) is added. Sums, principal and time are not here (judge.ts).
import type { PathFact, PathFacts } from "../decide/facts.ts";
import { accountHome } from "../facts/account-home.ts";
import { ContentHasher } from "../facts/content-hash.ts";
import { observeCpu } from "../facts/cpu.ts";
import { observeHeat } from "../facts/heat.ts";
import { observePaths } from "../facts/identity.ts";
import { observeMemory } from "../facts/memory.ts";
import { MACHINE } from "../facts/observed-roots.ts";
import { observePressure } from "../facts/pressure.ts";
import type { JudgeParts, Observed } from "./judge.ts";
import type { NodeFile } from "./node-file.ts";
import type { Enforcement } from "./open-enforcement.ts";

/** The observer of this home's governor. */
export function observeFor(node: NodeFile, home: string, tier: Enforcement): JudgeParts["observe"] {
  const hasher = new ContentHasher();
  const own = process.geteuid?.() ?? 0;
  const uid = node.task_uid ?? own;
  const gid = node.task_uid ?? process.getegid?.() ?? own;
  const identity = { uid, gid, groups: node.task_uid === null ? (process.getgroups?.() ?? []) : [] };
  return async (_spec, { task }): Promise<Observed> => {
    const paths = await observePaths(task, { identity, home: accountHome(own), writHomes: [home], hasher });
    return {
      node: {
        ...observeMemory(MACHINE),
        cpu: observeCpu(MACHINE),
        memory_some_avg10: observePressure(MACHINE),
        heat: observeHeat(MACHINE),
        isolation: tier.isolation,
        limits: tier.limits,
        gate: "none",
      },
      providers: [],
      paths: node.throw_away === null ? paths : within(node.throw_away.root, paths),
    };
  };
}

/** In a throw-away home only what lies below its root can be granted; the rest is as if the task might not touch it. */
function within(root: string, paths: PathFacts): PathFacts {
  const bound = <T extends PathFact>(fact: T): T =>
    fact.real === root || fact.real?.startsWith(`${root}/`) === true ? fact : { ...fact, permitted: false };
  return {
    ...paths,
    directory: bound(paths.directory),
    reads: paths.reads.map(bound),
    writes: paths.writes.map(bound),
  };
}
