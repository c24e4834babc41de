// Reading, writing, freezing, emptying and removing one control group through its files. Knows both versions' files; sets no
// limit (cgroup-v1.ts, cgroup-v2.ts).
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";

/** How long a group may take to become empty, and to go: far above what a loaded machine needs. */
const KILL_WAIT_MS_MAX = 10_000;
const FREEZE_WAIT_MS_MAX = 1_000;
const STEP_MS = 5;

/** Ends what is in a group; null: we do that ourselves. */
let elsewhere: ((group: string) => void) | null = null;

/** From here on what is in a group is killed by `kill`, at once or soon: its processes are another uid's. */
export function killElsewhere(kill: (group: string) => void): void {
  elsewhere = kill;
}

/** Makes the group; one of that name must not exist. */
export function makeGroup(group: string): void {
  mkdirSync(group, { mode: 0o755 });
}

/** Writes one value into one file of `group`, in one write(2), as the kernel wants it. */
export function writeGroupFile(group: string, file: string, value: string): void {
  writeFileSync(join(group, file), value, { flag: "r+" });
}

/** The trimmed text of one file, or null when the group or this kernel has no such file. */
export function readGroupFile(group: string, file: string): string | null {
  try {
    return readFileSync(join(group, file), "utf8").trim();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** A whole number out of one file; null when there is none. */
export function readGroupNumber(group: string, file: string): number | null {
  const text = readGroupFile(group, file);
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/** The number behind `key` in a file of `key number` lines; null when there is none. */
export function readGroupField(group: string, file: string, key: string): number | null {
  const line = readGroupFile(group, file)
    ?.split("\n")
    .find((text) => text.startsWith(`${key} `));
  return line === undefined ? null : Number(line.slice(key.length + 1));
}

/** The processes of the group itself. A group that is gone has none. */
export function groupProcesses(group: string): readonly number[] {
  return (readGroupFile(group, "cgroup.procs") ?? "").split("\n").filter(Boolean).map(Number);
}

/**
 * Freezes the group, sends SIGKILL to each process and thaws, until none is left: a version 1 group delivers it only
 * when thawed, and while frozen nothing can fork away. Version 2's `cgroup.kill` (Linux 5.14) does it in one step.
 * Throws `WritError` when processes stay, or when one of them is not ours to kill.
 */
export async function emptyGroup(group: string): Promise<void> {
  const deadline = performance.now() + KILL_WAIT_MS_MAX;
  while (groupProcesses(group).length > 0) {
    if (performance.now() > deadline) throw cannotEmpty(group, "its processes do not end");
    await killOnce(group);
    await waitUntil(() => groupProcesses(group).length === 0, 200);
  }
}

/** Removes an empty group; one that is gone already is removed. */
export async function removeGroup(group: string): Promise<void> {
  const deadline = performance.now() + KILL_WAIT_MS_MAX;
  for (;;) {
    try {
      rmdirSync(group);
      return;
    } catch (error) {
      if (isMissing(error)) return;
      if (performance.now() > deadline) throw cannotEmpty(group, "the kernel keeps it busy", error);
    }
    await sleep(STEP_MS);
  }
}

async function killOnce(group: string): Promise<void> {
  // INVARIANT: nothing is frozen or killed while this process is in the group, or one that we cannot name.
  const stranger = groupProcesses(group).find((pid) => pid <= 1 || pid === process.pid);
  if (stranger !== undefined) throw cannotEmpty(group, `process ${stranger} in it is not a task's`);
  if (existsSync(join(group, "cgroup.kill"))) {
    writeGroupFile(group, "cgroup.kill", "1");
    if (readGroupFile(group, "cgroup.freeze") === "1") writeGroupFile(group, "cgroup.freeze", "0");
    return;
  }
  // A group that does not freeze in time is killed all the same: the loop around this comes again.
  await freezeGroup(group);
  try {
    if (elsewhere !== null) elsewhere(group);
    else for (const pid of groupProcesses(group)) killProcess(group, pid);
  } finally {
    thawGroup(group);
  }
}

/**
 * Asks the kernel to stop every process of the group and waits up to a second until they all stand; whether they do. False
 * too when this hierarchy has no freezer. Files: Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst, cgroup-v2.rst.
 */
export async function freezeGroup(group: string): Promise<boolean> {
  const freezer = freezerOf(group);
  if (freezer === null) return false;
  writeGroupFile(group, freezer.file, freezer.freeze);
  return await waitUntil(() => freezer.stands(), FREEZE_WAIT_MS_MAX);
}

/** Lets the group's processes go on; without effect on a group that is gone or has no freezer. */
export function thawGroup(group: string): void {
  const freezer = freezerOf(group);
  if (freezer !== null) writeGroupFile(group, freezer.file, freezer.thaw);
}

interface Freezer {
  readonly file: string;
  readonly freeze: string;
  readonly thaw: string;
  readonly stands: () => boolean;
}

function freezerOf(group: string): Freezer | null {
  if (existsSync(join(group, "freezer.state"))) {
    const stands = (): boolean => readGroupFile(group, "freezer.state") === "FROZEN";
    return { file: "freezer.state", freeze: "FROZEN", thaw: "THAWED", stands };
  }
  if (existsSync(join(group, "cgroup.freeze"))) {
    const stands = (): boolean => readGroupField(group, "cgroup.events", "frozen") === 1;
    return { file: "cgroup.freeze", freeze: "1", thaw: "0", stands };
  }
  return null;
}

/** A process outside our pid namespace reads as 0, which kill(2) takes for the caller's own group: never pass it on. */
function killProcess(group: string, pid: number): void {
  assert(pid > 1, "only a process that has a name of its own is killed");
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw cannotEmpty(group, "a kill failed", error);
  }
}

/** Whether it came to hold in time. */
async function waitUntil(holds: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() >= deadline) return false;
    await sleep(STEP_MS);
  }
  return true;
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENODEV";
}

function cannotEmpty(group: string, why: string, cause?: unknown): WritError {
  return new WritError("WRIT_ISOLATION_UNAVAILABLE", `control group \`${group}\` cannot be cleared: ${why}`, {
    hint: `cat ${group}/cgroup.procs`,
    cause,
  });
}
