// Where the node is observed: the folders that stand for /proc and /sys, so that captured trees of other machines are
// test fixtures. Not a cache.
import { closeSync, openSync, readSync } from "node:fs";

export interface Roots {
  readonly proc: string;
  readonly sys: string;
}

/** This machine's own. */
export const MACHINE: Roots = { proc: "/proc", sys: "/sys" };

/** Bytes read of one kernel file; the longest used, /proc/net/tcp of a busy server, stays below it. */
const KERNEL_FILE_MAX = 4 * 1024 * 1024;

/**
 * The text of a kernel file, or null when it is absent, unreadable or over `max` bytes. Never throws: each reader says
 * what a missing figure means.
 */
export function readKernelFile(path: string, max: number = KERNEL_FILE_MAX): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return null;
  }
  try {
    return readAll(descriptor, max);
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}

/** Kernel files report no size, so they are read until they end. */
function readAll(descriptor: number, max: number): string | null {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(16 * 1024);
    const read = readSync(descriptor, chunk, 0, chunk.length, null);
    if (read === 0) return Buffer.concat(chunks, length).toString("utf8");
    length += read;
    if (length > max) return null;
    chunks.push(chunk.subarray(0, read));
  }
}

/**
 * A whole number from 0 to 2^53 − 1 as the kernel prints it, or null.
 *
 * @example kernelCount("4096\n") === 4096
 */
export function kernelCount(text: string | null): number | null {
  const trimmed = text?.trim() ?? "";
  if (!/^\d{1,20}$/.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isSafeInteger(value) ? value : null;
}
