// What of a granted tree the task must not see, and what it must not change: the masked paths of its writ, and places
// inside a write grant whose content runs outside later. Not which paths are private (the decision says that).
import { type Dirent, existsSync, realpathSync, statSync } from "node:fs";
import { opendir } from "node:fs/promises";
import type { Grants } from "../../decide/decision.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { closePaths, covers, type OpenPath, openPresent } from "./open-grants.ts";

export interface MaskedPath {
  readonly path: string;
  readonly kind: "file" | "directory";
}

/** The masked paths that exist and that one of `roots` would show; a masked symlink masks what it leads to. */
export function maskedPaths(masked: readonly string[], roots: readonly string[]): readonly MaskedPath[] {
  const found = new Map<string, MaskedPath>();
  for (const path of masked) {
    const place = present(path);
    if (place !== null && roots.some((root) => covers(root, place.path))) found.set(place.path, place);
  }
  return [...found.values()];
}

/** How far one write grant is searched. */
export interface ProtectedBounds {
  /** Levels below the grant. */
  readonly depth: number;
  /** Names read. */
  readonly entries: number;
  /** Places held, of all grants together: each is a descriptor and a mount. */
  readonly places: number;
}

/** Depth and names as in the search for private places that admitted the grant (facts/private-places.ts). */
const SEARCH_MAX: ProtectedBounds = { depth: 64, entries: 200_000, places: 256 };

/**
 * Places inside the write grants that programs outside the sandbox will execute or obey: hooks of a repository, shell
 * start-up files, editor and direnv settings. Opened, to be mounted read-only; the caller closes them. Not those that a
 * write grant names itself, and none inside `masked` places, `node_modules` or a repository's `objects`.
 *
 * Throws `WritError` WRIT_LAUNCH_FAILED when a grant cannot be searched whole; then nothing stays open. Only what exists
 * at the start is held so: a place made later, or one whose folder is renamed, is as writable as the rest of the grant.
 */
export async function openProtectedPlaces(
  grants: Grants,
  bounds: ProtectedBounds = SEARCH_MAX,
): Promise<readonly OpenPath[]> {
  const named = new Set(grants.writes.map((granted) => granted.path));
  const masked = new Set(grants.masked);
  const found: OpenPath[] = [];
  try {
    for (const granted of grants.writes) {
      if (granted.kind === "directory") await search(granted.path, bounds, { named, masked, found });
    }
    return found;
  } catch (cause) {
    closePaths(found);
    throw cause;
  }
}

const PROTECTED_FOLDERS = new Set([".vscode", ".idea", ".githooks", ".husky"]);
const PROTECTED_FILES = new Set([
  ".envrc",
  ".bashrc",
  ".bash_profile",
  ".bash_login",
  ".bash_logout",
  ".bash_aliases",
  ".profile",
  ".zshrc",
  ".zshenv",
  ".zprofile",
  ".zlogin",
  ".zlogout",
  ".kshrc",
  ".cshrc",
  ".tcshrc",
  ".login",
  ".xprofile",
  ".xinitrc",
  ".xsessionrc",
  ".gitconfig",
]);
/** Folders that hold other people's code in bulk; what they hold is not run from there by name. */
const SKIPPED = new Set(["node_modules", "objects"]);

function present(path: string): MaskedPath | null {
  try {
    const real = realpathSync(path);
    return { path: real, kind: statSync(real).isDirectory() ? "directory" : "file" };
  } catch {
    return null; // Nothing there to hide.
  }
}

interface Search {
  readonly named: ReadonlySet<string>;
  readonly masked: ReadonlySet<string>;
  readonly found: OpenPath[];
}

async function search(root: string, bounds: ProtectedBounds, at: Search): Promise<void> {
  let left = bounds.entries;
  let level: readonly string[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > bounds.depth) throw unsearched(root, `is nested more than ${bounds.depth} folders deep`);
    const next: string[] = [];
    for (const folder of level) {
      const entries = await readFolder(root, folder, left);
      left -= entries.length;
      if (left < 0) throw unsearched(root, `holds more than ${bounds.entries} names`);
      next.push(...entries.map((entry) => visit(folder, entry, at)).filter((path) => path !== null));
    }
    if (at.found.length > bounds.places)
      throw unsearched(root, `holds more than ${bounds.places} such places`);
    level = next;
  }
}

/** Opens a protected place; else the path to look into next, or null. */
function visit(folder: string, entry: Dirent, { named, masked, found }: Search): string | null {
  const path = `${folder}/${entry.name}`;
  if (masked.has(path)) return null;
  const kind = entry.isDirectory() ? "directory" : "file";
  const isPlace = isProtected(folder, entry.name, kind) && !named.has(path);
  const place = isPlace ? openPresent(path, kind) : null;
  if (place !== null) found.push(place);
  return place === null && kind === "directory" && !SKIPPED.has(entry.name) ? path : null;
}

/** The folder's entries, one more than `most` when there are more. */
async function readFolder(root: string, folder: string, most: number): Promise<readonly Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(folder, { bufferSize: 256 })) {
      entries.push(entry);
      if (entries.length > most) break;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Gone meanwhile, or never a folder: nothing in it can be obeyed.
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    // The task may own it and open it up; the decision masks what could not be listed then.
    throw unsearched(root, "has a folder that cannot be listed", cause);
  }
  return entries;
}

function unsearched(path: string, what: string, cause?: unknown): WritError {
  return new WritError(
    "WRIT_LAUNCH_FAILED",
    `\`${path}\` ${what}: its hooks and start-up files cannot all be held read-only`,
    { hint: "declare the narrower folder that the task writes", cause },
  );
}

function isProtected(folder: string, name: string, kind: "file" | "directory"): boolean {
  if (kind === "file") return PROTECTED_FILES.has(name);
  return PROTECTED_FOLDERS.has(name) || (name === "hooks" && isRepository(folder));
}

/** A `.git` folder or a bare repository. */
function isRepository(folder: string): boolean {
  return existsSync(`${folder}/HEAD`) && existsSync(`${folder}/objects`);
}
