// The soft tier held against real bombs, in the namespaces that the sandbox gives a task, as an ordinary user.
import { afterAll, describe, expect, it } from "vitest";
import { asUser, copySource, removeFolder, userFolder, userNode } from "../../../test/enforce/as-user.ts";
import { isAlive, run, start, until } from "../../../test/enforce/start.ts";
import type { TaskBounds } from "./limits.ts";
import { openLimits } from "./open-limits.ts";
import { processTree, treeMemory } from "./process-tree.ts";
import { softLimits } from "./soft-limits.ts";

const MIB = 1024 ** 2;
const BOUNDS: TaskBounds = { memory: 64 * MIB, processes: 24, cpu: 1000 };
/** A process namespace in a fresh user namespace, as every task has. */
const NAMESPACE = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"];

const folder = userFolder();
afterAll(() => removeFolder(folder));

async function under(bounds: Partial<TaskBounds>, script: string): Promise<Outcome> {
  const limits = softLimits({ ...BOUNDS, ...bounds }, () => undefined);
  const child = start([...NAMESPACE, "prlimit", ...limits.rlimits, "--", "perl", "-e", script], {
    ...asUser,
    cwd: "/",
  });
  limits.watch(child.pid);
  const end = await child.ended;
  await limits.remove();
  return {
    ...end,
    outOfMemory: limits.outOfMemory(),
    peak: limits.usage().memory_peak ?? 0,
    cpu: limits.usage().cpu,
  };
}

interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly outOfMemory: boolean;
  readonly peak: number;
  readonly cpu: number | null;
}

const HOLD = "sleep 30;";
const MEMFD_CREATE = process.arch === "arm64" ? 279 : 319;

describe("softLimits", () => {
  it("leaves a task within its memory alone, and measures it", async () => {
    const end = await under(
      {},
      "my $m = 'x' x (24 << 20); select undef, undef, undef, 0.3; print length $m;",
    );
    expect(end.stdout).toBe(String(24 * MIB));
    expect(end.outOfMemory).toBe(false);
    expect(end.peak).toBeGreaterThan(24 * MIB);
    expect(end.peak).toBeLessThan(64 * MIB);
    expect(end.cpu).not.toBeNull();
  });

  it("kills one process over its memory", async () => {
    const end = await under({}, `my $m = 'x' x (96 << 20); ${HOLD} print 'survived';`);
    expect(end.stdout).toBe("");
    expect(end.outOfMemory).toBe(true);
    expect(end.peak).toBeGreaterThan(64 * MIB);
  });

  it("kills several that are over it together, wherever they went", async () => {
    const one =
      "use POSIX; if (fork == 0) { POSIX::setsid(); exit if fork; my $m = 'x' x (12 << 20); sleep 30; }";
    const end = await under({}, `for (1..8) { ${one} } ${HOLD} print 'survived';`);
    expect(end.stdout).toBe("");
    expect(end.outOfMemory).toBe(true);
  });

  it("counts memory that forked processes share once", async () => {
    const script =
      "my $m = 'x' x (24 << 20); my @p; for (1..6) { my $p = fork; if (!$p) { sleep 1; exit } push @p, $p }";
    const end = await under({}, `${script} waitpid $_, 0 for @p; print 'survived';`);
    expect(end.stdout).toBe("survived");
    expect(end.outOfMemory).toBe(false);
  });

  it("counts a memfd that nothing maps", async () => {
    const script = `my $n = 'm'; my $fd = syscall(${MEMFD_CREATE}, $n, 0); open my $f, '>&=', $fd or die;
      my $m = 'x' x (1 << 20); for (1..96) { syswrite $f, $m } ${HOLD} print 'survived';`;
    const end = await under({}, script);
    expect(end.stdout).toBe("");
    expect(end.outOfMemory).toBe(true);
  });

  it("bounds what one process can take between two looks", async () => {
    const end = await run(
      ["prlimit", ...softLimits(BOUNDS, () => undefined).rlimits, "--", "dd", "if=/dev/null", "bs=1200M"],
      { ...asUser, cwd: "/" },
    );
    expect(end.code).toBe(1);
    expect(end.stderr).toContain("memory exhausted");
  });

  it("holds a fork bomb to its processes", async () => {
    const script =
      "use Errno; my $n = 0; while (1) { my $p = fork; if (!defined $p) { print $!{EAGAIN} ? 'EAGAIN ' : $!, $n; last } if (!$p) { sleep 30; exit } $n++ } kill 9, -1;";
    const end = await under({ processes: 24 }, script);
    expect(end.stdout).toMatch(/^EAGAIN \d+$/);
    expect(Number(end.stdout.slice(7))).toBeLessThan(24);
  });

  it("kills a whole tree, also what left its session", async () => {
    const limits = softLimits(BOUNDS, () => undefined);
    const script = "(setsid sh -c 'sleep 60' &); sleep 60 & echo up; wait";
    const child = start([...NAMESPACE, "sh", "-c", script], { ...asUser, cwd: "/" });
    await child.says("up");
    limits.watch(child.pid);
    const members = processTree(child.pid)
      .sample(true)
      .map((member) => member.pid);
    expect(members.length).toBeGreaterThanOrEqual(4);
    await limits.kill();
    for (const pid of members) await until(() => !isAlive(pid), `${pid} ended`);
    expect((await child.ended).signal).toBe("SIGKILL");
    await limits.remove();
  });

  it("finds nothing to do for a task that never started or has ended", async () => {
    const never = softLimits(BOUNDS, () => undefined);
    await never.kill();
    await never.remove();
    expect(never.usage()).toEqual({ memory_peak: null, cpu: null, source: "polled" });
    const ended = softLimits(BOUNDS, () => undefined);
    const child = start(["true"]);
    await child.ended;
    ended.watch(child.pid);
    await ended.remove();
    expect(ended.outOfMemory()).toBe(false);
  });

  it("lets Node start with a small bound", async () => {
    const limits = softLimits({ ...BOUNDS, memory: 128 * MIB, processes: 64 }, () => undefined);
    const node = userNode(folder);
    const argv = [...NAMESPACE, "prlimit", ...limits.rlimits, "--", node, "-e", "console.log(6 * 7)"];
    const end = await run(argv, { ...asUser, cwd: "/" });
    expect(end.stdout).toBe("42\n");
  });
});

