// Keeps the compiled code of our own processes for the next ones, in a folder of the account's. Not a store of anything
// else: without it a start is slower, and that is all.
import { lstatSync, mkdirSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { userInfo } from "node:os";

/**
 * Call it before the modules that are worth keeping are imported, and what it returns once they are: a process that is
 * killed keeps nothing by itself.
 */
export function keepCompiled(): () => void {
  const folder = compiledFolder();
  if (folder === null) return () => undefined;
  enableCompileCache(folder);
  return flushCompileCache;
}

/**
 * The account's `.cache/writ`, made if it is not there. It is found in the password database and not in the environment,
 * which is a caller's (P2). null: there is none that the account alone can write to; whoever writes it says what runs.
 */
export function compiledFolder(): string | null {
  try {
    const folder = `${userInfo().homedir}/.cache/writ`;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    return uid === process.geteuid?.() && (mode & 0o022) === 0 ? folder : null;
  } catch {
    return null; // No account, no home folder, or none that can be written.
  }
}
