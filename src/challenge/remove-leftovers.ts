// Removes the folders of runners that were killed: their governors ended by themselves. Never one of a living runner.
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { governorPids } from "./governor-processes.ts";
import { FOLDER_PREFIX } from "./place.ts";

/** Removes what is left of dead runners of this user below the folder for temporary files. */
export function removeLeftovers(below: string = tmpdir()): void {
  for (const name of readdirSync(below)) {
    const [, pid] = /^writ-challenge-([1-9][0-9]{0,9})-/u.exec(name) ?? [];
    if (!name.startsWith(FOLDER_PREFIX) || pid === undefined || isAlive(Number(pid))) continue;
    const folder = join(below, name);
    if (lstatSync(folder).uid !== process.geteuid?.() || governorPids(join(folder, "home")).length > 0)
      continue;
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process (EPERM) lives as well.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
