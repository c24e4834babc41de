// Clears the control groups that a dead governor left: a frozen version 1 task outlives its parent. Touches nothing but
// groups of the given name.
import { type Dirent, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { WritError } from "../../stdx/writ-error.ts";
import { emptyGroup, groupProcesses, readGroupFile, removeGroup } from "./group-files.ts";
import { outerName } from "./holding-groups.ts";

/** Far above any real machine; beyond it the search has lost its way. */
const GROUPS_MAX = 100_000;

/**
 * Empties and removes every group below `mounts` whose name starts with `prefix` and is not in `live`; returns how many
 * names that were. A group that this process itself is in stays. A dead governor may have had another group of its own,
 * so the hierarchies are searched whole.
 */
export async function collectLeftovers(
  mounts: Iterable<string>,
  prefix: string,
  live: ReadonlySet<string>,
): Promise<number> {
  const left = [...new Set(mounts)]
    .flatMap((mount) => groupsBelow(mount))
    .filter((group) => basename(group).startsWith(prefix) && !live.has(outerName(basename(group))))
    .filter((group) => !groupProcesses(group).includes(process.pid));
  // A task of version 1 is in several groups, and frozen in one of them nothing ends it from the others.
  const freezersFirst = [...left].sort((a, b) => Number(isFreezer(b)) - Number(isFreezer(a)));
  for (const group of freezersFirst) await emptyGroup(group);
  for (const group of left) await removeGroup(group);
  return new Set(left.map((group) => outerName(basename(group)))).size;
}

function isFreezer(group: string): boolean {
  return readGroupFile(group, "freezer.state") !== null;
}

/** Every group below `mount`, deepest first. */
function groupsBelow(mount: string): readonly string[] {
  const groups = [mount];
  for (let at = 0; at < groups.length; at += 1) {
    const group = groups[at] ?? mount;
    for (const entry of entries(group)) if (entry.isDirectory()) groups.push(join(group, entry.name));
    if (groups.length > GROUPS_MAX) {
      throw new WritError(
        "WRIT_ISOLATION_UNAVAILABLE",
        `more than ${GROUPS_MAX} control groups below \`${mount}\``,
        {
          hint: `find ${mount} -type d | wc -l`,
        },
      );
    }
  }
  return groups.slice(1).reverse();
}

/** Groups come and go while we look. */
function entries(group: string): readonly Dirent[] {
  try {
    return readdirSync(group, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENODEV" || code === "EACCES") return [];
    throw error;
  }
}
