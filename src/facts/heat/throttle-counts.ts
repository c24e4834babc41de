// How often this node's processors were slowed down because they were too hot, as their own counters say. Not whether that
// is happening now: heat-watch.ts compares two looks.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { kernelCount, type Roots, readKernelFile } from "../observed-roots.ts";

/** Processors looked at. */
const PROCESSORS_MAX = 1024;

/** Bits of the firmware's word: throttled now, soft temperature limit now (raspberrypi.com, `vcgencmd get_throttled`). */
const FIRMWARE_HOT_NOW = 0b1100;

export interface ThrottleCounts {
  /** By counter, `cpu3 package`. */
  readonly counts: ReadonlyMap<string, number>;
  /** What says that it is throttled at this moment; null: nothing says so. */
  readonly now: string | null;
}

/**
 * `thermal_throttle/core_throttle_count` and `package_throttle_count` of each processor (arch/x86/kernel/cpu/mce/therm_throt.c)
 * and a Raspberry Pi's `soc:firmware/get_throttled` (drivers/firmware/raspberrypi.c). Empty where there are none.
 */
export function throttleCounts({ sys }: Roots): ThrottleCounts {
  const counts = new Map<string, number>();
  const base = join(sys, "devices/system/cpu");
  for (const cpu of processors(base)) {
    for (const kind of ["core", "package"]) {
      const text = readKernelFile(join(base, cpu, `thermal_throttle/${kind}_throttle_count`), 64);
      const count = kernelCount(text);
      if (count !== null) counts.set(`${cpu} ${kind}`, count);
    }
  }
  const word = readKernelFile(join(sys, "devices/platform/soc/soc:firmware/get_throttled"), 64)?.trim();
  const bits = word !== undefined && /^(?:0x)?[0-9a-f]{1,8}$/i.test(word) ? Number.parseInt(word, 16) : 0;
  return { counts, now: (bits & FIRMWARE_HOT_NOW) === 0 ? null : "soc:firmware" };
}

function processors(base: string): readonly string[] {
  try {
    return readdirSync(base)
      .filter((name) => /^cpu\d+$/.test(name))
      .slice(0, PROCESSORS_MAX);
  } catch {
    // No such folder: no such counters.
    return [];
  }
}
