// bwrapArguments: the order and the closedness of what bubblewrap is told. That it holds is tried in executor tests.
import { describe, expect, test } from "vitest";
import { bwrapArguments, type SandboxPlan } from "./bwrap-arguments.ts";

const plan: SandboxPlan = {
  uid: 1234,
  gid: 1234,
  etc: "/run/etc",
  mounts: [],
  masked: [],
  directory: "/work/inner",
  network: "none",
  environment: { HOME: "/tmp" },
  filters: [11, 12],
  memory: 1000,
};
const text = (more: Partial<SandboxPlan> = {}): string => bwrapArguments({ ...plan, ...more }).join(" ");

describe("bwrapArguments", () => {
  test("takes every namespace, drops every capability and inherits no variable", () => {
    const flags = [
      "--unshare-user",
      "--disable-userns",
      "--unshare-pid",
      "--unshare-ipc",
      "--unshare-uts",
      "--unshare-net",
    ];
    for (const flag of [...flags, "--cap-drop ALL", "--die-with-parent", "--new-session", "--clearenv"]) {
      expect(text()).toContain(flag);
    }
    expect(text({ network: "models" })).not.toContain("--unshare-net");
  });

  test("mounts outer folders first, masks after every mount, and ends with a read-only root", () => {
    const mounts = [
      { source: { fd: 20 }, target: "/work/inner/deep", writable: false },
      { source: { fd: 21 }, target: "/work", writable: true },
      { source: { path: "/tmp/g2" }, target: "/work/inner", writable: false },
    ];
    const masked = [
      { path: "/work/.env", kind: "file" },
      { path: "/work/.ssh", kind: "directory" },
    ] as const;
    const told = text({ mounts, masked });
    const order = [
      "--tmpfs /tmp ",
      "--bind-fd 21 /work ",
      "--ro-bind /tmp/g2 /work/inner ",
      "--ro-bind-fd 20 /work/inner/deep ",
      "--ro-bind /dev/null /work/.env ",
      "--perms 0000 --tmpfs /work/.ssh --remount-ro /work/.ssh ",
      "--remount-ro / --chdir /work/inner ",
      "--add-seccomp-fd 11 --add-seccomp-fd 12",
    ];
    const places = order.map((part) => told.indexOf(part));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test("mounts one thing at one target: the last one named", () => {
    const target = "/work/file";
    const told = text({
      mounts: [
        { source: { fd: 20 }, target, writable: true },
        { source: { fd: 21 }, target, writable: false },
      ],
    });
    expect(told).toContain("--ro-bind-fd 21 /work/file");
    expect(told).not.toContain("--bind-fd 20");
  });

  test("makes an empty working directory only where no mount shows it", () => {
    expect(text()).toContain("--dir /work/inner");
    expect(text({ mounts: [{ source: { fd: 20 }, target: "/work", writable: false }] })).not.toContain(
      "--dir /work/inner",
    );
  });

  test("never gives /tmp more than the memory grant", () => {
    expect(text()).toContain("--size 1000 --perms 1777 --tmpfs /tmp");
    expect(text({ memory: 2 ** 40 })).toContain("--size 1073741824 --perms 1777 --tmpfs /tmp");
  });
});
