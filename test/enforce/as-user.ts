// Running parts of the tests as an ordinary user when the tests run as root: a uid that owns nothing, in folders that
// it can reach.
import { chmodSync, chownSync, copyFileSync, cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A uid and gid that no machine gives out by itself. */
export const TEST_UID = 61_999;
export const TEST_GID = 61_999;

/** Whether this process is root, and so has to become somebody else first. */
export const isRoot: boolean = process.geteuid?.() === 0;

/** Options for spawn that make the child an ordinary user: nothing to do when we are one. */
export const asUser: { readonly uid?: number; readonly gid?: number } = isRoot
  ? { uid: TEST_UID, gid: TEST_GID }
  : {};

/** A folder that the ordinary user owns, outside our own home. Removed with `removeFolder`. */
export function userFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "writ-user-"));
  chmodSync(folder, 0o755);
  if (isRoot) chownSync(folder, TEST_UID, TEST_GID);
  return folder;
}

/** Copies folders of `src/` (as `enforce/limits`) into `folder/src`, where the ordinary user can read them. */
export function copySource(folder: string, rooms: readonly string[]): string {
  const source = join(import.meta.dirname, "../../src");
  for (const room of rooms) cpSync(join(source, room), join(folder, "src", room), { recursive: true });
  cpSync(join(source, "../package.json"), join(folder, "package.json"));
  return join(folder, "src");
}

/** A Node program that the ordinary user can execute: ours, or a copy in `folder` when ours lies below a closed one. */
export function userNode(folder: string): string {
  if (isOpenToAll(process.execPath)) return process.execPath;
  const copy = join(folder, "node");
  copyFileSync(process.execPath, copy);
  chmodSync(copy, 0o755);
  return copy;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function isOpenToAll(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
