// Own groups out of the kernel's texts: this form on Debian 12 (v2), a hybrid host, one mount per controller, Docker
// with v1, and what must not be taken for one. The texts have the documented shapes (cgroups(7), proc_pid_mountinfo(5)).
import { describe, expect, it } from "vitest";
import { findCgroups } from "./find-cgroups.ts";

const ROOT = "/sys/fs/cgroup";
const V2 =
  "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot";

describe("findCgroups", () => {
  it("finds the one group of a version 2 host", () => {
    const places = findCgroups(
      ROOT,
      "0::/user.slice/user-1000.slice/user@1000.service/app.slice/w.service\n",
      V2,
    );
    const own = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/w.service";
    expect(places).toEqual({ v2: { mount: ROOT, own }, v1: new Map() });
  });

  it("finds a group per controller, combined hierarchies included", () => {
    const cgroup = "9:name=systemd:/\n5:cpu,cpuacct:/a\n4:memory:/b/c\n3:pids:/\n2:freezer:/\n0::/\n";
    const mountinfo = [
      "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
      "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
      "38 31 0:35 / /sys/fs/cgroup/pids rw,relatime shared:1 - cgroup cgroup rw,pids",
      "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
    ].join("\n");
    const { v1, v2 } = findCgroups(ROOT, cgroup, mountinfo);
    expect(Object.fromEntries(v1)).toEqual({
      cpu: { mount: "/sys/fs/cgroup/cpu,cpuacct", own: "/sys/fs/cgroup/cpu,cpuacct/a" },
      cpuacct: { mount: "/sys/fs/cgroup/cpu,cpuacct", own: "/sys/fs/cgroup/cpu,cpuacct/a" },
      memory: { mount: "/sys/fs/cgroup/memory", own: "/sys/fs/cgroup/memory/b/c" },
      pids: { mount: "/sys/fs/cgroup/pids", own: "/sys/fs/cgroup/pids" },
    });
    expect(v2).toEqual({ mount: "/sys/fs/cgroup/unified", own: "/sys/fs/cgroup/unified" });
  });

  it("takes a container's part of the hierarchy off the path", () => {
    const mountinfo =
      "900 899 0:32 /docker/4f1c /sys/fs/cgroup/memory ro,nosuid master:12 - cgroup cgroup rw,memory";
    const own = (path: string): string | undefined =>
      findCgroups(ROOT, `4:memory:${path}\n`, mountinfo).v1.get("memory")?.own;
    expect(own("/docker/4f1c")).toBe("/sys/fs/cgroup/memory");
    expect(own("/docker/4f1c/task")).toBe("/sys/fs/cgroup/memory/task");
    expect(own("/docker/4f1c0")).toBeUndefined();
    expect(own("/other")).toBeUndefined();
  });

  it("reads the octal escapes of a mount point", () => {
    const mountinfo = "29 23 0:26 / /mnt/a\\040b rw - cgroup2 none rw";
    expect(findCgroups("/mnt", "0::/x\n", mountinfo).v2).toEqual({ mount: "/mnt/a b", own: "/mnt/a b/x" });
  });

  it("finds nothing in mounts elsewhere, groups outside the namespace, or no text", () => {
    const nothing = { v2: null, v1: new Map() };
    expect(findCgroups(ROOT, "0::/x\n", V2.replace(ROOT, "/sys/fs/cgroup2"))).toEqual(nothing);
    expect(findCgroups(ROOT, "0::/../../x\n", V2)).toEqual(nothing);
    expect(findCgroups(ROOT, "0::/x\n", "29 23 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,memory")).toEqual(
      nothing,
    );
    expect(findCgroups(ROOT, "", "")).toEqual(nothing);
    expect(findCgroups(ROOT, "garbage\n:::\n", `${V2}\ngarbage`)).toEqual(nothing);
  });
});
