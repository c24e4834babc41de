// The top folders of a merged system as bubblewrap arguments: links where the machine has links, mounts where it has
// folders. Not /usr itself, and not /etc (system-root.ts).
import { lstatSync, readlinkSync } from "node:fs";

/** Links into /usr on a merged system (Debian's usrmerge), folders on others. */
const MERGED: readonly string[] = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** Arguments for each that this machine has. */
export function mergedArguments(): readonly string[] {
  return MERGED.flatMap((path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    return stat.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
  });
}
