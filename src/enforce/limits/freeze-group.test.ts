// Freezing a group of version 2 on this kernel, which needs no controller: a real process in a real group. Where no version
// 2 hierarchy can be written, the suite says so. Version 1 is frozen in cgroup-limits.test.ts.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { start, until } from "../../../test/enforce/start.ts";
import { freezeGroup, thawGroup } from "./group-files.ts";

const group = madeGroup(["/sys/fs/cgroup/unified", "/sys/fs/cgroup"]);
if (group === null) console.log("freezing a version 2 group is not tested here: no group can be made");

it.runIf(group !== null)("freezeGroup stops a version 2 group until thawGroup", async () => {
  const own = group ?? "";
  const task = start(["sh", "-c", "while :; do :; done"]);
  const ticks = (): number => {
    const stat = readFileSync(`/proc/${task.pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[11]);
  };
  try {
    writeFileSync(join(own, "cgroup.procs"), String(task.pid));
    await until(() => ticks() > 0, "it runs");
    expect(await freezeGroup(own)).toBe(true);
    const stood = ticks();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ticks()).toBe(stood);
    thawGroup(own);
    await until(() => ticks() > stood, "it goes on");
  } finally {
    thawGroup(own);
    task.child.kill("SIGKILL");
    await task.ended;
    await until(() => removed(own), "the group is empty");
  }
});

it("freezeGroup and thawGroup do nothing to a group that is gone", async () => {
  expect(await freezeGroup("/sys/fs/cgroup/nowhere")).toBe(false);
  expect(() => thawGroup("/sys/fs/cgroup/nowhere")).not.toThrow();
});

function madeGroup(mounts: readonly string[]): string | null {
  for (const mount of mounts) {
    const made = join(mount, `writ-freeze-${process.pid}`);
    try {
      readFileSync(join(mount, "cgroup.controllers"));
      mkdirSync(made);
      return made;
    } catch {
      // Not a version 2 hierarchy, or not ours to write.
    }
  }
  return null;
}

function removed(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
