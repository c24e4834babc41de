// How the task's command is found inside the sandbox: the path it is started by, its search path, and the libraries
// beside an executable that lies outside the system's folders. Not the executable itself (open-grants.ts).
import { realpathSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Grants } from "../../decide/decision.ts";
import { covers, type OpenPath, openPresent, SYSTEM_FOLDERS } from "./open-grants.ts";

export interface Toolchain {
  /** Folders and files beside the executable, read-only. The caller closes their descriptors. */
  readonly paths: readonly OpenPath[];
  /** Absolute path inside the sandbox that the command is started by. */
  readonly program: string;
  /** The value of PATH. */
  readonly searchPath: string;
}

/** The search path inside every sandbox, before the executable's own folder is put in front. */
export const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/**
 * The toolchain of `grants.executable`. For `<prefix>/bin/<program>` outside the system's folders, that is the usual
 * parts of an installation below the prefix (`bin`, `lib`, …), never the prefix itself: a project folder with a `bin`
 * would otherwise be read without having been granted.
 *
 * The program is started by the name it was asked for where that name leads to the granted executable (programs that
 * look at how they were called keep working), else by its real path.
 */
export function findToolchain(grants: Grants): Toolchain {
  const executable = grants.executable.path;
  const folder = dirname(executable);
  const system = SYSTEM_FOLDERS.some((root) => covers(root, executable));
  const paths = system || basename(folder) !== "bin" ? [] : installation(dirname(folder));
  const visible = [
    ...SYSTEM_FOLDERS,
    ...[...grants.reads, ...grants.writes].map((granted) => granted.path),
    ...paths.map((path) => path.target),
  ];
  return {
    paths,
    program: invokedPath(grants, visible) ?? executable,
    searchPath: paths.length === 0 ? SYSTEM_PATH : `${folder}:${SYSTEM_PATH}`,
  };
}

/** What an installation consists of; `pyvenv.cfg` is how Python finds the libraries of a virtual environment. */
const INSTALLATION_FOLDERS: readonly string[] = [
  "bin",
  "lib",
  "lib32",
  "lib64",
  "libexec",
  "include",
  "share",
];
const INSTALLATION_FILES: readonly string[] = ["pyvenv.cfg"];
/** Prefixes that are a person's own folders: their `share` and `lib` hold more than programs. */
const PERSONAL_PREFIXES: readonly string[] = [".local", "home", "root"];

function installation(prefix: string): readonly OpenPath[] {
  if (prefix === "/" || PERSONAL_PREFIXES.includes(basename(prefix)) || basename(dirname(prefix)) === "home")
    return [];
  return [
    ...INSTALLATION_FOLDERS.map((name) => openPresent(`${prefix}/${name}`, "directory")),
    ...INSTALLATION_FILES.map((name) => openPresent(`${prefix}/${name}`, "file")),
  ].filter((path) => path !== null);
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
