// The two things of the kernel that writs and ledger time stand on: which boot this is and how long it has lasted.
import { readFileSync } from "node:fs";

/**
 * Milliseconds since boot, suspend included: CLOCK_BOOTTIME as /proc/uptime gives it (proc(5), two decimals). Where
 * there is none (macOS) the monotonic clock of the process.
 */
export function bootClock(): number {
  if (process.platform !== "linux") return Math.floor(Number(process.hrtime.bigint() / 1_000_000n));
  const [uptime = ""] = readFileSync("/proc/uptime", "latin1").split(" ");
  return Math.round(Number(uptime) * 1000);
}

/** The kernel's boot id (random(4)); where there is none, the id of this process's life. */
export function bootId(instance: string): string {
  if (process.platform !== "linux") return `process-${instance}`;
  return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
}
