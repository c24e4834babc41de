// Proves limits by exceeding them: a child over its memory, one over its processes, a group killed whole. Returns what
// was seen; decides nothing about tiers (open-limits.ts).
import { spawn } from "node:child_process";
import type { TaskBounds, TaskLimits } from "./limits.ts";

const MEMORY = 32 * 1024 ** 2;
const PROCESSES = 6;
const BOUNDS: TaskBounds = { memory: MEMORY, processes: PROCESSES, cpu: 1000 };
/** A probe that shows nothing within this time has failed. It takes some tens of ms; a loaded machine gets its time. */
const PROBE_MS_MAX = 15_000;

/** Takes four times the bound in one buffer and fills it. */
const TAKE_AT_ONCE = ["dd", "if=/dev/zero", "of=/dev/null", "bs=128M", "count=1"];
/** Asks for a buffer of so many MiB, and touches none of it. */
const reserve = (mebibytes: number): readonly string[] => [
  "dd",
  "if=/dev/null",
  "of=/dev/null",
  `bs=${mebibytes}M`,
];
/** Keeps the last 128 MiB of an endless input, so it grows, holds, and does not end by itself. */
const TAKE_AND_STAY = ["sh", "-c", "cat /dev/zero | tail -c 128M"];
/** Says a line for each child it got, then waits for them. */
const FORK = [
  "sh",
  "-c",
  "i=0; while [ $i -lt 24 ]; do sleep 60 >/dev/null 2>&1 & echo $i; i=$((i+1)); done; wait",
];

/** Who runs the probes: a uid that the kernel exempts from nothing. */
export interface ProbeUser {
  readonly uid: number;
  readonly gid: number;
}

/** One line of what was seen, or the first thing that was not held. */
export type Attestation =
  | { readonly held: true; readonly seen: string }
  | { readonly held: false; readonly seen: string };

/** Attests control groups. `create` makes a task of the given id; everything is removed afterwards. */
export async function attestGroups(
  create: (id: string, bounds: TaskBounds) => Promise<TaskLimits>,
): Promise<Attestation> {
  const memory = await withLimits(await create("probe-memory", BOUNDS), async (limits) => {
    const end = await run([...limits.joinPrefix, ...TAKE_AT_ONCE], {});
    return !end.timedOut && end.signal === "SIGKILL" && limits.outOfMemory();
  });
  if (!memory) return failed("a child over its memory was not seen killed");
  const processes = await withLimits(await create("probe-processes", BOUNDS), async (limits) => {
    const end = await run([...limits.joinPrefix, ...FORK], { enough: PROCESSES });
    await limits.kill();
    return couldNotFork(end);
  });
  if (!processes) return failed("a child was not seen stopped at its processes");
  return held(
    "a child over its memory was killed, one over its processes could not fork, a group was killed whole",
  );
}

/** Attests resource limits in a fresh user namespace, and the poll. */
export async function attestSoft(
  create: (bounds: TaskBounds) => TaskLimits,
  user: ProbeUser | null,
): Promise<Attestation> {
  const data = await withLimits(create(BOUNDS), async (limits) => {
    const little = await run(["prlimit", ...limits.rlimits, "--", ...reserve(1)], { user });
    const much = await run(["prlimit", ...limits.rlimits, "--", ...reserve(2048)], { user });
    // The little one must pass, or the failure of the other proves nothing.
    return little.code === 0 && !much.timedOut && much.code !== null && much.code > 0;
  });
  if (!data) return failed("RLIMIT_DATA was not seen to hold a child over its memory");
  const processes = await withLimits(create(BOUNDS), async (limits) => {
    const namespace = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
    const end = await run([...namespace, "prlimit", ...limits.rlimits, "--", ...FORK], {
      user,
      enough: PROCESSES,
    });
    return couldNotFork(end);
  });
  if (!processes) return failed("RLIMIT_NPROC was not seen to hold a child in a fresh user namespace");
  const polled = await withLimits(create(BOUNDS), async (limits) => {
    const end = await run(TAKE_AND_STAY, { user, started: (pid) => limits.watch(pid) });
    // It never ends by itself. Which of its processes died first, and so how the shell ended, is left to chance.
    return !end.timedOut && limits.outOfMemory();
  });
  if (!polled) return failed("the poll was not seen to kill a child over its memory");
  return held("RLIMIT_DATA and RLIMIT_NPROC held a child in a fresh user namespace, the poll killed one");
}

async function withLimits(
  limits: TaskLimits,
  probe: (limits: TaskLimits) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await probe(limits);
  } finally {
    await limits.remove();
  }
}

function couldNotFork(end: RunEnd): boolean {
  return end.complained && !end.timedOut && end.lines > 0 && end.lines < PROCESSES;
}

interface RunOptions {
  readonly user?: ProbeUser | null;
  /** Enough lines to know that nothing was held. */
  readonly enough?: number;
  readonly started?: (pid: number) => void;
}

interface RunEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** Lines on standard output. */
  readonly lines: number;
  /** Whether anything was said on standard error. */
  readonly complained: boolean;
  /** Then everything else here is worth nothing. */
  readonly timedOut: boolean;
}

/** Never rejects: a program that cannot be started ends with neither code nor signal, which proves nothing. */
function run(argv: readonly string[], options: RunOptions): Promise<RunEnd> {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C" },
    cwd: "/",
    ...options.user,
  });
  return new Promise((resolve) => {
    let lines = 0;
    let complained = false;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
      child.stdout.destroy();
      child.stderr.destroy();
    }, PROBE_MS_MAX);
    child.stdout.on("data", (chunk: Buffer) => {
      lines += chunk.filter((byte) => byte === 0x0a).length;
      if (lines >= (options.enough ?? Infinity)) child.kill("SIGKILL");
    });
    child.stderr.on("data", () => {
      complained = true;
      // A shell that cannot fork says so; some try again for a while, so the first word is enough.
      if (options.enough !== undefined) child.kill("SIGKILL");
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, lines, complained, timedOut });
    });
    child.on("error", () => undefined);
    if (child.pid !== undefined) options.started?.(child.pid);
  });
}

function held(seen: string): Attestation {
  return { held: true, seen };
}

function failed(seen: string): Attestation {
  return { held: false, seen };
}
