// Limits by control groups of version 2: one group per task below this process's own, which must be delegated to us.
// Files: Documentation/admin-guide/cgroup-v2.rst.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cpuBandwidth, swapIsOn } from "./cgroup-v1.ts";
import type { CgroupPlaces } from "./find-cgroups.ts";
import {
  makeGroup,
  readGroupField,
  readGroupFile,
  readGroupNumber,
  removeGroup,
  writeGroupFile,
} from "./group-files.ts";
import type { Around, MadeGroups } from "./group-maker.ts";
import type { TaskBounds, Usage } from "./limits.ts";

/** The group below which tasks get theirs. */
export interface CgroupV2 {
  readonly parent: string;
}

const CONTROLLERS = ["memory", "pids", "cpu"] as const;
/** Where this process moves, since a group with enabled controllers may hold no process itself. */
const LEAF = "writ-governor";

/**
 * Enables the controllers for the groups below our own, or says why that cannot be. When our own group holds this
 * process alone, it moves into a leaf group of its own first ("no internal process").
 */
export function cgroupV2(places: CgroupPlaces): CgroupV2 | string {
  if (places.v2 === null) return "no version 2 hierarchy";
  const { own, mount } = places.v2;
  const parent = basename(own) === LEAF && own !== mount ? dirname(own) : own;
  const missing = absent(parent, "cgroup.controllers");
  if (missing.length > 0) return `version 2 without the controllers ${missing.join(", ")}`;
  try {
    if (absent(parent, "cgroup.subtree_control").length > 0) enable(parent, own);
  } catch (error) {
    return `own version 2 group is not delegated: ${(error as Error).message}`;
  }
  const still = absent(parent, "cgroup.subtree_control");
  return still.length > 0 ? `the controllers ${still.join(", ")} stay off` : { parent };
}

function absent(group: string, file: "cgroup.controllers" | "cgroup.subtree_control"): readonly string[] {
  const present = (readGroupFile(group, file) ?? "").split(" ");
  return CONTROLLERS.filter((controller) => !present.includes(controller));
}

function enable(parent: string, own: string): void {
  const leaf = join(parent, LEAF);
  if (parent === own && !isRealRoot(parent)) {
    if (!existsSync(leaf)) makeGroup(leaf);
    writeGroupFile(leaf, "cgroup.procs", String(process.pid));
  }
  writeGroupFile(parent, "cgroup.subtree_control", CONTROLLERS.map((name) => `+${name}`).join(" "));
}

/** The root of the whole hierarchy has no `cgroup.type` and may hold processes. */
function isRealRoot(group: string): boolean {
  return readGroupFile(group, "cgroup.type") === null;
}

/** Makes a group called `name`. */
export async function makeV2(own: CgroupV2, name: string): Promise<MadeGroups> {
  const group = join(own.parent, name);
  makeGroup(group);
  return {
    groups: [group],
    setBounds: (bounds) => boundGroupV2(group, bounds),
    outOfMemory: () => outOfMemoryV2(group),
    usage: () => usageV2(group),
  };
}

/**
 * Makes a group called `name` with the bounds, for groups of tasks in it; on any failure it is removed again. Out of memory
 * in all of them together ends one of them, whole, and not all.
 */
export async function aroundV2(own: CgroupV2, name: string, bounds: TaskBounds): Promise<Around<CgroupV2>> {
  const group = join(own.parent, name);
  makeGroup(group);
  try {
    boundGroupV2(group, bounds);
    if (readGroupFile(group, "memory.oom.group") !== null) writeGroupFile(group, "memory.oom.group", "0");
    writeGroupFile(group, "cgroup.subtree_control", CONTROLLERS.map((one) => `+${one}`).join(" "));
  } catch (error) {
    await removeGroup(group);
    throw error;
  }
  return {
    below: { parent: group },
    setProcesses: (count) => writeGroupFile(group, "pids.max", String(count)),
    remove: () => removeGroup(group),
  };
}

/** Writes the bounds of an existing group: memory, no swap, processes, share of a core; killed whole when out of memory. */
export function boundGroupV2(group: string, bounds: TaskBounds): void {
  writeGroupFile(group, "memory.max", String(bounds.memory));
  if (readGroupFile(group, "memory.swap.max") !== null) writeGroupFile(group, "memory.swap.max", "0");
  else if (swapIsOn()) throw new Error("swap is on and this kernel does not account for it");
  if (readGroupFile(group, "memory.oom.group") !== null) writeGroupFile(group, "memory.oom.group", "1");
  writeGroupFile(group, "pids.max", String(bounds.processes));
  const { quota, period } = cpuBandwidth(bounds.cpu);
  writeGroupFile(group, "cpu.max", `${quota} ${period}`);
}

/** `memory.peak` is there since Linux 5.19; before it the peak is not known. */
export function usageV2(group: string): Usage {
  return {
    memory_peak: readGroupNumber(group, "memory.peak"),
    cpu: milliseconds(readGroupField(group, "cpu.stat", "usage_usec")),
    source: "cgroup-v2",
  };
}

/** Whether the kernel killed a process of the group for memory: `oom` alone counts also allocations that failed. */
export function outOfMemoryV2(group: string): boolean {
  return (readGroupField(group, "memory.events", "oom_kill") ?? 0) > 0;
}

function milliseconds(microseconds: number | null): number | null {
  return microseconds === null ? null : Math.round(microseconds / 1000);
}
