// Whether nothing is at a path. Not whether it may be read (observe-path.ts).
import { lstat } from "node:fs/promises";

/**
 * True only when the file system says that there is nothing at `path` (a link that leads nowhere is something). Whatever
 * cannot be looked at is there. Never throws.
 */
export async function isGone(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR";
  }
}
