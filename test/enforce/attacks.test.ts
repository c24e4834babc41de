// What `writ run -- command` cannot do: one test for each line of that promise, each a real attempt under the real
// executor, as root's task and as an ordinary user's. By file permission everything here is open to the task, so what
// is refused is refused by the sandbox.
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openLimits } from "../../src/enforce/limits/open-limits.ts";
import type { ConfinedResult } from "../fixtures/confined-run.ts";
import { groupName } from "../leftover-groups.ts";
import { isRoot } from "./as-user.ts";
import type { Asked } from "./confined-run.ts";
import { accounts, type ConfinedRunner, openRunner, TASK_UID } from "./confined-runner.ts";
import { type Neighbour, neighbourOf, sizeOf } from "./neighbour.ts";
import { isAlive, start, until } from "./start.ts";

const MIB = 1024 ** 2;
const SOURCE = join(import.meta.dirname, "../../suites/programs/attacks");

describe.each(accounts())("a task of %s cannot", (account) => {
  let runner: ConfinedRunner;
  let count = 0;
  let attacks = "";
  let work = "";
  let outside = "";

  beforeAll(async () => {
    runner = await openRunner(account);
    attacks = copyAttacks(runner.folder);
  });
  afterAll(() => runner.close());
  beforeEach(() => {
    count += 1;
    work = folder(join(runner.folder, `work-${count}`));
    outside = folder(join(runner.folder, `outside-${count}`));
    writeFileSync(join(outside, "secret"), "not granted", { mode: 0o666 });
    chmodSync(join(outside, "secret"), 0o666);
  });

  /** Runs attack programs, each written as its command line, in one task. The attacks are readable, `work` is writable. */
  const attack = (attempts: string | readonly string[], more: Partial<Asked> = {}): Promise<ConfinedResult> =>
    runner.run({ asked: asked(attempts, more) });
  const asked = (attempts: string | readonly string[], more: Partial<Asked> = {}): Asked => ({
    command: ["sh", "-c", [attempts].flat().map(commandLine).join("; ")],
    directory: work,
    reads: [attacks],
    writes: [work],
    ...more,
  });
  const commandLine = (line: string): string =>
    `${line.split(" ")[0]?.endsWith(".pl") ? "perl" : "sh"} ${attacks}/${line}`;
  /** The lines that they printed; they must have run. */
  const lines = async (
    attempts: string | readonly string[],
    more: Partial<Asked> = {},
  ): Promise<readonly string[]> => {
    const { error, stderr, stdout } = await attack(attempts, more);
    expect({ error, stderr }).toEqual({ error: null, stderr: "" });
    return stdout.split("\n").filter(Boolean);
  };
  const eachBlocked = async (attempts: readonly string[]): Promise<void> => {
    const seen = await lines(attempts);
    expect(seen.length).toBe(attempts.length);
    for (const [index, line] of seen.entries()) expect(line, attempts[index]).toMatch(/^BLOCKED /);
  };

  it("(the attacks do work: what is granted is open)", async () => {
    writeFileSync(join(work, "mine"), "granted", { mode: 0o666 });
    expect(await lines(`read.pl ${work}/mine`)).toEqual(["OPEN granted"]);
    expect(await lines(`write.pl ${work}/new`)).toEqual(["OPEN "]);
    expect(await lines("socket.pl inet stream 0")).toEqual([expect.stringMatching(/^OPEN/)]);
    expect(await lines("memory-bomb.pl 16 private", { memory: 128 * MIB })).toEqual(["OPEN 16"]);
    expect(await lines("memory-bomb.pl 16 many", { memory: 128 * MIB })).toEqual(["OPEN 16"]);
    expect(await lines("disk-bomb.pl /tmp 4", { memory: 128 * MIB })).toEqual(["OPEN 4"]);
  });

  it("read outside its grants", async () => {
    symlinkSync(join(outside, "secret"), join(work, "link"));
    const paths = [join(outside, "secret"), outside, `${work}/../${outside.split("/").at(-1)}/secret`];
    const places = [
      `${work}/link`,
      "/etc/shadow",
      "/root",
      "/home",
      "/var/log",
      "/sys/fs/cgroup",
      "/boot",
      "/dev/mem",
    ];
    const own = [process.execPath.includes("node_modules") ? import.meta.filename : "/etc/machine-id"];
    for (const line of await lines(`read.pl ${[...paths, ...places, ...own].join(" ")}`)) {
      expect(line).toMatch(/^BLOCKED (ENOENT|EACCES|EPERM)$/);
    }
    await eachBlocked([`other-roots.pl ${outside}/secret`, `link.pl symbolic ${outside}/secret ${work}/l`]);
    await eachBlocked([
      `link.pl hard ${outside}/secret ${work}/l`,
      `link.pl symbolic /proc/1/root${outside}/secret ${work}/l`,
    ]);
  });

  it("write outside its grants", async () => {
    const places = [
      join(outside, "secret"),
      join(outside, "new"),
      "/etc/new",
      "/usr/new",
      "/new",
      "/usr/bin/sh",
    ];
    const kernel = [
      "/proc/sys/kernel/core_pattern",
      "/proc/sysrq-trigger",
      "/sys/power/state",
      "/dev/kmsg",
      "/dev/vda",
    ];
    const readOnly = [join(attacks, "new"), join(attacks, "Attack.pm"), join(runner.folder, "new")];
    const paths = [...places, ...kernel, ...readOnly];
    const seen = await lines(`write.pl ${paths.join(" ")}`);
    expect(seen.length).toBe(paths.length);
    for (const [index, line] of seen.entries()) {
      expect(line, paths[index]).toMatch(/^BLOCKED (ENOENT|EACCES|EPERM|EROFS)$/);
    }
    await eachBlocked([`become-root.pl mknod ${work}`, "become-root.pl mknod /tmp"]);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("not granted");
  });

  it("write through a link that a grant holds", async () => {
    symlinkSync(outside, join(work, "folder"));
    expect(await lines(`write.pl ${work}/folder/new`)).toEqual([expect.stringMatching(/^BLOCKED /)]);
    expect(() => statSync(join(outside, "new"))).toThrow("ENOENT");
  });

  it("become somebody else", async () => {
    await eachBlocked(["become-root.pl uid", "become-root.pl gid", "become-root.pl groups"]);
  });

  it("see other processes", async () => {
    const bystander = start(["sleep", "61.999"]);
    const seen = await lines("processes.pl");
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.join("\n")).not.toContain("61.999");
    for (const line of seen) expect(line).toMatch(/^\d+ (\/usr\/bin\/)?(bwrap|sh|perl) /);
    expect(seen.length).toBeLessThanOrEqual(3);
    expect(isAlive(bystander.pid)).toBe(true);
  });

  it("signal other processes", async () => {
    const bystander = start(["sleep", "60"], isRoot ? { uid: TASK_UID, gid: TASK_UID } : {});
    expect(await lines(`signal.pl ${bystander.pid} ${process.pid} ${runner.pid}`)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^BLOCKED (ESRCH|EPERM)$/)),
    );
    await attack("kill-all.pl");
    expect(isAlive(bystander.pid)).toBe(true);
    expect(await lines("syscall.pl getpid")).toHaveLength(1);
  });

  it("open a socket to anywhere over IPv4 or IPv6", async () => {
    const server = createHttpServer((_, response) => response.end("reached"));
    const port = await listening(server, "::");
    const own = Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).map(({ address }) => address.split("%")[0]),
    );
    const targets = [
      "127.0.0.1",
      "127.0.0.2",
      "::1",
      "::ffff:127.0.0.1",
      "169.254.169.254",
      "192.0.2.1",
      "2001:db8::1",
    ];
    await eachBlocked([...targets, ...own].map((address) => `connect.pl ${address} ${port}`));
    await eachBlocked([
      "connect.pl 8.8.8.8 53 udp",
      "connect.pl 127.0.0.53 53 udp",
      "connect.pl 2001:4860:4860::8888 53 udp",
    ]);
    await eachBlocked([
      "socket.pl inet raw 1",
      "socket.pl inet6 raw 58",
      "socket.pl packet raw 768",
      "socket.pl inet dgram 1",
    ]);
  });

  it("reach a unix socket, even one that it may write", async () => {
    const path = join(work, "service");
    await listening(createServer(), path);
    chmodSync(path, 0o777);
    await eachBlocked(["stream", "dgram", "seqpacket", "raw"].map((type) => `socket.pl unix ${type} 0`));
    await eachBlocked([`socketpair-escape.pl ${path}`]);
  });

  it("open a vsock, or netlink beyond route, or any rarer family", async () => {
    await eachBlocked([
      "socket.pl vsock stream 0",
      "socket.pl alg seqpacket 0",
      "socket.pl bluetooth raw 1",
      "socket.pl xdp raw 0",
    ]);
    await eachBlocked([2, 4, 6, 9, 11, 12, 15, 16].map((kind) => `socket.pl netlink raw ${kind}`));
    expect(await lines("socket.pl netlink raw 0")).toEqual([expect.stringMatching(/^OPEN/)]);
  });

  it("use io_uring", () => eachBlocked(["io-uring.pl"]));

  it("use keyrings", () => eachBlocked(["keyring.pl add", "keyring.pl request", "keyring.pl describe"]));

  it("trace", () => eachBlocked(["trace.pl me", "trace.pl child", "trace.pl parent", "trace.pl read"]));

  it("make or enter a namespace", async () => {
    const kinds = ["user", "mount", "net", "pid", "ipc", "uts", "cgroup"];
    const ways = ["unshare", "clone", "clone3", "setns"];
    await eachBlocked(ways.flatMap((way) => kinds.map((kind) => `namespace.pl ${way} ${kind}`)));
  });

  it("remount, mount or leave its root", async () => {
    const calls = [
      "tmpfs",
      "bind",
      "remount",
      `remount_grant ${attacks}`,
      "umount",
      "pivot_root",
      "chroot",
      "open_tree",
    ];
    const newCalls = [
      "open_tree_attr",
      "fsopen",
      "fspick",
      "fsmount",
      "fsconfig",
      "move_mount",
      "mount_setattr",
    ];
    await eachBlocked([...calls, ...newCalls].map((way) => `mount.pl ${way}`));
    expect(await lines(`write.pl ${attacks}/new`)).toEqual(["BLOCKED EROFS"]);
  });

  it("type into a terminal", async () => {
    const request = (name: string): string => `terminal.pl ${name}`;
    await eachBlocked(["sti", "linux", "setd", "cons", "high"].map(request));
  });

  it("leave anything behind at its end, or at the end of its time", async () => {
    for (const more of [`outlive.pl ${work}/beats`, `outlive.pl ${work}/beats-2 stay`]) {
      const { observation, stdout } = await attack(more, { time: 900 });
      expect(stdout).toBe("ready\n");
      expect(observation?.cause).toBe(more.endsWith("stay") ? "out_of_time" : "exited");
      await expectSilence(more.split(" ")[1] ?? "");
    }
  });

  describe("harm its neighbour:", () => {
    let neighbour: Neighbour;
    beforeAll(async () => {
      neighbour = await neighbourOf(runner, folder(join(runner.folder, "neighbour")));
    });
    // Whatever a bomb did, the other task goes on.
    afterEach(() => neighbour.works());
    // It did all its work, and ended by itself.
    afterAll(() => neighbour.ends());

    it("survive its time, deaf to every signal", async () => {
      const { observation, stdout } = await attack("never-ends.sh", { time: 700 });
      expect(stdout).toBe("ready\n");
      expect(observation).toMatchObject({ cause: "out_of_time", exit_code: null, signal: "SIGKILL" });
    });

    it.each(["private", "many", "file"])("exceed its memory (%s)", async (way) => {
      // It stays: where memory is polled, a look may be late, and comes.
      const { observation, stdout } = await attack(`memory-bomb.pl 400 ${way} stay`, { memory: 64 * MIB });
      expect(stdout).not.toContain("OPEN");
      if (!stdout.includes("BLOCKED"))
        expect(observation).toMatchObject({ cause: "out_of_memory", signal: "SIGKILL" });
      expect(observation?.memory_peak ?? 0).toBeGreaterThan(32 * MIB);
      expect(observation?.memory_source).toMatch(/^(cgroup-v[12]|polled)$/);
    });

    it.each(["/tmp", "/dev/shm"])("fill %s beyond its memory", async (place) => {
      const { stdout, observation } = await attack(`disk-bomb.pl ${place} 256`, { memory: 64 * MIB });
      expect(stdout).not.toContain("OPEN");
      if (!/BLOCKED (ENOSPC|ENOMEM|EDQUOT)/.test(stdout)) expect(observation?.cause).toBe("out_of_memory");
    });

    it("exceed its processes", async () => {
      const { stdout, observation } = await attack("fork-bomb.pl 24", { processes: 24 });
      expect(stdout === "" || stdout === "BLOCKED EAGAIN\n").toBe(true);
      expect(observation?.cause).toMatch(/^(exited|signalled)$/);
      const started = await attack("fork-bomb.pl 4", { processes: 200 });
      expect(started.stdout).toMatch(/^OPEN/);
    });

    it.each(["out", "err"])("write more than its output (%s)", async (stream) => {
      const { observation, stdout, stderr } = await attack(`output-bomb.sh ${stream}`, { output: 100_000 });
      expect(observation).toMatchObject({ cause: "output_over_limit", output: 100_000 });
      expect(stdout.length + stderr.length).toBe(100_000);
    });

    it("take more cores than it has", async () => {
      const { observation, stdout } = await attack("cpu-hog.sh", { cpu: 200, time: 1000 });
      expect(stdout).toBe("ready\n");
      expect(observation).toMatchObject({ cause: "out_of_time", signal: "SIGKILL" });
      // The soft tier counts cores and holds nobody to them. A fifth of a core is asked; the rest is for slices that the kernel had given out (sched-bwc.rst).
      if (observation?.memory_source !== "polled")
        expect(observation?.cpu ?? 0).toBeLessThan(0.4 * (observation?.wall ?? 0));
    });
  });

  it("profit from a grant that is swapped between decision and start", async () => {
    const swaps = [
      `mv ${work} ${work}.old; ln -s ${outside} ${work}`,
      `rm ${attacks}/read.pl; cp ${attacks}/write.pl ${attacks}/read.pl`,
      `echo >> ${attacks}/read.pl`,
    ];
    for (const swap of swaps) {
      const direct = asked("", { command: ["perl", join(attacks, "read.pl"), `${work}/secret`] });
      const { error, stdout } = await runner.run({ asked: direct, swap });
      expect(error?.code).toBe("WRIT_GRANT_CHANGED");
      expect(stdout).toBe("");
    }
    copyAttacks(runner.folder);
  });

  it("outlive the governor", async () => {
    const doomed = await openRunner(account);
    onTestFinished(() => doomed.close());
    const theirs = copyAttacks(doomed.folder);
    const own = folder(join(doomed.folder, "work"));
    const command = ["perl", join(theirs, "outlive.pl"), join(own, "beats"), "stay"];
    const pid = await doomed.begin({ asked: { command, directory: own, reads: [theirs], writes: [own] } });
    await until(() => sizeOf(join(own, "beats")) > 0, "the task left a process behind");
    await doomed.kill();
    await until(() => !isAlive(pid), "the sandbox ended");
    await expectSilence(join(own, "beats"));
    // Its control groups, where it had some, and those of what waited for the next task are what its successor collects.
    const successor = await openLimits({
      tier: "best",
      root: "/sys/fs/cgroup",
      name: groupName(join(dirname(doomed.folder), "run")),
    });
    const hadGroups = account === "root" && successor.tier === "cgroup";
    expect((await successor.collectLeftovers()) > 0).toBe(hadGroups);
    expect(await successor.collectLeftovers()).toBe(0);
  });
});

/** The attack programs, owned by the task's uid, so that file permission would let it change them. */
function copyAttacks(base: string): string {
  const copy = join(base, "attacks");
  cpSync(SOURCE, copy, { recursive: true });
  const owned = [copy, ...readdirSync(copy).map((name) => join(copy, name))];
  if (isRoot) for (const path of owned) chownSync(path, TASK_UID, TASK_UID);
  return copy;
}

/** A folder that anyone may read and write. */
function folder(path: string): string {
  mkdirSync(path);
  chmodSync(path, 0o777);
  if (isRoot) chownSync(path, TASK_UID, TASK_UID);
  return path;
}

async function listening(server: Server, where: string): Promise<number> {
  const at = where.startsWith("/") ? { path: where } : { host: where, port: 0 };
  await new Promise<void>((resolve) => {
    server.listen(at, resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** The file no longer grows: nobody writes to it any more (its writer would, every 50 ms). */
async function expectSilence(path: string): Promise<void> {
  const size = sizeOf(path);
  expect(size).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(sizeOf(path)).toBe(size);
}
