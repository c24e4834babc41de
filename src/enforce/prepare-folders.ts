// Whom an executor's tasks run as, and the folders and files that all of them share: the made-up /etc, the seccomp programs.
// Not a task's own folder.
import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { assert } from "../stdx/assert.ts";
import { WritError } from "../stdx/writ-error.ts";
import { buildListenerFilter } from "./sandbox/listener-filter.ts";
import type { Account } from "./sandbox/start-sandbox.ts";
import { writeEtcFiles } from "./sandbox/system-root.ts";
import { buildSeccompFilter } from "./seccomp/filter.ts";

/** As ourselves (null), who then must not be root, or as `taskUid`, never 0. A broken invariant otherwise. */
export function accountOf(taskUid: number | null): Account {
  const own = process.geteuid?.() ?? 0;
  if (taskUid === null) {
    assert(own !== 0, "root names an unprivileged uid for its tasks");
    return { uid: own, gid: process.getegid?.() ?? own, drop: false };
  }
  assert(Number.isSafeInteger(taskUid) && taskUid > 0, "a task's uid is never 0");
  assert(own === 0 || own === taskUid, "only root runs tasks as another uid");
  return { uid: taskUid, gid: taskUid, drop: own === 0 };
}

export interface Folders {
  /** Real path of the run folder. */
  readonly run: string;
  readonly etc: string;
  readonly tasks: string;
  readonly filter: string;
  readonly listenerFilter: string;
}

/** Empties `runFolder` of an earlier executor's tasks and writes the shared files. Throws WRIT_ISOLATION_UNAVAILABLE. */
export function prepareFolders(runFolder: string, account: Account): Folders {
  mkdirSync(runFolder, { recursive: true, mode: 0o711 });
  const run = realpathSync(runFolder);
  const folders = {
    run,
    etc: `${run}/etc`,
    tasks: `${run}/tasks`,
    filter: `${run}/task.seccomp`,
    listenerFilter: `${run}/listener.seccomp`,
  };
  rmSync(folders.tasks, { recursive: true, force: true });
  mkdirSync(folders.tasks, { recursive: true, mode: 0o711 });
  writeEtcFiles(folders.etc, account.uid, account.gid);
  const arch = process.arch;
  if (arch !== "x64" && arch !== "arm64") {
    throw new WritError(
      "WRIT_ISOLATION_UNAVAILABLE",
      `no seccomp table for \`${arch}\`: there is one for x64 and arm64`,
      {
        hint: "writ doctor",
      },
    );
  }
  writeFileSync(folders.filter, buildSeccompFilter({ arch, terminal: false }), { mode: 0o600 });
  writeFileSync(folders.listenerFilter, buildListenerFilter(arch), { mode: 0o600 });
  return folders;
}
