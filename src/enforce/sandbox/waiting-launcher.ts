// A launcher that was started before its task was known: in a private mount namespace with the system's part of the stage,
// in its network namespace and control groups, with the task's uid, as a bubblewrap that waits for the rest of its
// arguments. Nothing of any task is in it. Not the telling of the task (launch.ts), and only
// where we are root: an ordinary user's launcher gets its grants as descriptors, which cannot be sent later.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Duplex, Writable } from "node:stream";
import { coveredStdio } from "../inherited-descriptors.ts";
import type { AheadLimits } from "../limits/limits.ts";
import { fixedArguments } from "./bwrap-arguments.ts";
import { type EtcTree, hostEtc } from "./etc-trees.ts";
import {
  ARGUMENTS_FD,
  CONTROL_FD,
  LAUNCHER_PATH,
  NET_FD,
  WAITED_SCRIPT,
  WAITING_SCRIPT,
} from "./launcher-scripts.ts";
import { prepareStageAhead, type StageAhead } from "./stage.ts";
import type { TaskPipes } from "./task-pipes.ts";

export interface WaitingLauncher {
  readonly child: ChildProcess;
  readonly control: Duplex;
  /** Where bubblewrap reads the rest of its arguments. */
  readonly rest: Writable;
  readonly pipes: TaskPipes;
  /** Descriptor of the seccomp program in it. */
  readonly filter: number;
  /** What is bound in it already; its folder goes with it. */
  readonly stage: StageAhead;
  /** The control groups that it is in before it gets any argument. */
  readonly groups: AheadLimits;
  /** Ends it; resolves when nothing of it is left but the groups that became a task's. Idempotent. */
  end(): Promise<void>;
  /** Whether it can still serve: it lives, and what is mounted here and shown of /etc is what it saw when it started. */
  fits(): boolean;
}

/** The one seccomp program's descriptor in the launcher: above those with a meaning. */
const FILTER_FD = 10;

/** What a launcher is started with: `filter` is the file of the seccomp program. */
export interface WaitingPlace {
  readonly account: { readonly uid: number; readonly gid: number };
  readonly filter: string;
  /** Its own, not there yet. */
  readonly folder: string;
  readonly etc: EtcTree;
  /** A descriptor of ours of the network namespace that it waits in; null: it makes one with nothing in it. */
  readonly net: number | null;
}

/** What is the launcher's to end. */
export interface WaitingParts {
  readonly pipes: TaskPipes;
  readonly groups: AheadLimits;
}

/** Starts one. Throws what spawn throws, or what its folder's making throws; then `parts` are the caller's. */
export function startWaiting(
  { account: { uid, gid }, filter, folder, etc, net }: WaitingPlace,
  { pipes, groups }: WaitingParts,
): WaitingLauncher {
  const host = hostNow();
  mkdirSync(folder, { mode: 0o711 });
  const stage = prepareStageAhead(folder, etc.folder, etc.binds);
  const drop = ["setpriv", "--reuid", String(uid), "--regid", String(gid), ...DROPPED];
  // The network namespace is there before bubblewrap is.
  const isolation = fixedArguments({ uid, gid, network: "gate" });
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
    const apart = [
      "unshare",
      ...(net === null ? ["--net"] : []),
      "--mount",
      "--propagation",
      "private",
      "--",
    ];
    const script = ["/bin/sh", "-c", WAITING_SCRIPT, "sh", ...groups.procsFiles, "--"];
    const [first, ...rest] = [...enter, ...apart, ...script, ...BOUNDED, ...drop, ...bwrap, "sh"];
    const env = {
      PATH: LAUNCHER_PATH,
      STAGE_HOLDER: String(process.pid),
      STAGE_BASE: stage.base,
      ...(net === null ? { STAGE_ALONE: "1" } : {}),
    };
    const child = spawn(first, rest, { stdio, cwd: "/", env });
    return waitingOf(child, { pipes, groups, stage, host });
  } finally {
    close();
    closeSync(program);
    pipes.closeTheirs();
  }
}

/** No core file, as for every task whose control group bounds the rest. */
const BOUNDED = ["prlimit", "--core=0"];
/** Root keeps nothing. */
export const DROPPED: readonly string[] = [
  ["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--"],
].flat();

interface Started extends WaitingParts {
  readonly stage: StageAhead;
  /** As of its start. */
  readonly host: string;
}

function waitingOf(child: ChildProcess, { pipes, groups, stage, host }: Started): WaitingLauncher {
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
  const end = async (): Promise<void> => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    pipes.destroy();
    if (lives()) {
      child.kill("SIGKILL");
      await gone;
    }
    await groups.remove();
    await rm(stage.folder, { recursive: true, force: true });
  };
  let ending: Promise<void> | null = null;
  return {
    child,
    control,
    rest,
    pipes,
    filter: FILTER_FD,
    stage,
    groups,
    fits: () => lives() && !hasEnded(child.pid) && hostNow() === host,
    end: () => (ending ??= end()),
  };
}

/** Whether a child of ours has ended, heard of or not: field 3 of proc_pid_stat(5); the name before it may hold anything. */
function hasEnded(pid: number | undefined): boolean {
  try {
    const stat = readFileSync(`/proc/${pid ?? ""}/stat`, "latin1");
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return true; // Gone.
  }
}

/** What of this machine a launcher keeps as it was: its mounts (proc_pid_mountinfo(5)) and the files of its /etc. */
function hostNow(): string {
  return `${readFileSync("/proc/self/mountinfo", "latin1")}\n${hostEtc()}`;
}
