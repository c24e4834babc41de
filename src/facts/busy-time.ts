// How long this node's processors have worked since boot, whoever they worked for: what heats it. Not what tasks hold.
import { join } from "node:path";
import { type Roots, readKernelFile } from "./observed-roots.ts";

/** ms of one unit: /proc counts in USER_HZ, which is 100 on every architecture that Node runs on (time(7)). */
const TICK_MS = 10;

/**
 * ms over all processors: user, nice, system, irq, softirq and steal of the first line of /proc/stat (proc_stat(5)); guest
 * time is part of user. null: it cannot be read.
 */
export function busyTime({ proc }: Roots): number | null {
  const line = (readKernelFile(join(proc, "stat")) ?? "").split("\n", 1)[0] ?? "";
  const fields = /^cpu +((?:\d{1,15} ?){8,10})$/.exec(line)?.[1]?.trim().split(" ").map(Number);
  if (fields === undefined) return null;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}
