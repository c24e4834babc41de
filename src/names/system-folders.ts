// The folders of the system itself, which every sandbox shows read-only and only the administrator writes, and the trees
// of the kernel, of which every sandbox has its own.
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

/** Where the kernel shows itself: a bind of them would undo the sandbox, so none of them, nor `/`, is ever granted. */
const KERNEL_TREES: readonly string[] = ["/proc", "/sys", "/dev"];

/** Whether the canonical, real `path` lies in a tree of the kernel, or holds them. */
export function isKernelPath(path: string): boolean {
  return path === "/" || KERNEL_TREES.some((tree) => isWithin(tree, path));
}

/** Whether the canonical, real `path` is one of the system's folders or lies below one. */
export function isSystemPath(path: string): boolean {
  return SYSTEM_FOLDERS.some((folder) => isWithin(folder, path));
}
