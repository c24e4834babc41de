// One declared path as the file system has it now. Not a guard: the executor opens it anew and compares device and inode
// with what was decided.
import { type BigIntStats, constants } from "node:fs";
import { access as askKernel, lstat, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { PathFact } from "../decide/facts.ts";
import { type Access, modePermits, type TaskIdentity } from "./task-identity.ts";

/** What is to be done with a path. `enter`: be in a folder without listing it; `execute`: start a file. */
export type PathUse = "read" | "write" | "enter" | "execute";

/**
 * `asked` with symlinks resolved, its identity, and whether `identity` may use it so. Never throws: what cannot be looked
 * at is not permitted. A path that exists but cannot be reached is `other`, with `real` null.
 *
 * @param asked Absolute.
 */
export async function observePath(asked: string, use: PathUse, identity: TaskIdentity): Promise<PathFact> {
  let real: string;
  let stats: BigIntStats;
  try {
    real = await realpath(asked);
    stats = await lstat(real, { bigint: true });
  } catch (error) {
    return absent(asked, (error as NodeJS.ErrnoException).code);
  }
  // It became a link between the two calls: someone is changing it now.
  if (stats.isSymbolicLink()) return absent(asked, "ELOOP");
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other";
  const permitted = await isPermitted(real, stats, use, identity);
  return { asked, real, kind, device: String(stats.dev), inode: String(stats.ino), permitted };
}

function absent(asked: string, code: string | undefined): PathFact {
  const missing = code === "ENOENT" || code === "ENOTDIR";
  return {
    asked,
    real: null,
    kind: missing ? "missing" : "other",
    device: null,
    inode: null,
    permitted: false,
  };
}

async function isPermitted(
  real: string,
  stats: BigIntStats,
  use: PathUse,
  identity: TaskIdentity,
): Promise<boolean> {
  // uid 0 is never a task's: the bits would say nothing about it.
  if (identity.uid === 0) return false;
  if (!needed(use, stats.isDirectory()).every((access) => modePermits(stats, identity, access))) return false;
  if (!(await kernelPermits(real, use))) return false;
  return await parentsSearchable(real, identity);
}

function needed(use: PathUse, isDirectory: boolean): readonly Access[] {
  switch (use) {
    case "read":
      return isDirectory ? ["read", "search"] : ["read"];
    case "write":
      return isDirectory ? ["write", "search"] : ["write"];
    case "enter":
    case "execute":
      return ["search"];
  }
}

/**
 * What access(2) says for this process. For its own uid that takes lists, mount options and attributes into account; as
 * root it still tells a file system that is mounted read-only.
 */
async function kernelPermits(real: string, use: PathUse): Promise<boolean> {
  const mode = {
    read: constants.R_OK,
    write: constants.W_OK,
    enter: constants.X_OK,
    execute: constants.X_OK,
  }[use];
  try {
    await askKernel(real, mode);
    return true;
  } catch {
    return false;
  }
}

/** Every folder above must be searchable: a file below a 0700 folder of someone else cannot be reached. */
async function parentsSearchable(real: string, identity: TaskIdentity): Promise<boolean> {
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    try {
      if (!modePermits(await stat(folder, { bigint: true }), identity, "search")) return false;
    } catch {
      return false;
    }
    if (folder === dirname(folder)) return true;
  }
}
