// Finds the private places that a grant would reveal: keys, credentials, browser profiles, mail, and Writ's own homes. Not a
// search for secrets: it knows places by name.
import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { err, ok, type Result } from "../stdx/result.ts";

/** Private places by name, below any folder. */
export const PRIVATE_NAMES: readonly string[] = [
  ".ssh",
  ".gnupg",
  ".aws",
  ".azure",
  ".kube",
  ".docker",
  ".mozilla",
  ".thunderbird",
  ".password-store",
  ".netrc",
  ".pgpass",
  ".git-credentials",
  ".pypirc",
  ".npmrc",
  ".vault-token",
  ".config/gh",
  ".config/gcloud",
  ".config/git/credentials",
  ".config/google-chrome",
  ".config/chromium",
  ".config/BraveSoftware",
  ".config/op",
  ".config/rclone",
  ".cargo/credentials",
  ".cargo/credentials.toml",
  ".local/share/keyrings",
];

/**
 * Files that hold a project's own secrets. They lie among its work, so whoever declares one, or a folder around it, means
 * it: only the default grant of the working directory does not show them.
 */
export const PROJECT_SECRET_NAMES: readonly string[] = [
  ".env",
  ".env.local",
  ".env.development.local",
  ".env.test.local",
  ".env.production",
  ".env.production.local",
];

/** Whether `path` bears the name of a project's secrets. */
export function isProjectSecret(path: string): boolean {
  return PROJECT_SECRET_NAMES.includes(basename(path));
}

/** How far one search goes. */
export interface SearchBounds {
  /** Folders opened. */
  readonly folders: number;
  /** Names read. */
  readonly entries: number;
  /** Levels below where it starts. */
  readonly depth: number;
}

/** Past one of these a directory is refused rather than half searched. About a second on an ordinary disk. */
export const SEARCH_MAX: SearchBounds = { folders: 20_000, entries: 200_000, depth: 64 };

/** Where packages and repositories are unpacked by the ten thousand; a person keeps no private place there. */
const PASSED_OVER: ReadonlySet<string> = new Set(["node_modules", ".git"]);

/** Trees of the system itself: no one's home is below them. */
const SYSTEM_TREES: readonly string[] = ["/usr", "/proc", "/sys", "/dev", "/boot", "/lib", "/nix/store"];

/** Why a directory could not be searched whole. */
export type SearchFailure = "too_large" | "too_deep" | "unreadable";

/**
 * Absolute paths of the private places in `directory`, sorted: each of `PRIVATE_NAMES` and each file of
 * `PROJECT_SECRET_NAMES` at any depth, and each of `homes` inside it. Links are not followed: what they lead to is outside the grant. A folder below that we may not list is masked
 * itself.
 *
 * @param directory A real path.
 * @param homes Real paths of Writ homes.
 */
export async function findPrivatePlaces(
  directory: string,
  homes: readonly string[],
  bounds: SearchBounds = SEARCH_MAX,
): Promise<Result<readonly string[], SearchFailure>> {
  const inside = homes.filter((home) => isInside(directory, home));
  if (SYSTEM_TREES.some((tree) => isInside(tree, directory))) return ok(inside.toSorted());
  const search: Search = { found: new Set(inside), bounds, folders: 0, entries: 0 };
  let level: readonly string[] = [directory];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > bounds.depth) return err("too_deep");
    const below = await searchLevel(level, search);
    if (!below.ok) return below;
    if (depth === 0 && search.found.has(directory) && !inside.includes(directory)) return err("unreadable");
    level = below.value;
  }
  return ok([...search.found].sort());
}

/** The private places that `path` itself lies in, or is: `/home/me/.ssh` for `/home/me/.ssh/id_ed25519`. */
export function privatePlacesAround(path: string, homes: readonly string[]): readonly string[] {
  const around = homes.filter((home) => isInside(home, path));
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (isPrivate(at)) around.push(at);
  }
  return around;
}

interface Search {
  readonly found: Set<string>;
  readonly bounds: SearchBounds;
  folders: number;
  entries: number;
}

/** The folders of the next level. */
async function searchLevel(
  level: readonly string[],
  search: Search,
): Promise<Result<readonly string[], SearchFailure>> {
  const below: string[] = [];
  for (const folder of level) {
    search.folders++;
    const listed = await list(folder, search);
    if (listed === "too_large" || search.folders > search.bounds.folders) return err("too_large");
    // Named like a project's secrets, it would be shown in a declared folder.
    if (listed === "unreadable" && isProjectSecret(folder)) return err("unreadable");
    // What we may not list, we cannot search: it is masked whole.
    if (listed === "unreadable") search.found.add(folder);
    else collect(folder, listed, search.found, below);
  }
  return ok(below);
}

function collect(folder: string, listed: readonly Dirent[], found: Set<string>, below: string[]): void {
  for (const entry of listed) {
    const path = join(folder, entry.name);
    // A folder called `.env` is a virtual environment as often as not: it is searched like any other.
    if (isPrivate(path) || (isProjectSecret(path) && !entry.isDirectory())) found.add(path);
    else if (entry.isDirectory() && !PASSED_OVER.has(entry.name) && !found.has(path)) below.push(path);
  }
}

async function list(folder: string, search: Search): Promise<readonly Dirent[] | "too_large" | "unreadable"> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(folder, { bufferSize: 256 })) {
      search.entries++;
      if (search.entries > search.bounds.entries) return "too_large";
      entries.push(entry);
    }
    return entries;
  } catch {
    return "unreadable";
  }
}

function isPrivate(path: string): boolean {
  return PRIVATE_NAMES.some((name) => path.endsWith(`${sep}${name}`));
}

function isInside(outer: string, path: string): boolean {
  return path === outer || path.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}
