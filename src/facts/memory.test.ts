// Memory as captured trees of other machines show it, and as this machine does.
import { totalmem } from "node:os";
import { describe, expect, it } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import { observeMemory } from "./memory.ts";
import { MACHINE } from "./observed-roots.ts";

const MIB = 1024 * 1024;
const meminfo = `MemTotal:        4096000 kB\nMemFree:          100000 kB\nMemAvailable:    2048000 kB\n`;
const machine = { memory_total: 4_096_000 * 1024, memory_available: 2_048_000 * 1024 };

describe("observeMemory", () => {
  it("reads the machine's own figures", () => {
    expect(observeMemory(capturedTree({ "proc/meminfo": meminfo }), "linux")).toEqual(machine);
  });

  it("is lowered by a v2 group above ours, and counts cache as available", () => {
    const roots = capturedTree({
      "proc/meminfo": meminfo,
      "proc/self/cgroup": "0::/outer/inner\n",
      "sys/fs/cgroup/cgroup.controllers": "memory\n",
      "sys/fs/cgroup/outer/memory.max": `${512 * MIB}\n`,
      "sys/fs/cgroup/outer/memory.current": `${300 * MIB}\n`,
      "sys/fs/cgroup/outer/memory.stat": `anon 1\ninactive_file ${100 * MIB}\n`,
      "sys/fs/cgroup/outer/inner/memory.max": "max\n",
      "sys/fs/cgroup/outer/inner/memory.current": `${1 * MIB}\n`,
    });
    expect(observeMemory(roots, "linux")).toEqual({ memory_total: 512 * MIB, memory_available: 312 * MIB });
  });

  it("is lowered by a v1 group, also where its path is not mounted", () => {
    const roots = capturedTree({
      "proc/meminfo": meminfo,
      "proc/self/cgroup": "5:cpu,cpuacct:/\n4:memory:/docker/abc\n0::/\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": `${256 * MIB}\n`,
      "sys/fs/cgroup/memory/memory.usage_in_bytes": `${200 * MIB}\n`,
      "sys/fs/cgroup/memory/memory.stat": `inactive_file 5\ntotal_inactive_file ${50 * MIB}\n`,
    });
    expect(observeMemory(roots, "linux")).toEqual({ memory_total: 256 * MIB, memory_available: 106 * MIB });
  });

  it("ignores a v1 group without a limit", () => {
    const roots = capturedTree({
      "proc/meminfo": meminfo,
      "proc/self/cgroup": "4:memory:/x\n",
      "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "9223372036854771712\n",
    });
    expect(observeMemory(roots, "linux")).toEqual(machine);
  });

  it("has nothing available in a limited group whose use cannot be read", () => {
    const roots = capturedTree({
      "proc/meminfo": meminfo,
      "proc/self/cgroup": "0::/a\n",
      "sys/fs/cgroup/cgroup.controllers": "memory\n",
      "sys/fs/cgroup/a/memory.max": `${512 * MIB}\n`,
    });
    expect(observeMemory(roots, "linux").memory_available).toBe(0);
  });

  it.each([
    ["missing", {}],
    ["empty", { "proc/meminfo": "" }],
    ["without MemAvailable", { "proc/meminfo": "MemTotal: 4096000 kB\n" }],
    ["no number", { "proc/meminfo": "MemTotal: 4096000 kB\nMemAvailable: many kB\n" }],
    ["overflowing", { "proc/meminfo": "MemTotal: 4096000 kB\nMemAvailable: 999999999999999 kB\n" }],
    ["endless", { "proc/meminfo": `MemAvailable: 1 kB\n${"x".repeat(5 * MIB)}` }],
  ])("has nothing available when the figures are %s", (_, tree) => {
    expect(observeMemory(capturedTree(tree), "linux").memory_available).toBe(0);
  });

  it("finds this machine's memory", () => {
    const { memory_total, memory_available } = observeMemory(MACHINE);
    expect(memory_total).toBeGreaterThan(0);
    expect(memory_total).toBeLessThanOrEqual(totalmem());
    expect(memory_available).toBeGreaterThan(0);
    expect(memory_available).toBeLessThanOrEqual(memory_total);
  });
});