describe("openLimits as an ordinary user", () => {
  it("proves the soft tier, says why no control group holds, and leaves none behind", async () => {
    const source = copySource(folder, ["enforce/limits", "stdx"]);
    const script = `import { openLimits } from "${source}/enforce/limits/open-limits.ts";
      const limits = await openLimits({ tier: "best", root: "/sys/fs/cgroup", name: "user" });
      console.log(JSON.stringify([process.geteuid(), limits.tier, limits.source, limits.evidence]));`;
    const node = userNode(folder);
    const end = await run([node, "--input-type=module-typescript", "-e", script], { ...asUser, cwd: folder });
    expect(end.stderr).toBe("");
    const [uid, tier, source_, evidence] = JSON.parse(end.stdout) as [
      number,
      string,
      string,
      readonly string[],
    ];
    expect(uid).not.toBe(0);
    expect(evidence[tier === "soft" ? 2 : evidence.length - 1]).toMatch(
      tier === "soft" ? /the poll killed one/ : /could not fork/,
    );
    if (tier === "soft") expect(evidence[3]).toMatch(/cores are .* not held/);
    expect(source_).toBe(tier === "soft" ? "polled" : "cgroup-v2");
    if (tier === "soft") expect(evidence.length).toBe(4);
  });
});

describe("openLimits", () => {
  it("opens no cgroup tier where none is mounted, and names both reasons", async () => {
    const opening = openLimits({ tier: "cgroup", root: "/nowhere", name: "none" });
    await expect(opening).rejects.toMatchObject({ code: "WRIT_ISOLATION_UNAVAILABLE" });
    await expect(opening).rejects.toThrow("no version 2 hierarchy");
    await expect(opening).rejects.toThrow("no version 1 hierarchies");
  });
});

describe("processTree", () => {
  it("keeps an orphan that it has seen, until that ends", async () => {
    const child = start(["sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!; sleep 0.3"]);
    await child.says("\n");
    const tree = processTree(child.pid);
    expect(tree.sample(false).map((member) => member.pid)).toContain(child.pid);
    const orphan = Number((await child.ended).stdout);
    expect(tree.sample(false).map((member) => member.pid)).toEqual([orphan]);
    expect(treeMemory([orphan], 0)).toBeGreaterThan(0);
    process.kill(orphan, "SIGKILL");
    await until(() => tree.sample(true).length === 0, "the orphan is gone from the tree");
    expect(treeMemory([orphan], 0)).toBe(0);
  });

  it("reads a process whose name looks like fields", async () => {
    const child = start(["perl", "-e", "$0 = 'a) Z 1 1 (b'; print 'up'; $| = 1; print ''; sleep 60"]);
    await child.says("up");
    const [sample] = processTree(child.pid).sample(false);
    expect(sample?.parent).toBe(process.pid);
  });
});
