// Whether a file is the program of Writ: what it leads to, never what it is called alone. Not proof against who may write
// where it lies; it finds work that nobody meant to hide.
import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readKernelFile } from "../observed-roots.ts";

/** Bytes of a package.json. */
const PACKAGE_MAX = 256 * 1024;

/** Whether the absolute `path` below `root` leads to `bin/writ.js` of the package `writ`. */
export function isWritProgram(root: string, path: string): boolean {
  try {
    const real = realpathSync(join(root, path));
    if (basename(real) !== "writ.js" || basename(dirname(real)) !== "bin") return false;
    const text = readKernelFile(join(dirname(real), "../package.json"), PACKAGE_MAX);
    const found = JSON.parse(text ?? "null") as { readonly name?: unknown } | null;
    return typeof found === "object" && found !== null && found.name === "writ";
  } catch {
    return false;
  }
}

/** The first file called `name` in `searchPath` (as in PATH) below `root`, or null. */
export function inSearchPath(root: string, searchPath: string, name: string): string | null {
  for (const folder of searchPath.split(":")) {
    if (!folder.startsWith("/")) continue;
    const path = join(folder, name);
    if (isFile(join(root, path))) return path;
  }
  return null;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
