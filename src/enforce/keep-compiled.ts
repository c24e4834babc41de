// Keeps the compiled code of our own processes for the next ones, in a folder of the account's. Not a store of anything
// else: without it a start is slower, and that is all.
import { lstatSync, mkdirSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { userInfo } from "node:os";

/**
 * Call it before the modules that are worth keeping are imported, and what it returns once they are: a process that is
 * killed keeps nothing by itself. The folder is the account's `.cache/writ`, found in the password database and not in
 * the environment, which is a caller's (P2); one that others may write to is left alone: whoever writes it says what runs.
 */
export function keepCompiled(): () => void {
  try {
    const folder = `${userInfo().homedir}/.cache/writ`;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    if (uid !== process.geteuid?.() || (mode & 0o022) !== 0) return () => undefined;
    enableCompileCache(folder);
    return flushCompileCache;
  } catch {
    // No account, no home folder, or none that can be written.
    return () => undefined;
  }
}
