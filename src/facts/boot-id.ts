// Which boot of this machine it is: a writ does not outlive it. Not an identity of the machine.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { WritError } from "../stdx/writ-error.ts";
import { MACHINE, type Roots, readKernelFile } from "./observed-roots.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The kernel's random boot id, a lower-case UUID: /proc/sys/kernel/random/boot_id (random(4)), on macOS
 * `kern.bootsessionuuid`. Throws WRIT_FILE_UNREADABLE when there is none.
 */
export function readBootId(roots: Roots = MACHINE, platform: NodeJS.Platform = process.platform): string {
  const path = join(roots.proc, "sys/kernel/random/boot_id");
  const text = platform === "darwin" ? sysctl("kern.bootsessionuuid") : readKernelFile(path, 256);
  const id = text?.trim().toLowerCase() ?? "";
  if (UUID.test(id)) return id;
  throw new WritError("WRIT_FILE_UNREADABLE", `\`${path}\` holds no boot id`, { hint: "mount /proc" });
}

function sysctl(name: string): string | null {
  try {
    return execFileSync("/usr/sbin/sysctl", ["-n", name], {
      encoding: "utf8",
      env: {},
      timeout: 1000,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return null;
  }
}
