// The boot clock as it is written down for counting the time between two runs of a governor in one boot.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MACHINE, type Roots } from "../../facts/observed-roots.ts";
import { bootClock } from "../ports.ts";

/**
 * ms since boot; null where it cannot be trusted between runs: outside Linux, and in a time namespace whose boot clock is
 * shifted (time_namespaces(7)), where anybody could have set it forward. Within one run a shift changes nothing.
 */
export function countedUptime(roots: Roots = MACHINE): number | null {
  if (process.platform !== "linux") return null;
  return isShifted(roots) ? null : bootClock();
}

function isShifted({ proc }: Roots): boolean {
  try {
    const offsets = readFileSync(join(proc, "self/timens_offsets"), "utf8");
    return !/^boottime\s+0\s+0$/m.test(offsets);
  } catch (error) {
    // A kernel before 5.6, or built without them, has no such namespaces.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
