// Time that nobody sets: milliseconds since boot. Not wall time, which is only ever shown.
import { join } from "node:path";
import type { BootClock } from "../stdx/ports.ts";
import { WritError } from "../stdx/writ-error.ts";
import { MACHINE, type Roots, readKernelFile } from "./observed-roots.ts";

/** Bytes of /proc/uptime. */
const UPTIME_MAX = 256;

/**
 * A clock from /proc/uptime, which counts CLOCK_BOOTTIME: time in suspend included, setting the clock without effect
 * (fs/proc/uptime.c, ktime_get_boottime_ts64). Resolution 10 ms. Throws WRIT_FILE_UNREADABLE when it cannot be read:
 * without time nothing is admitted.
 *
 * Outside Linux it is Node's monotonic clock, which stands still in suspend; nothing runs there, so no writ outlives it.
 */
export function createBootClock(
  roots: Roots = MACHINE,
  platform: NodeJS.Platform = process.platform,
): BootClock {
  if (platform !== "linux") return () => Math.floor(Number(process.hrtime.bigint() / 1_000_000n));
  const path = join(roots.proc, "uptime");
  return () => {
    const [, seconds, hundredths] =
      /^(\d{1,12})\.(\d{2}) /.exec(readKernelFile(path, UPTIME_MAX) ?? "") ?? [];
    if (seconds === undefined || hundredths === undefined) {
      throw new WritError("WRIT_FILE_UNREADABLE", `\`${path}\` does not tell the time since boot`, {
        hint: "mount /proc",
      });
    }
    return Number(seconds) * 1000 + Number(hundredths) * 10;
  };
}
