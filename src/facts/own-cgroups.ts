// The control groups this process is in, from its own up to the root of each mounted hierarchy. Not the groups that
// tasks are put into (enforce/).
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Roots, readKernelFile } from "./observed-roots.ts";

/** A group's folder and the interface it has. Documentation/admin-guide/cgroup-v1/ and cgroup-v2.rst of the kernel. */
export interface OwnCgroup {
  readonly version: 1 | 2;
  readonly folder: string;
}

/** Nesting of control groups looked at. */
const LEVELS_MAX = 64;

/**
 * Every group that limits this process for `controller` (`memory`, `cpu`), own group first. Inside a container the path
 * that /proc/self/cgroup names may not be mounted; then the levels that exist are used.
 */
export function ownCgroups(roots: Roots, controller: string): readonly OwnCgroup[] {
  const groups: OwnCgroup[] = [];
  for (const line of (readKernelFile(join(roots.proc, "self/cgroup")) ?? "").split("\n")) {
    const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined) continue;
    if (names === "") groups.push(...levels(unifiedMount(roots), path, 2));
    else if (names.split(",").includes(controller))
      groups.push(...levels(v1Mount(roots, names, controller), path, 1));
  }
  return groups;
}

function levels(mount: string | null, path: string, version: 1 | 2): OwnCgroup[] {
  if (mount === null) return [];
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  const found: OwnCgroup[] = [];
  for (let length = Math.min(parts.length, LEVELS_MAX); length >= 0; length--) {
    const folder = join(mount, ...parts.slice(0, length));
    if (existsSync(folder)) found.push({ version, folder });
  }
  return found;
}

function unifiedMount(roots: Roots): string | null {
  const candidates = [join(roots.sys, "fs/cgroup"), join(roots.sys, "fs/cgroup/unified")];
  return candidates.find((folder) => existsSync(join(folder, "cgroup.controllers"))) ?? null;
}

/** Co-mounted controllers share a folder named by all of them, with a link for each. */
function v1Mount(roots: Roots, names: string, controller: string): string | null {
  const candidates = [controller, names].map((name) => join(roots.sys, "fs/cgroup", name));
  return candidates.find((folder) => existsSync(folder)) ?? null;
}
