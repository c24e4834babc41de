// The folders of the system itself, which every sandbox shows read-only and only the administrator writes.
import { isWithin } from "./path.ts";

/** hier(7): programs and libraries; all but the first are links into /usr on a merged system, folders on others. */
export const SYSTEM_FOLDERS: readonly string[] = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
];

/** Whether the canonical, real `path` is one of the system's folders or lies below one. */
export function isSystemPath(path: string): boolean {
  return SYSTEM_FOLDERS.some((folder) => isWithin(folder, path));
}
