// How much memory this node has and has free, for us: the machine's figures, or those of a control group that holds us
// if they are smaller. Not what tasks hold (sums come from the governor).
import { freemem, totalmem } from "node:os";
import { join } from "node:path";
import { kernelCount, type Roots, readKernelFile } from "./observed-roots.ts";
import { type OwnCgroup, ownCgroups } from "./own-cgroups.ts";

/** Bytes. */
export interface MemoryFigures {
  readonly memory_total: number;
  readonly memory_available: number;
}

/**
 * MemTotal and MemAvailable (proc_meminfo(5)), lowered to every control group above us. A figure that cannot be read is
 * 0: nothing fits, so nothing is admitted on a guess. Outside Linux: the operating system's total and free memory.
 */
export function observeMemory(roots: Roots, platform: NodeJS.Platform = process.platform): MemoryFigures {
  if (platform !== "linux") return { memory_total: totalmem(), memory_available: freemem() };
  const meminfo = readKernelFile(join(roots.proc, "meminfo")) ?? "";
  let total = kibibytes(meminfo, "MemTotal");
  let available = Math.min(kibibytes(meminfo, "MemAvailable"), total);
  for (const group of ownCgroups(roots, "memory")) {
    const limit = limitOf(group);
    if (limit === null) continue;
    total = Math.min(total, limit);
    available = Math.min(available, Math.max(0, limit - workingSet(group, limit)));
  }
  return { memory_total: total, memory_available: available };
}

function kibibytes(meminfo: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d{1,15}) kB$`, "m").exec(meminfo);
  const bytes = Number(found?.[1] ?? 0) * 1024;
  return Number.isSafeInteger(bytes) ? bytes : 0;
}

/** null: no limit. A v1 group without one shows a number near 2^63, a v2 group `max`; neither is a safe integer. */
function limitOf({ version, folder }: OwnCgroup): number | null {
  return kernelCount(readKernelFile(join(folder, version === 2 ? "memory.max" : "memory.limit_in_bytes")));
}

/** Use without the page cache that the kernel gives back first; all of the limit when it cannot be read. */
function workingSet({ version, folder }: OwnCgroup, limit: number): number {
  const usage = kernelCount(
    readKernelFile(join(folder, version === 2 ? "memory.current" : "memory.usage_in_bytes")),
  );
  if (usage === null) return limit;
  const name = version === 2 ? "inactive_file" : "total_inactive_file";
  const stat = readKernelFile(join(folder, "memory.stat")) ?? "";
  const cache = kernelCount(new RegExp(`^${name} (\\d+)$`, "m").exec(stat)?.[1] ?? null) ?? 0;
  return Math.max(0, usage - cache);
}
