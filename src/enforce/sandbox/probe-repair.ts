// What is missing for a sandbox on this machine, and the command that mends it. Reads the system, changes nothing.
import { accessSync, constants, readFileSync } from "node:fs";
import { LAUNCHER_PATH } from "./launcher-scripts.ts";

/** The programs of the launcher that are not installed in the folders of `path`. */
export function missingTools(path: string = LAUNCHER_PATH): readonly string[] {
  const folders = path.split(":");
  return TOOLS.filter((tool) => !folders.some((folder) => isExecutable(`${folder}/${tool}`)));
}

/**
 * The command for root that lets bubblewrap make user namespaces, when `said` (what the launcher printed) tells of them
 * being refused; null when that is not the cause or none is known. `read` gives a sysctl's text, or null.
 */
export function repairFor(said: string, read: (path: string) => string | null = readSysctl): string | null {
  if (!/namespace|uid map|Operation not permitted|Permission denied|No space left/iu.test(said)) return null;
  if (read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === "1") return APPARMOR_REPAIR;
  if (read("/proc/sys/kernel/unprivileged_userns_clone") === "0")
    return "sysctl -w kernel.unprivileged_userns_clone=1";
  if (read("/proc/sys/user/max_user_namespaces") === "0") return "sysctl -w user.max_user_namespaces=15000";
  return null;
}

const TOOLS: readonly string[] = ["bwrap", "unshare", "nsenter", "setpriv", "mount", "prlimit", "ip"];

/**
 * Ubuntu 23.10 and newer let only programs with an AppArmor profile make user namespaces (Ubuntu security documentation,
 * "Unprivileged user namespace restrictions"). The two profiles allow just that to the two programs that need it.
 */
const APPARMOR_REPAIR: string = [
  "for p in bwrap unshare; do printf",
  "'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile writ-%s /usr/bin/%s flags=(unconfined) {\\n  userns,\\n}\\n'",
  '"$p" "$p" > /etc/apparmor.d/writ-$p && apparmor_parser -r /etc/apparmor.d/writ-$p; done',
].join(" ");

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, or not for us: the same to a launcher.
  }
}

function readSysctl(path: string): string | null {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return null; // This kernel has no such switch.
  }
}
