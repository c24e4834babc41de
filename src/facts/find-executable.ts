// Finds the program that a command starts. The search path is fixed: what the caller's PATH says moves nothing.
import { isAbsolute, resolve } from "node:path";
import type { PathFact } from "../decide/facts.ts";
import { observePath } from "./observe-path.ts";
import type { TaskIdentity } from "./task-identity.ts";

/** Folders searched for a program given by name, in order: Debian's root path (login.defs ENV_SUPATH). */
const SEARCH_PATH: readonly string[] = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];

/**
 * The program `name` means: a path when it holds a slash, relative to `directory`; else the first regular file of that
 * name in the search path that `identity` may execute, or the first one found if it may execute none (as execvp(3) does).
 * null: there is none. A script is a file like any other; the kernel starts the interpreter it names.
 */
export async function findExecutable(
  name: string,
  directory: string,
  identity: TaskIdentity,
  searchPath: readonly string[] = SEARCH_PATH,
): Promise<PathFact | null> {
  const candidates = name.includes("/")
    ? [isAbsolute(name) ? name : resolve(directory, name)]
    : searchPath.map((folder) => `${folder}/${name}`);
  let denied: PathFact | null = null;
  for (const candidate of name === "" ? [] : candidates) {
    const fact = { ...(await observePath(candidate, "execute", identity)), asked: name };
    if (fact.kind !== "file") continue;
    if (fact.permitted) return fact;
    denied ??= fact;
  }
  return denied;
}
