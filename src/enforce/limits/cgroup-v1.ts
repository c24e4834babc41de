// Limits by control groups of version 1: one group per hierarchy, each below this process's own.
// Files: Documentation/admin-guide/cgroup-v1/{memory,pids,freezer-subsystem,cpuacct}.rst, scheduler/sched-bwc.rst.
import { readFileSync } from "node:fs";
import { join } from "node:path";
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
import type { TaskBounds } from "./limits.ts";

/** This process's own group in each hierarchy; cpuacct may be missing, then processor time is not measured. */
export interface CgroupV1 {
  readonly freezer: string;
  readonly memory: string;
  readonly pids: string;
  readonly cpu: string;
  readonly cpuacct: string | null;
}

/** The hierarchies that limits need, or which of them is missing. */
export function cgroupV1(places: CgroupPlaces): CgroupV1 | string {
  const own = (controller: string): string | null => places.v1.get(controller)?.own ?? null;
  const [freezer, memory, pids, cpu] = ["freezer", "memory", "pids", "cpu"].map(own);
  if (!freezer || !memory || !pids || !cpu)
    return "no version 1 hierarchies for freezer, memory, pids and cpu";
  return { freezer, memory, pids, cpu, cpuacct: own("cpuacct") };
}

/** Makes a group called `name` in each hierarchy; on any failure everything made is removed again and it is thrown on. */
export async function makeV1(own: CgroupV1, name: string): Promise<MadeGroups> {
  const below = groupsCalled(own, name);
  const groups = await makeAll(below);
  return {
    groups,
    setBounds: (bounds) => boundV1(below, bounds),
    outOfMemory: () => (readGroupField(below.memory, "memory.oom_control", "oom_kill") ?? 0) > 0,
    usage: () => ({
      memory_peak: readGroupNumber(below.memory, "memory.max_usage_in_bytes"),
      cpu: below.cpuacct === null ? null : milliseconds(readGroupNumber(below.cpuacct, "cpuacct.usage")),
      source: "cgroup-v1",
    }),
  };
}

/** Makes groups called `name` with the bounds, for groups of tasks in them; on any failure nothing of it is left. */
export async function aroundV1(own: CgroupV1, name: string, bounds: TaskBounds): Promise<Around<CgroupV1>> {
  const below = groupsCalled(own, name);
  const groups = await makeAll(below);
  const remove = async (): Promise<void> => {
    for (const path of groups) await removeGroup(path);
  };
  try {
    // Before Linux 5.11 a group counts those in it only when it is told to, while there are none.
    if (readGroupNumber(below.memory, "memory.use_hierarchy") === 0)
      writeGroupFile(below.memory, "memory.use_hierarchy", "1");
    boundV1(below, bounds);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    below,
    setProcesses: (count) => writeGroupFile(below.pids, "pids.max", String(count)),
    remove,
  };
}

function groupsCalled({ freezer, memory, pids, cpu, cpuacct }: CgroupV1, name: string): CgroupV1 {
  const group = (parent: string): string => join(parent, name);
  return {
    freezer: group(freezer),
    memory: group(memory),
    pids: group(pids),
    cpu: group(cpu),
    cpuacct: cpuacct === null ? null : group(cpuacct),
  };
}

async function makeAll({ freezer, memory, pids, cpu, cpuacct }: CgroupV1): Promise<readonly string[]> {
  const groups = [...new Set([freezer, memory, pids, cpu, ...(cpuacct === null ? [] : [cpuacct])])];
  const made: string[] = [];
  try {
    for (const path of groups) {
      makeGroup(path);
      made.push(path);
    }
    return groups;
  } catch (error) {
    for (const path of made) await removeGroup(path);
    throw error;
  }
}

function boundV1({ memory, pids, cpu }: CgroupV1, bounds: TaskBounds): void {
  boundMemory(memory, bounds.memory);
  writeGroupFile(pids, "pids.max", String(bounds.processes));
  boundCpu(cpu, bounds.cpu);
}

/** Memory first, then memory with swap, which may not be the lower one. Without swap accounting there must be no swap. */
function boundMemory(group: string, bytes: number): void {
  writeGroupFile(group, "memory.limit_in_bytes", String(bytes));
  if (readGroupFile(group, "memory.memsw.limit_in_bytes") !== null) {
    writeGroupFile(group, "memory.memsw.limit_in_bytes", String(bytes));
  } else if (swapIsOn()) {
    throw new Error("swap is on and this kernel does not account for it (boot with swapaccount=1)");
  }
}

/** Whether any swap area is on: /proc/swaps has a heading and a line per area. */
export function swapIsOn(): boolean {
  return readFileSync("/proc/swaps", "utf8").trim().split("\n").length > 1;
}

function boundCpu(group: string, thousandths: number): void {
  const { quota, period } = cpuBandwidth(thousandths);
  writeGroupFile(group, "cpu.cfs_period_us", String(period));
  writeGroupFile(group, "cpu.cfs_quota_us", String(quota));
}

/**
 * Quota and period in µs. The kernel takes a quota of at least 1 ms and a period of at most 1 s, so a share below a
 * hundredth of a core needs the long period.
 *
 * @example cpuBandwidth(500) // { quota: 50_000, period: 100_000 }
 */
export function cpuBandwidth(thousandths: number): { readonly quota: number; readonly period: number } {
  const period = thousandths < 10 ? 1_000_000 : 100_000;
  return { quota: Math.floor((thousandths * period) / 1000), period };
}

function milliseconds(nanoseconds: number | null): number | null {
  return nanoseconds === null ? null : Math.round(nanoseconds / 1e6);
}
