// What of a granted tree the task must not see, and what it must not change: the masked paths of its writ, and places
// inside a write grant whose content runs outside later. Not which paths are private (the decision says that).
import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import type { Grants } from "../../decide/decision.ts";
import { covers, type OpenPath, openPresent } from "./open-grants.ts";

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

/**
 * Places inside the write grants that programs outside the sandbox will execute or obey: hooks of a repository, shell
 * start-up files, editor and direnv settings. Opened, to be mounted read-only. Not those that a write grant names itself.
 *
 * Looks as deep as `DEPTH_MAX` folders and at no more than `ENTRIES_MAX` entries a grant; only existing places can be
 * held this way, and a rename of the folder above one moves it aside: changes are shown at settlement.
 */
export function openProtectedPlaces(grants: Grants): readonly OpenPath[] {
  const named = new Set(grants.writes.map((granted) => granted.path));
  const found: OpenPath[] = [];
  for (const granted of grants.writes) {
    if (granted.kind === "directory") walk(granted.path, named, found);
  }
  return found;
}

const DEPTH_MAX = 3;
const ENTRIES_MAX = 10_000;
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

function walk(root: string, named: ReadonlySet<string>, found: OpenPath[]): void {
  let left = ENTRIES_MAX;
  let level: readonly string[] = [root];
  for (let depth = 0; depth < DEPTH_MAX && left > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      const entries = readFolder(folder).slice(0, left);
      left -= entries.length;
      const place = (entry: Dirent): string | null => visit(folder, entry, { named, found });
      next.push(...entries.map((entry) => place(entry)).filter((path) => path !== null));
    }
    level = next;
  }
}

/** Opens a protected place; else the path to look into next, or null. */
function visit(
  folder: string,
  entry: Dirent,
  { named, found }: { readonly named: ReadonlySet<string>; readonly found: OpenPath[] },
): string | null {
  const path = `${folder}/${entry.name}`;
  const kind = entry.isDirectory() ? "directory" : "file";
  const isPlace = isProtected(folder, entry.name, kind) && !named.has(path);
  const place = isPlace ? openPresent(path, kind) : null;
  if (place !== null) found.push(place);
  return place === null && kind === "directory" && !SKIPPED.has(entry.name) ? path : null;
}

function readFolder(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // Unreadable or gone: the task, with no more rights than we have, finds nothing there either.
  }
}

function isProtected(folder: string, name: string, kind: "file" | "directory"): boolean {
  if (kind === "file") return PROTECTED_FILES.has(name);
  return PROTECTED_FOLDERS.has(name) || (name === "hooks" && isRepository(folder));
}

/** A `.git` folder or a bare repository. */
function isRepository(folder: string): boolean {
  const names = new Set(readFolder(folder).map((entry) => entry.name));
  return names.has("HEAD") && names.has("objects");
}
