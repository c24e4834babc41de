// Starts a program of ours as somebody else: the one place where root becomes a principal. What it runs is Writ's own code,
// never a word of a task's, with no environment and no descriptor but those named.
import { type ChildProcess, spawn } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { coveredStdio } from "../inherited-descriptors.ts";
import type { ListedPrincipal } from "./executor-config.ts";

/** Programs of ours that run as a principal, by their place in src/. */
const PROGRAMS = {
  /** Starts the sandbox of one task. */
  runner: "../served/runner-process",
  /** Looks at paths. */
  observer: "../../facts/observer-process",
} as const;

export interface StartedAs {
  readonly program: keyof typeof PROGRAMS;
  readonly account: ListedPrincipal;
  /** A network namespace that it enters first; null: it stays in ours. */
  readonly net: number | null;
  /** Its descriptors from 4 on; 3 is the channel. */
  readonly descriptors: readonly number[];
}

/** The channel's descriptor in the program. */
export const CHANNEL_FD = 3;
/** Where nsenter(1) finds the namespace: above everything a program is given. */
const NET_FD = 9;

/** Root keeps nothing: no group, no capability, and nothing that runs later can gain one (setpriv(1)). */
const DROPPED = [
  "--clear-groups",
  "--no-new-privs",
  "--inh-caps=-all",
  "--ambient-caps=-all",
  "--bounding-set=-all",
];
/** Small: such a program lives as long as a task, and there are many. */
const NODE_OPTIONS = ["--v8-pool-size=1", "--max-old-space-size=256"];

/** The process, whose channel is `stdio[CHANNEL_FD]`. Throws what spawn throws. */
export function startProgram({ program, account, net, descriptors }: StartedAs): ChildProcess {
  const { stdio, close } = coveredStdio(["ignore", "ignore", "inherit", "pipe", ...descriptors]);
  const ids = ["--reuid", String(account.uid), "--regid", String(account.gid)];
  const drop = [...ids, ...DROPPED, "--", process.execPath, ...NODE_OPTIONS, programFile(program)];
  const command = net === null ? "/usr/bin/setpriv" : "/usr/bin/nsenter";
  const words = net === null ? drop : [`--net=/proc/self/fd/${NET_FD}`, "--", "/usr/bin/setpriv", ...drop];
  try {
    if (net !== null) {
      while (stdio.length <= NET_FD) stdio.push("ignore");
      stdio[NET_FD] = net;
    }
    return spawn(command, words, { cwd: "/", env: {}, stdio });
  } finally {
    close();
  }
}

/** Removes what is in `folder` with the account's own rights; resolves when that ended, however it did. */
export function emptyAs({ uid, gid }: ListedPrincipal, folder: string): Promise<void> {
  const remove = ["/bin/rm", "-rf", "--one-file-system", "--", folder];
  const words = ["--reuid", String(uid), "--regid", String(gid), ...DROPPED, "--", ...remove];
  const { stdio, close } = coveredStdio(["ignore", "ignore", "ignore"]);
  return new Promise((resolve) => {
    const child = spawn("/usr/bin/setpriv", words, { cwd: "/", env: {}, stdio });
    close();
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
}

/** TypeScript in a clone, JavaScript in the package. */
function programFile(program: keyof typeof PROGRAMS): string {
  return fileURLToPath(new URL(`${PROGRAMS[program]}${extname(import.meta.filename)}`, import.meta.url));
}
