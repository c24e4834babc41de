// The bubblewrap command line of a task. Pure text: nothing is opened, mounted or started here.
import type { MaskedPath } from "./hidden-places.ts";
import { covers } from "./open-grants.ts";
import { systemArguments, type WholeEtc } from "./system-root.ts";

/** Where bubblewrap takes a mount from: a descriptor it inherits, or a path that it can reach. */
export type MountSource = { readonly fd: number } | { readonly path: string };

export interface Mount {
  readonly source: MountSource;
  /** Absolute path inside the sandbox. */
  readonly target: string;
  readonly writable: boolean;
}

export interface SandboxPlan {
  readonly uid: number;
  readonly gid: number;
  /** Folder of the made-up /etc files, or of the whole of /etc, as bubblewrap reaches it. */
  readonly etc: string | WholeEtc;
  /** Later ones win where two have the same target. */
  readonly mounts: readonly Mount[];
  readonly masked: readonly MaskedPath[];
  /** Working directory; an empty read-only one is made when no mount shows it. */
  readonly directory: string;
  /**
   * `none`: a network namespace of its own with nothing in it. Else the one that the launcher made: with its models alone,
   * or with the gate, whose name service and authorities are then shown.
   */
  readonly network: "none" | "models" | "gate";
  readonly environment: Readonly<Record<string, string>>;
  /** Descriptors of seccomp programs, applied in order. */
  readonly filters: readonly number[];
  /** Bytes. */
  readonly memory: number;
}

/**
 * The arguments after `bwrap`, up to `--` and the command. The root is read-only in the end, so that a task writes to its write grants, its own
 * `/tmp` and `/dev/shm`, and nowhere else.
 *
 * @example spawn("bwrap", [...bwrapArguments(plan), "--", ...command]);
 */
export function bwrapArguments(plan: SandboxPlan): readonly string[] {
  return [...fixedArguments(plan), ...taskArguments(plan)];
}

/** Those that are known before the task is: all of the isolation. */
export function fixedArguments({
  uid,
  gid,
  network,
}: Pick<SandboxPlan, "uid" | "gid" | "network">): readonly string[] {
  const net = network === "none" ? ["--unshare-net"] : [];
  return [...ISOLATION, ...net, "--uid", String(uid), "--gid", String(gid)];
}

/** What the task's grants add, up to its command: mounts, variables, filters. Everything below the root is made here. */
export function taskArguments(plan: SandboxPlan): readonly string[] {
  return [
    ...Object.entries(plan.environment).map(([name, value]) => ["--setenv", name, value]),
    systemArguments(plan.etc, plan.memory, plan.network === "gate"),
    workingDirectory(plan),
    ...inMountOrder(plan.mounts).map((mount) => mountArguments(mount)),
    ...plan.masked.map((masked) => maskArguments(masked)),
    ["--remount-ro", "/", "--chdir", plan.directory],
    ...plan.filters.map((fd) => ["--add-seccomp-fd", String(fd)]),
  ].flat();
}

/**
 * Every namespace anew, no capability, no further user namespace, no terminal of ours, no variable of ours; and the
 * whole of it is killed with its parent.
 */
const ISOLATION: readonly string[] = [
  ["--unshare-user", "--disable-userns", "--cap-drop", "ALL"],
  ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
  ["--die-with-parent", "--new-session", "--clearenv"],
  ["--hostname", "task"],
].flat();

function workingDirectory(plan: SandboxPlan): readonly string[] {
  const shown = plan.mounts.some((mount) => covers(mount.target, plan.directory));
  return shown ? [] : ["--dir", plan.directory];
}

/** Outer folders first, so that what lies inside another mount is mounted upon it; one mount a target. */
function inMountOrder(mounts: readonly Mount[]): readonly Mount[] {
  const byTarget = new Map(mounts.map((mount) => [mount.target, mount]));
  return [...byTarget.values()].sort((a, b) => depthOf(a.target) - depthOf(b.target));
}

function depthOf(path: string): number {
  return path.split("/").length;
}

function mountArguments({ source, target, writable }: Mount): readonly string[] {
  if ("fd" in source) return [writable ? "--bind-fd" : "--ro-bind-fd", String(source.fd), target];
  return [writable ? "--bind" : "--ro-bind", source.path, target];
}

/** A folder becomes an empty one that nobody may enter; a file becomes a device node on a mount without devices. */
function maskArguments({ path, kind }: MaskedPath): readonly string[] {
  if (kind === "file") return ["--ro-bind", "/dev/null", path];
  return ["--size", "4096", "--perms", "0000", "--tmpfs", path, "--remount-ro", path];
}
