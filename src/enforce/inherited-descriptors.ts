// Descriptors that this process inherited and that any child of it would get in turn. A descriptor is a right.
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";

/** One entry of node:child_process `stdio`. */
export type StdioEntry = "ignore" | "inherit" | "ipc" | "pipe" | number;

/**
 * `first` as the lowest descriptors of a child, and /dev/null over every inherited one above. `close` is called as soon as
 * the child was spawned.
 */
export function coveredStdio(first: readonly StdioEntry[]): {
  readonly stdio: StdioEntry[];
  readonly close: () => void;
} {
  const nothing = openSync("/dev/null", "r");
  const stdio: StdioEntry[] = [...first];
  for (const fd of inheritedDescriptors()) {
    while (stdio.length < fd) stdio.push("ignore");
    if (fd >= first.length) stdio[fd] = nothing;
  }
  return { stdio, close: () => closeSync(nothing) };
}

/**
 * Those above 2 without O_CLOEXEC: Node opens its own with it, so these came from whoever started this process. Each is to
 * be covered in a child.
 */
function inheritedDescriptors(): readonly number[] {
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
