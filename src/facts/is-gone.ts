// Whether nothing is at a path any more. Not whether it may be read (observe-path.ts).
import { lstat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * True only when the file system on `device` says that there is nothing at `path` (a link that leads nowhere is something).
 * Whatever cannot be looked at is there, and so is what lies on a file system that is not mounted now, or under another one.
 * Never throws.
 *
 * @param device The decimal device number that the path was on.
 */
export async function isGone(path: string, device: string): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    try {
      const { dev } = await lstat(at, { bigint: true });
      return at !== path && String(dev) === device;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== "ENOENT" && code !== "ENOTDIR") || at === dirname(at)) return false;
    }
  }
}
