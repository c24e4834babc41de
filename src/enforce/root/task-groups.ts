// Control groups of the governor's own, which set a task's limits: only root may put another uid's process into one, or end
// it there. Not the making of groups (limits/).
import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";

/** Where Linux mounts control groups (cgroups(7)), and what the governor calls its own (limits/open-limits.ts). */
const GROUP = /^\/sys\/fs\/cgroup(?:\/[^/]+)*\/writ-[a-z0-9]{4,32}-[A-Za-z0-9_-]{1,128}$/u;

/** Whether `group` is a control group that the account `uid` made for a task. */
export function isTaskGroup(group: string, uid: number): boolean {
  if (!GROUP.test(group) || group.split("/").includes("..")) return false;
  const stat = lstatSync(group, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === uid;
}

/** Whether `file` is where processes are put into such a group. */
export function isProcsFile(file: string, uid: number): boolean {
  return basename(file) === "cgroup.procs" && isTaskGroup(dirname(file), uid);
}

/** Puts `pid` into each group. Throws what the kernel says. */
export function joinGroups(pid: number, procsFiles: readonly string[]): void {
  for (const file of procsFiles) writeFileSync(file, String(pid), { flag: "r+" });
}

/** Kills what is in the group; what is frozen dies when its governor thaws it. */
export function emptyGroup(group: string): void {
  const pids = readFileSync(`${group}/cgroup.procs`, "latin1").split("\n").map(Number);
  // A process outside our pid namespace reads as 0, which kill(2) takes for the caller's own group.
  for (const pid of pids) if (pid > 1 && pid !== process.pid) killProcess(pid);
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
  }
}

/** Whether `pid` is a child of `parent` and entirely `uid`'s (proc_pid_status(5)). */
export function isChild(pid: number, parent: number, uid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const all = `Uid:\t${uid}\t${uid}\t${uid}\t${uid}\n`;
    return status.includes(`\nPPid:\t${parent}\n`) && status.includes(`\n${all}`);
  } catch {
    return false; // It is gone.
  }
}
