// Version 2: which own groups serve, what is written and what is read, on folders with the files that
// Documentation/admin-guide/cgroup-v2.rst describes. Not captured from a machine, and no kernel holds these: the suite
// in cgroup-limits.test.ts runs against whichever version this machine delegates.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, integer, property } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { cpuBandwidth } from "./cgroup-v1.ts";
import { boundGroupV2, cgroupV2, outOfMemoryV2, usageV2 } from "./cgroup-v2.ts";
import type { CgroupPlaces } from "./find-cgroups.ts";

let mount = "";
beforeEach(() => {
  mount = mkdtempSync(join(tmpdir(), "writ-v2-"));
});
afterEach(() => rmSync(mount, { recursive: true, force: true }));

function group(path: string, files: Readonly<Record<string, string>>): string {
  const made = join(mount, path);
  mkdirSync(made, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
  return made;
}

const places = (own: string): CgroupPlaces => ({ v2: { mount, own }, v1: new Map() });
const ALL = "cpuset cpu io memory hugetlb pids rdma misc\n";

describe("cgroupV2", () => {
  it("takes a group whose controllers are on already", () => {
    const own = group("a", { "cgroup.controllers": ALL, "cgroup.subtree_control": "cpu memory pids\n" });
    expect(cgroupV2(places(own))).toEqual({ parent: own });
    expect(existsSync(join(own, "writ-governor"))).toBe(false);
  });

  it("takes the group above the leaf that it moved into before", () => {
    const parent = group("a", { "cgroup.controllers": ALL, "cgroup.subtree_control": "cpu memory pids\n" });
    const leaf = group("a/writ-governor", { "cgroup.controllers": "" });
    expect(cgroupV2(places(leaf))).toEqual({ parent });
  });

  it("says which controllers are missing, or that they stay off", () => {
    expect(cgroupV2({ v2: null, v1: new Map() })).toBe("no version 2 hierarchy");
    const without = group("b", { "cgroup.controllers": "cpu pids\n" });
    expect(cgroupV2(places(without))).toBe("version 2 without the controllers memory");
    expect(cgroupV2(places(group("c", {})))).toContain("memory, pids, cpu");
    // The root of the whole hierarchy has no cgroup.type, so nothing moves; these files take a write and change nothing.
    const deaf = group("d", { "cgroup.controllers": ALL, "cgroup.subtree_control": "" });
    expect(cgroupV2(places(deaf))).toMatch(/^the controllers .*stay off$/);
    expect(readFileSync(join(deaf, "cgroup.subtree_control"), "utf8")).toBe("+memory +pids +cpu");
  });

  it("says so when the group is not delegated", () => {
    const own = group("e", {
      "cgroup.controllers": ALL,
      "cgroup.subtree_control": "",
      "cgroup.type": "domain\n",
    });
    writeFileSync(join(own, "writ-governor"), "in the way of the leaf");
    expect(cgroupV2(places(own))).toContain("not delegated");
  });
});

describe("boundGroupV2", () => {
  const bounds = { memory: 67_108_864, processes: 12, cpu: 1500 };
  /** Empty: an ordinary file keeps what a shorter write does not cover. */
  const files = {
    "memory.max": "",
    "memory.swap.max": "",
    "memory.oom.group": "",
    "pids.max": "",
    "cpu.max": "",
  };

  it("bounds memory and swap together, processes and cpu", () => {
    const own = group("t", files);
    boundGroupV2(own, bounds);
    const written = Object.keys(files).map((name) => readFileSync(join(own, name), "utf8"));
    expect(written).toEqual(["67108864", "0", "1", "12", "150000 100000"]);
  });

  it("throws when a bound has no file", () => {
    for (const missing of ["memory.max", "pids.max", "cpu.max"]) {
      const own = group(`without-${missing}`, files);
      rmSync(join(own, missing));
      expect(() => boundGroupV2(own, bounds), missing).toThrow("ENOENT");
    }
  });
});

describe("usageV2 and outOfMemoryV2", () => {
  it("read the figures, and null where the kernel has none", () => {
    const own = group("u", {
      "memory.peak": "7340032\n",
      "cpu.stat": "usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\nnr_throttled 3\n",
      "memory.events": "low 0\nhigh 0\nmax 17\noom 2\noom_kill 0\noom_group_kill 0\n",
    });
    expect(usageV2(own)).toEqual({ memory_peak: 7_340_032, cpu: 1235, source: "cgroup-v2" });
    expect(outOfMemoryV2(own)).toBe(false);
    writeFileSync(join(own, "memory.events"), "low 0\nhigh 0\nmax 17\noom 2\noom_kill 1\noom_group_kill 1\n");
    expect(outOfMemoryV2(own)).toBe(true);
    expect(usageV2(group("old", {}))).toEqual({ memory_peak: null, cpu: null, source: "cgroup-v2" });
  });
});

describe("cpuBandwidth", () => {
  it("stays within what the kernel takes, and never gives more than asked", () => {
    assert(
      property(integer({ min: 1, max: 1_000_000 }), (thousandths) => {
        const { quota, period } = cpuBandwidth(thousandths);
        // Documentation/scheduler/sched-bwc.rst: quota at least 1 ms, period 1 ms to 1 s.
        expect(quota).toBeGreaterThanOrEqual(1000);
        expect(period).toBeLessThanOrEqual(1_000_000);
        expect(quota * 1000).toBeLessThanOrEqual(thousandths * period);
        expect((quota + 1) * 1000).toBeGreaterThan(thousandths * period);
      }),
      { seed, numRuns: depth(300, 20_000) },
    );
  });
});
