// Descriptors that this process inherited and that any child of it would get in turn. A descriptor is a right.
import { readdirSync, readFileSync } from "node:fs";

/**
 * Those above 2 without O_CLOEXEC: Node opens its own with it, so these came from whoever started this process. Each is to
 * be covered in a child.
 */
export function inheritedDescriptors(): readonly number[] {
  return readdirSync("/proc/self/fd")
    .map(Number)
    .filter((fd) => fd > 2 && (openFlags(fd) & O_CLOEXEC) === 0);
}

/** asm-generic/fcntl.h, as proc_pid_fdinfo(5) shows it. */
const O_CLOEXEC = 0o2000000;

function openFlags(fd: number): number {
  try {
    const flags = /^flags:\s*([0-7]+)$/mu.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"));
    return Number.parseInt(flags?.[1] ?? "0", 8);
  } catch {
    return ~0; // Closed meanwhile: nobody inherits it. (The listing's own descriptor is such a one.)
  }
}
