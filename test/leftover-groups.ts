// Removes the control groups that a killed executor or governor of a test left: the next one of its home would do that,
// and there is none. Hundreds of them slow every later start on the machine. Tests nothing itself.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { collectLeftovers } from "../src/enforce/limits/collect-leftovers.ts";
import { findCgroups } from "../src/enforce/limits/find-cgroups.ts";
import { homePaths } from "../src/governor/home.ts";

/** Ends what is left in the groups of the executor `name` and removes them. It must have ended. */
export async function removeGroups(name: string): Promise<void> {
  if (process.platform !== "linux") return;
  const [own, mounts] = ["cgroup", "mountinfo"].map((file) => readFileSync(`/proc/self/${file}`, "utf8"));
  const places = findCgroups("/sys/fs/cgroup", own ?? "", mounts ?? "");
  const below = [...places.v1.values(), ...(places.v2 === null ? [] : [places.v2])].map((place) => place.own);
  await collectLeftovers(below, `writ-${name}-`, new Set());
}

/** The name that control groups of a test's executor with this run folder have. */
export function groupName(runFolder: string): string {
  return `t${createHash("sha256").update(runFolder).digest("hex").slice(0, 12)}`;
}

/** `removeGroups` of the governors of `home`, if that is a home, whatever a test made of it. */
export async function removeHomeGroups(home: string): Promise<void> {
  const { node } = homePaths(home);
  const name = existsSync(node) ? /[0-9a-f]{32}/.exec(readFileSync(node, "utf8"))?.[0] : undefined;
  if (name !== undefined) await removeGroups(name);
}
