// Keeps files and folders of a place beside themselves while a case spoils them, and puts them back. Sockets cannot be kept.
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Copies what is at `paths`. The function it gives makes each of them what it was then, which for what was not there is
 * nothing, and drops the copies. Throws what cannot be copied.
 */
export function keep(paths: readonly string[]): () => void {
  const kept = paths.map((path) => {
    if (!existsSync(path)) return { path, folder: null };
    // Beside it: nobody who could not enter its folder can enter this one, and a rename is not needed.
    const folder = mkdtempSync(join(dirname(path), ".kept-"));
    cpSync(path, join(folder, "kept"), COPY);
    return { path, folder };
  });
  return () => {
    for (const { path, folder } of kept) {
      rmSync(path, { recursive: true, force: true });
      if (folder === null) continue;
      cpSync(join(folder, "kept"), path, COPY);
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

const COPY = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true } as const;
