// Whether a home is safe to govern from: ours, and nobody else may write to it.
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { HomePaths } from "./home.ts";

/**
 * Throws WRIT_HOME_UNSAFE unless the home and its folders are real folders, owned by this process's uid, that no group
 * and no other may write to. Makes the run folder when it is gone.
 */
export function checkHome(paths: HomePaths): void {
  checkFolder(paths.home);
  checkFolder(paths.keys);
  checkFolder(paths.ledger);
  mkdirSync(paths.run, { mode: 0o700, recursive: true });
  checkFolder(paths.run);
  // Only our uid may reach the socket: that is what makes the submitter's uid ours.
  chmodSync(paths.run, 0o700);
}

function checkFolder(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw unsafe(path, "is missing", "put it back from a backup, or make a new home");
  if (!stat.isDirectory()) throw unsafe(path, "is no folder", "writ init --home DIR");
  const uid = process.geteuid?.() ?? stat.uid;
  if (stat.uid !== uid)
    throw unsafe(path, `belongs to uid ${stat.uid}, not ${uid}`, `run writ as uid ${stat.uid}`);
  const mode = stat.mode & 0o777;
  if ((mode & 0o022) !== 0)
    throw unsafe(path, `has mode ${mode.toString(8)}: limit is 755`, `chmod 700 ${shellQuote(path)}`);
}

function unsafe(path: string, what: string, hint: string): WritError {
  return new WritError("WRIT_HOME_UNSAFE", `home folder \`${path}\` ${what}`, { hint });
}
