// The files that a scan of paths looks at: what is named, and all below a folder that is named. Opens none of them.
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What to look at next; `error`: the system's word for why it cannot be. */
export type FoundPath =
  | { readonly path: string; readonly error: string | null }
  | { readonly skipped: string };

/** Folders that are no work of their owner: stores of version control, and installed packages. */
const SKIPPED: ReadonlySet<string> = new Set([".git", ".hg", ".svn", "node_modules"]);

/**
 * `path`, or the files below it, by name. Links are not followed below a folder, and what is no file there is passed over;
 * `.git`, `.hg`, `.svn` and `node_modules` below it are `skipped`: name them to scan them. Never throws.
 */
export function* filesBelow(path: string): Generator<FoundPath, void> {
  try {
    if (!statSync(path).isDirectory()) {
      yield { path, error: null };
      return;
    }
  } catch (error) {
    yield { path, error: codeOf(error) };
    return;
  }
  const open = [path];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const { names, error } = entriesOf(folder);
    if (error !== null) yield { path: folder, error };
    const folders: string[] = [];
    for (const { name, isFolder } of names) {
      const below = join(folder, name);
      if (!isFolder) yield { path: below, error: null };
      else if (SKIPPED.has(name)) yield { skipped: below };
      else folders.push(below);
    }
    open.push(...folders.toReversed());
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

function entriesOf(folder: string): { readonly names: readonly Entry[]; readonly error: string | null } {
  let entries: readonly Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return { names: [], error: codeOf(error) };
  }
  const names = entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  return { names: names.toSorted((a, b) => (a.name < b.name ? -1 : 1)), error: null };
}

/** The system's word: `no such file`, or its code. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
  return code === "ENOENT" ? "no such file" : code;
}
