// Cores as captured trees show them, and as this machine does.
import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import { observeCpu } from "./cpu.ts";
import { MACHINE } from "./observed-roots.ts";

const cores = (online: string, allowed: string): Record<string, string> => ({
  "sys/devices/system/cpu/online": `${online}\n`,
  "proc/self/status": `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${allowed}\n`,
});

describe("observeCpu", () => {
  it.each([
    ["0-7", "0-7", 8000],
    ["0-7", "0-3,6", 5000],
    ["0-3", "0-1023", 4000],
    ["0", "0", 1000],
    ["0-3", "8-9", 0],
  ])("online %s, allowed %s: %i", (online, allowed, expected) => {
    expect(observeCpu(capturedTree(cores(online, allowed)), "linux")).toBe(expected);
  });

  it("takes the smallest quota of the groups above, v2", () => {
    const roots = capturedTree({
      ...cores("0-7", "0-7"),
      "proc/self/cgroup": "0::/a/b\n",
      "sys/fs/cgroup/cgroup.controllers": "cpu\n",
      "sys/fs/cgroup/a/cpu.max": "150000 100000\n",
      "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
    });
    expect(observeCpu(roots, "linux")).toBe(1500);
  });

  it("takes the quota of a v1 group", () => {
    const roots = capturedTree({
      ...cores("0-7", "0-7"),
      "proc/self/cgroup": "2:cpu,cpuacct:/a\n",
      "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "250000\n",
      "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    });
    expect(observeCpu(roots, "linux")).toBe(2500);
  });

  it("ignores a period of zero", () => {
    const roots = capturedTree({
      ...cores("0-1", "0-1"),
      "proc/self/cgroup": "0::/\n",
      "sys/fs/cgroup/cgroup.controllers": "cpu\n",
      "sys/fs/cgroup/cpu.max": "100 0\n",
    });
    expect(observeCpu(roots, "linux")).toBe(2000);
  });

  it("uses the one list it has, and none is no core", () => {
    expect(observeCpu(capturedTree({ "sys/devices/system/cpu/online": "0-1\n" }), "linux")).toBe(2000);
    expect(observeCpu(capturedTree({ "proc/self/status": "Name: x\n" }), "linux")).toBe(0);
    expect(observeCpu(capturedTree({ "sys/devices/system/cpu/online": "0-,x\n" }), "linux")).toBe(0);
  });

  it("finds this machine's cores", () => {
    const milli = observeCpu(MACHINE);
    expect(milli).toBeGreaterThan(0);
    expect(milli).toBeLessThanOrEqual(availableParallelism() * 1000);
  });
});
