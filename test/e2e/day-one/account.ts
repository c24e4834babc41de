// Whose first day it is: root's, whose tasks run as nobody, or an ordinary user's; and the words that give either a network
// and mounts of its own. Tests nothing itself.
import { execFileSync } from "node:child_process";
import { isDeep } from "../../depth.ts";
import { TEST_UID } from "../../enforce/as-user.ts";
import { type AccountName, accounts } from "../../enforce/confined-runner.ts";
import { isRoot } from "../cli-process.ts";

/** Debian's `nobody`, whom tasks run as when root made the home. */
const NOBODY = 65_534;
/** No account of this machine. */
const NOBODY_ELSE = 64_001;

export interface Account {
  readonly name: AccountName;
  /** Who runs writ; the same number is the group. */
  readonly uid: number;
  /** Whom tasks run as. */
  readonly tasks: number;
  /** Who owns what is served over SSH. */
  readonly served: number;
}

/** Whose day is tried here: an ordinary user's where there is one to be, and in the deep run also root's. */
export function dayAccounts(): readonly Account[] {
  const all = accounts().map((name) => accountOf(name));
  return isDeep ? all : all.slice(-1);
}

function accountOf(name: AccountName): Account {
  if (name === "root") return { name, uid: 0, tasks: NOBODY, served: NOBODY_ELSE };
  const uid = isRoot ? TEST_UID : (process.getuid?.() ?? 0);
  return { name, uid, tasks: uid, served: uid };
}

/** Words that start a command in a network and with mounts of its own. An ordinary user is root there, and only there. */
export function apart(account: Account): readonly string[] {
  const user = account.name === "root" ? [] : ["--user", "--map-root-user"];
  return [...become(account), "unshare", ...user, "--net", "--mount", "--"];
}

/** Words that start a command where the process `pid` is, which was started by the words of `apart`. */
export function beside(account: Account, pid: number): readonly string[] {
  const user = account.name === "root" ? [] : ["--user", "--preserve-credentials"];
  const enter = ["nsenter", `--target=${pid}`, ...user, "--net", "--mount", "--"];
  return [...become(account), ...enter, ...itself(account)];
}

/** Words that make who is root there the ordinary user again, without a right to the network and the mounts. */
export function itself({ name, uid }: Account): readonly string[] {
  return name === "root" ? [] : ["unshare", "--user", `--map-user=${uid}`, `--map-group=${uid}`, "--"];
}

function become({ name, uid }: Account): readonly string[] {
  if (!isRoot || name === "root") return [];
  return ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--"];
}

/** Gives `path` and all below it to a uid. */
export function giveTo(uid: number, path: string): void {
  if (isRoot) execFileSync("chown", ["--recursive", `${uid}:${uid}`, path]);
}
