// Where our own processes keep their compiled code for the next ones. Not a store of anything else: without it a start is
// slower, and that is all.
import { lstatSync, mkdirSync } from "node:fs";
import { userInfo } from "node:os";

/**
 * What a process of ours is started with to keep its compiled code, and take what an earlier one kept: one variable, since
 * Node has loaded the first modules before any of them could say so; none without a folder. A process that ends by being
 * killed calls `flushCompileCache` of node:module itself.
 *
 * @example spawn(process.execPath, [program], { env: { ...compiledVariables() } })
 */
export function compiledVariables(): Readonly<Record<string, string>> {
  const folder = compiledFolder();
  return folder === null ? {} : { NODE_COMPILE_CACHE: folder };
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
