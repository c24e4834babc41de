// Whom a task runs as: the principal of its writ, if root listed it and its account is still the same one. Never uid 0 and
// never the governor's.
import { readFileSync } from "node:fs";
import { err, ok, type Result } from "../../stdx/result.ts";
import type { WritClaims } from "../writ/claims.ts";
import type { ExecutorConfig, ListedPrincipal } from "./executor-config.ts";

/** The account of the task under `claims`, or why there is none. Looks at the list of accounts anew each time. */
export function taskAccount(
  { uid, principal }: Pick<WritClaims, "uid" | "principal">,
  config: ExecutorConfig,
): Result<ListedPrincipal, string> {
  const listed = listedAccount(uid, config);
  if (!listed.ok || listed.value.name === principal) return listed;
  return err(`uid ${uid} is listed as \`${listed.value.name}\`: the writ names \`${principal}\``);
}

/** The listed account of `uid`, or why there is none. */
export function listedAccount(uid: number, config: ExecutorConfig): Result<ListedPrincipal, string> {
  if (uid === 0 || uid === config.uid) return err(`uid ${uid} is never a task's`);
  const listed = config.principals.find((one) => one.uid === uid);
  if (listed === undefined) return err(`uid ${uid} is none that root listed for tasks`);
  const user = accountName(uid, config.passwd);
  if (user === null) return err(`uid ${uid} has no account any more: it was \`${listed.user}\``);
  if (user !== listed.user) return err(`uid ${uid} is \`${user}\` now: root listed it as \`${listed.user}\``);
  return ok(listed);
}

/** The name of the first account with `uid` in the list `passwd` (passwd(5)); null: there is none, or no list. */
export function accountName(uid: number, passwd: string): string | null {
  try {
    const lines = readFileSync(passwd, "utf8").split("\n");
    const fields = lines.map((line) => line.split(":")).find((line) => line[2] === String(uid));
    return fields?.[0] ?? null;
  } catch {
    return null; // Who cannot be looked up is nobody.
  }
}
