// Which control groups this process is in and where they are mounted, out of two kernel texts. Pure: reads no file and
// makes no group.

/** This process's own group in each hierarchy, as directories. */
export interface CgroupPlaces {
  /** The version 2 group, if that hierarchy is mounted. */
  readonly v2: CgroupPlace | null;
  /** Version 1 groups by controller: memory, pids, cpu, cpuacct, freezer. */
  readonly v1: ReadonlyMap<string, CgroupPlace>;
}

export interface CgroupPlace {
  /** Where the hierarchy is mounted. */
  readonly mount: string;
  /** The group of this process below it. */
  readonly own: string;
}

/**
 * Reads `/proc/self/cgroup` (cgroups(7)) and `/proc/self/mountinfo` (proc_pid_mountinfo(5)). Only mounts at or below
 * `root` count. In a container the mount shows a part of the hierarchy: its root is taken off the group's path.
 */
export function findCgroups(root: string, cgroupText: string, mountinfoText: string): CgroupPlaces {
  const mounts = cgroupMounts(root, mountinfoText);
  const v1 = new Map<string, CgroupPlace>();
  let v2: CgroupPlace | null = null;
  for (const line of cgroupText.split("\n")) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (match === null) continue;
    const [, controllers = "", path = ""] = match;
    if (controllers === "") {
      v2 = place(mounts, (mount) => mount.version === 2, path);
      continue;
    }
    for (const controller of controllers.split(",")) {
      const found = place(mounts, (mount) => mount.controllers.includes(controller), path);
      if (found !== null) v1.set(controller, found);
    }
  }
  return { v2, v1 };
}

interface CgroupMount {
  readonly version: 1 | 2;
  readonly mount: string;
  readonly mountRoot: string;
  readonly controllers: readonly string[];
}

function cgroupMounts(root: string, text: string): readonly CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of text.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const [, , , mountRoot = "", mount = ""] = left.split(" ").map(unescapeOctal);
    const [type, , options = ""] = right.split(" ");
    if (mount !== root && !mount.startsWith(`${root}/`)) continue;
    if (type === "cgroup2") mounts.push({ version: 2, mount, mountRoot, controllers: [] });
    if (type === "cgroup") mounts.push({ version: 1, mount, mountRoot, controllers: options.split(",") });
  }
  return mounts;
}

/** Space, tab, newline and backslash stand as octal in mountinfo. */
function unescapeOctal(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function place(
  mounts: readonly CgroupMount[],
  fits: (mount: CgroupMount) => boolean,
  path: string,
): CgroupPlace | null {
  const found = mounts.find(fits);
  if (found === undefined) return null;
  const base = found.mountRoot === "/" ? "" : found.mountRoot;
  // A group outside what the mount shows cannot be reached; `/../x` is how a group outside the namespace reads.
  if (path.split("/").includes("..")) return null;
  if (path !== base && !path.startsWith(`${base}/`)) return null;
  const below = path.slice(base.length);
  return { mount: found.mount, own: below === "/" || below === "" ? found.mount : `${found.mount}${below}` };
}
