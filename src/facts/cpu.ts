// How much processor this node has for us: cores we may run on, lowered to the quota of each control group above us.
// Not load: what tasks hold comes from the governor.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { kernelCount, type Roots, readKernelFile } from "./observed-roots.ts";
import { type OwnCgroup, ownCgroups } from "./own-cgroups.ts";

/** Bytes of a core list such as `0-3,8`; 8192 cores fit. */
const LIST_MAX = 64 * 1024;

/**
 * Thousandths of a core: cores both online (/sys/devices/system/cpu/online) and in our affinity (Cpus_allowed_list of
 * proc_pid_status(5)), and at most the smallest quota (cpu.max, or cpu.cfs_quota_us over cpu.cfs_period_us). 0 when
 * neither list can be read: nothing is admitted on a guess.
 */
export function observeCpu(roots: Roots, platform: NodeJS.Platform = process.platform): number {
  if (platform !== "linux") return availableParallelism() * 1000;
  const online = coreList(readKernelFile(join(roots.sys, "devices/system/cpu/online"), LIST_MAX));
  const status = readKernelFile(join(roots.proc, "self/status")) ?? "";
  const allowed = coreList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? null);
  const cores =
    online !== null && allowed !== null
      ? new Set([...online].filter((core) => allowed.has(core)))
      : (online ?? allowed);
  const quotas = ownCgroups(roots, "cpu").map(quotaOf);
  return Math.min((cores?.size ?? 0) * 1000, ...quotas.filter((quota) => quota !== null));
}

/** The cores of `0-3,8`, or null when it is not such a list. */
function coreList(text: string | null): Set<number> | null {
  const cores = new Set<number>();
  for (const part of (text ?? "").trim().split(",")) {
    const [, from, to] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? [];
    if (from === undefined) return null;
    for (let core = Number(from); core <= Number(to ?? from); core++) cores.add(core);
  }
  return cores;
}

/** Thousandths of a core; null: no quota. */
function quotaOf({ version, folder }: OwnCgroup): number | null {
  const [quota, period] =
    version === 2
      ? (readKernelFile(join(folder, "cpu.max")) ?? "").trim().split(" ")
      : [readKernelFile(join(folder, "cpu.cfs_quota_us")), readKernelFile(join(folder, "cpu.cfs_period_us"))];
  const time = kernelCount(quota ?? null);
  const span = kernelCount(period ?? null);
  return time === null || span === null || span === 0 ? null : Math.floor((time * 1000) / span);
}
