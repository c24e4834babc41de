// A launcher that was started before its task was known: in a private mount namespace, with the task's uid, as a bubblewrap
// that waits for the rest of its arguments. Nothing of any task is in it. Not the telling of the task (launch.ts), and only
// where we are root: an ordinary user's launcher gets its grants as descriptors, which cannot be sent later.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Duplex, Writable } from "node:stream";
import { coveredStdio } from "../inherited-descriptors.ts";
import { fixedArguments } from "./bwrap-arguments.ts";
import {
  ARGUMENTS_FD,
  CONTROL_FD,
  LAUNCHER_PATH,
  NET_FD,
  WAITED_SCRIPT,
  WAITING_SCRIPT,
} from "./launcher-scripts.ts";
import type { TaskPipes } from "./task-pipes.ts";

export interface WaitingLauncher {
  readonly child: ChildProcess;
  readonly control: Duplex;
  /** Where bubblewrap reads the rest of its arguments. */
  readonly rest: Writable;
  readonly pipes: TaskPipes;
  /** Descriptor of the seccomp program in it. */
  readonly filter: number;
  /** Ends it; resolves when nothing of it is left. Idempotent. */
  end(): Promise<void>;
  /** Whether it can still serve: it lives, and what is mounted here is what it saw when it started. */
  fits(): boolean;
}

/** The one seccomp program's descriptor in the launcher: above those with a meaning. */
const FILTER_FD = 10;

/** What a launcher is started with: `filter` is the file of the seccomp program. */
export interface WaitingPlace {
  readonly account: { readonly uid: number; readonly gid: number };
  readonly filter: string;
  /** A descriptor of ours of the network namespace that it waits in; null: it makes one with nothing in it. */
  readonly net: number | null;
}

/** Starts one. Takes `pipes` over. Throws what spawn throws. */
export function startWaiting(
  { account: { uid, gid }, filter, net }: WaitingPlace,
  pipes: TaskPipes,
): WaitingLauncher {
  const mounts = mountTable();
  const drop = ["setpriv", "--reuid", String(uid), "--regid", String(gid), ...DROPPED];
  const isolation = fixedArguments({ uid, gid, network: net === null ? "none" : "gate" });
  const bwrap = ["bwrap", ...isolation, "--args", String(ARGUMENTS_FD), "--", "/bin/sh", "-c", WAITED_SCRIPT];
  const { stdio, close } = coveredStdio(pipes.theirs);
  const program = openSync(filter, "r");
  try {
    while (stdio.length <= FILTER_FD) stdio.push("ignore");
    stdio[CONTROL_FD] = "pipe";
    stdio[ARGUMENTS_FD] = "pipe";
    stdio[FILTER_FD] = program;
    if (net !== null) stdio[NET_FD] = net;
    const enter = net === null ? [] : ["nsenter", `--net=/proc/self/fd/${NET_FD}`, "--"];
    const script = ["/bin/sh", "-c", WAITING_SCRIPT, "sh"];
    const [first, ...rest] = [...enter, ...APART, ...script, ...BOUNDED, ...drop, ...bwrap, "sh"];
    const env = { PATH: LAUNCHER_PATH, STAGE_HOLDER: String(process.pid) };
    const child = spawn(first, rest, { stdio, cwd: "/", env });
    return waitingOf(child, pipes, mounts);
  } finally {
    close();
    closeSync(program);
    pipes.closeTheirs();
  }
}

const APART = ["unshare", "--mount", "--propagation", "private", "--"];
/** No core file, as for every task whose control group bounds the rest. */
const BOUNDED = ["prlimit", "--core=0"];
/** Root keeps nothing. */
export const DROPPED: readonly string[] = [
  ["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--"],
].flat();

function waitingOf(child: ChildProcess, pipes: TaskPipes, mounts: string): WaitingLauncher {
  const ends: readonly unknown[] = child.stdio;
  const [control, rest] = [ends[CONTROL_FD] as Duplex, ends[ARGUMENTS_FD] as Duplex];
  for (const end of [control, rest]) {
    end.on("error", () => child.kill("SIGKILL"));
    // Nobody reads them to their end.
    child.once("exit", () => end.destroy());
  }
  // A start that fails is heard of by whoever takes it.
  child.on("error", () => undefined);
  const lives = (): boolean =>
    child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    child,
    control,
    rest,
    pipes,
    filter: FILTER_FD,
    fits: () => lives() && mountTable() === mounts,
    end: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      pipes.destroy();
      if (!lives()) return;
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** proc_pid_mountinfo(5). */
function mountTable(): string {
  return readFileSync("/proc/self/mountinfo", "latin1");
}
