// How the task's command is found inside the sandbox: the path it is started by, and its search path. It shows nothing:
// what is mounted beside the executable is what the writ names (open-grants.ts).
import { realpathSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Grants } from "../../decide/decision.ts";
import { isSystemPath, SYSTEM_FOLDERS } from "../../names/system-folders.ts";
import { covers } from "./open-grants.ts";

export interface Toolchain {
  /** Absolute path inside the sandbox that the command is started by. */
  readonly program: string;
  /** The value of PATH. */
  readonly searchPath: string;
}

/** The search path inside every sandbox, before the executable's own folder is put in front. */
export const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/**
 * The command of `grants.executable`. The program is started by the name it was asked for where that name leads to the
 * granted executable (programs that look at how they were called keep working), else by its real path. Its own folder is
 * searched first where it is a shown `bin` outside the system's folders.
 */
export function findToolchain(grants: Grants): Toolchain {
  const executable = grants.executable.path;
  const folder = dirname(executable);
  const granted = [...grants.reads, ...grants.writes, ...grants.toolchain].map(({ path }) => path);
  const shown = granted.some((root) => covers(root, folder));
  const own = shown && basename(folder) === "bin" && !isSystemPath(executable);
  return {
    program: invokedPath(grants, [...SYSTEM_FOLDERS, ...granted]) ?? executable,
    searchPath: own ? `${folder}:${SYSTEM_PATH}` : SYSTEM_PATH,
  };
}

function invokedPath(grants: Grants, visible: readonly string[]): string | null {
  const asked = grants.command[0] ?? "";
  const folders = [dirname(grants.executable.path), ...SYSTEM_PATH.split(":")];
  const candidates = asked.includes("/")
    ? [resolve(grants.directory, asked)]
    : folders.map((folder) => `${folder}/${asked}`);
  const leadsThere = (path: string): boolean =>
    visible.some((root) => covers(root, path)) && realPath(path) === grants.executable.path;
  return candidates.find(leadsThere) ?? null;
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // Not there: this name leads nowhere, and the next candidate or the real path serves.
  }
}
