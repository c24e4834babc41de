// Processes of an account, by their command lines. Looks and ends nothing.
import { readdirSync, readFileSync, statSync } from "node:fs";

/** Processes of `uid` whose command line holds `word`. */
export function processesOf(uid: number, word: string): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return (
          pid > 1 &&
          statSync(`/proc/${pid}`).uid === uid &&
          readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word)
        );
      } catch {
        return false;
      }
    });
}
