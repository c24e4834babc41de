// Control group limits on this kernel: real groups, real processes that exceed them. Needs the right to make groups
// (root, or a delegated group); without it the suite says so and tests the refusal instead.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive, run, start, until } from "../../../test/enforce/start.ts";
import { emptyGroup, groupProcesses } from "./group-files.ts";
import type { Limits, TaskBounds, TaskLimits } from "./limits.ts";
import { openLimits } from "./open-limits.ts";

const ROOT = "/sys/fs/cgroup";
const NAME = `test${process.pid}`;
const MIB = 1024 ** 2;
/** Counts for some hundredths of a second, says what it used, and on a word takes 64 MiB. */
const BUSY_THEN_GREEDY =
  "i=0; while [ $i -lt 150000 ]; do i=$((i + 1)); done; times; read word; exec dd if=/dev/zero of=/dev/null bs=64M count=1";

/** Becomes the rest of its arguments in these groups. */
function joining(procsFiles: readonly string[]): readonly [string, ...string[]] {
  const script = 'while [ "$1" != -- ]; do echo 0 > "$1"; shift; done; shift; exec "$@"';
  return ["/bin/sh", "-c", script, "sh", ...procsFiles, "--"];
}

const BOUNDS: TaskBounds = { memory: 64 * MIB, processes: 16, cpu: 1000 };

const opened = await openLimits({ tier: "cgroup", root: ROOT, name: NAME }).catch((error: unknown) =>
  String(error),
);
if (typeof opened === "string") console.log(`cgroup limits are not tested here: ${opened}`);

describe.runIf(typeof opened !== "string")("cgroup limits", () => {
  const limits = opened as Limits;
  let count = 0;
  const tasks: TaskLimits[] = [];
  const create = async (bounds: Partial<TaskBounds> = {}): Promise<TaskLimits> => {
    count += 1;
    const task = await limits.create(`t${count}`, { ...BOUNDS, ...bounds });
    tasks.push(task);
    return task;
  };
  const inGroup = (task: TaskLimits, script: string): readonly string[] => [
    ...task.joinPrefix,
    "sh",
    "-c",
    script,
  ];

  beforeAll(() => limits.collectLeftovers());
  afterAll(async () => {
    for (const task of tasks) await task.remove();
    expect(groupsNamed(NAME)).toEqual([]);
  });

  it("tells what was tried", () => {
    expect(limits.tier).toBe("cgroup");
    expect(limits.evidence.join("\n")).toContain("a child over its memory was killed");
  });

  it("kills a process over its memory, and knows that it did", async () => {
    const task = await create({ memory: 32 * MIB });
    const end = await run([...task.joinPrefix, "dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=1"]);
    expect(end.signal).toBe("SIGKILL");
    expect(task.outOfMemory()).toBe(true);
    expect(task.usage().memory_peak).toBeLessThanOrEqual(32 * MIB);
    expect(task.usage().memory_peak).toBeGreaterThan(28 * MIB);
  });

  it("groups made ahead hold what joined them to the bounds that come later, and count from there", async () => {
    const ahead = await limits.ahead?.();
    if (ahead === undefined) throw new Error("control groups can be made ahead");
    const [program, ...rest] = [...joining(ahead.procsFiles), "sh", "-c", BUSY_THEN_GREEDY];
    const child = spawn(program, rest, { stdio: ["pipe", "pipe", "ignore"] });
    const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    const times = await new Promise<Buffer>((resolve) => child.stdout.once("data", resolve));
    const task = ahead.become({ ...BOUNDS, memory: 32 * MIB });
    tasks.push(task);
    expect(task.procsFiles).toEqual(ahead.procsFiles);
    // What was used before, as the shell's `times` has it, is nobody's.
    const before = 1000 * Number(/^0m([\d.]+)s/.exec(times.toString())?.[1]);
    expect(before).toBeGreaterThan(20);
    expect(task.usage().cpu).toBeLessThan(before / 2);
    await ahead.remove();
    expect(groupProcesses(dirname(task.procsFiles[0] ?? ""))).toContain(child.pid);
    child.stdin.end("go\n");
    expect(await ended).toBe("SIGKILL");
    expect(task.outOfMemory()).toBe(true);
  });

  it("groups made ahead that become nobody's end with what is in them", async () => {
    const ahead = await limits.ahead?.();
    if (ahead === undefined) throw new Error("control groups can be made ahead");
    const [program, ...rest] = [...joining(ahead.procsFiles), "sh", "-c", "echo in; read end"];
    const child = spawn(program, rest, { stdio: ["pipe", "pipe", "ignore"] });
    const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    expect(() => ahead.become({ ...BOUNDS, memory: 1 })).toThrow("at least one page");
    expect(await limits.collectLeftovers()).toBe(0);
    await Promise.all([ahead.remove(), ahead.remove()]);
    expect(await ended).toBe("SIGKILL");
    expect(ahead.procsFiles.some((file) => existsSync(file))).toBe(false);
  });

  it("counts what is written to a file system in memory", async () => {
    const task = await create({ memory: 16 * MIB });
    const file = `/dev/shm/writ-${NAME}`;
    const end = await run(
      inGroup(task, `dd if=/dev/zero of=${file} bs=1M count=64; s=$?; rm -f ${file}; exit $s`),
    );
    expect(end.code === 0).toBe(false);
    expect(task.outOfMemory()).toBe(true);
  });

  it("freezes a task where it stands, lets it go on, and ends it frozen", async () => {
    const task = await create();
    const counter = join("/dev/shm", `writ-${NAME}-count`);
    const loop = `i=0; while :; do i=$((i+1)); echo $i > ${counter}; done`;
    const child = start(inGroup(task, loop));
    const count = (): string => (existsSync(counter) ? readFileSync(counter, "utf8") : "");
    try {
      await until(() => count() !== "", "the task counts");
      expect(await task.freeze()).toBe(true);
      const cpu = task.usage().cpu;
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(task.usage().cpu).toBe(cpu);
      const stood = count();
      await task.thaw();
      await until(() => count() !== "" && count() !== stood, "the task goes on");
      expect(await task.freeze()).toBe(true);
      expect(await task.freeze()).toBe(true);
      await task.kill();
      await until(() => !isAlive(child.pid), "the frozen task ends");
      await task.remove();
      expect(await task.freeze()).toBe(false);
      await task.thaw();
    } finally {
      rmSync(counter, { force: true });
    }
  });

  it("measures a task within its memory, which is not out of it, also after removal", async () => {
    const task = await create();
    const end = await run([...task.joinPrefix, "dd", "if=/dev/zero", "of=/dev/null", "bs=24M", "count=20"]);
    expect(end.code).toBe(0);
    const usage = task.usage();
    expect(usage.memory_peak).toBeGreaterThanOrEqual(24 * MIB);
    expect(usage.memory_peak).toBeLessThan(64 * MIB);
    expect(usage.cpu).toBeGreaterThan(0);
    expect(usage.source).toBe(limits.source);
    await task.remove();
    await task.remove();
    expect(task.usage()).toEqual(usage);
    expect(task.outOfMemory()).toBe(false);
    for (const file of task.procsFiles) expect(existsSync(dirname(file))).toBe(false);
  });

  it("may be killed and removed at once, whoever comes first", async () => {
    const task = await create();
    const running = run(inGroup(task, "echo joined; exec sleep 30"));
    const [file = ""] = task.procsFiles;
    while (readFileSync(file, "latin1") === "") await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([task.kill(), task.remove(), task.kill(), task.remove()]);
    expect((await running).signal).toBe("SIGKILL");
    expect(existsSync(dirname(file))).toBe(false);
  });

  it("counts the processor time of children that have ended", async () => {
    const task = await create();
    const busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    await run(inGroup(task, `sh -c '${busy}' & wait; setsid -f sh -c '${busy}; echo done'`)).then((end) =>
      expect(end.stdout).toBe("done\n"),
    );
    const both = task.usage().cpu ?? 0;
    const single = await create();
    await run(inGroup(single, busy));
    expect(both).toBeGreaterThan((single.usage().cpu ?? 0) * 1.2);
  });

  it("holds a fork bomb to its processes, and kills it whole", async () => {
    const task = await create({ processes: 12 });
    const bomb = start(inGroup(task, "exec perl -e 'fork while 1'"), { stdio: "ignore" });
    const most = await mostProcesses(task, 30);
    expect(most).toBeGreaterThan(6);
    expect(most).toBeLessThanOrEqual(12);
    await task.kill();
    await bomb.ended;
    for (const file of task.procsFiles) expect(groupProcesses(dirname(file))).toEqual([]);
  });

  it("throttles a task to its share of a core", async () => {
    const task = await create({ cpu: 100 });
    const busy = start(inGroup(task, "while :; do :; done"));
    const stat = throttledFile(task);
    await until(() => Number(/nr_throttled (\d+)/.exec(readFileSync(stat, "utf8"))?.[1]) >= 3, "throttled");
    await task.kill();
    expect((await busy.ended).signal).toBe("SIGKILL");
  });

  it("kills what left its session and its parent, and what ignores signals", async () => {
    const task = await create();
    const script =
      "trap '' TERM INT HUP; (setsid sh -c 'echo $$; while :; do sleep 1; done' &) ; sleep 0.2; echo up";
    const end = start(inGroup(task, script));
    await end.says("up");
    const [first] = groupProcesses(dirname(task.procsFiles[0] ?? ""));
    expect(first).toBeGreaterThan(1);
    await task.kill();
    await until(() => !isAlive(first ?? 0), "the task's process ended");
  });

  it("starts nothing when a group cannot be joined", async () => {
    const task = await create();
    await task.remove();
    const end = await run([...task.joinPrefix, "echo", "ran"]);
    expect(end.code).toBe(125);
    expect(end.stdout).toBe("");
  });

  it("leaves nothing behind when a task cannot be made, and takes no id twice", async () => {
    const task = await create();
    const taken = basename(dirname(task.procsFiles[0] ?? ""));
    await expect(limits.create(taken.slice(`writ-${NAME}-`.length), BOUNDS)).rejects.toThrow("unique");
    const [first = "", second = first] = task.procsFiles.map((file) => dirname(dirname(file)));
    const inTheWay = join(second, `writ-${NAME}-blocked`);
    mkdirSync(inTheWay);
    await expect(limits.create("blocked", BOUNDS)).rejects.toMatchObject({
      code: "WRIT_ISOLATION_UNAVAILABLE",
    });
    rmdirSync(inTheWay);
    expect(existsSync(join(first, `writ-${NAME}-blocked`))).toBe(false);
    const again = await limits.create("blocked", BOUNDS);
    await again.remove();
  });

  it("refuses bounds and ids that mean nothing", async () => {
    for (const bounds of [
      { memory: 0 },
      { memory: -1 },
      { memory: NaN },
      { processes: 0 },
      { cpu: 0 },
      { cpu: 1.5 },
    ]) {
      await expect(limits.create("bad", { ...BOUNDS, ...bounds })).rejects.toThrow();
    }
    for (const id of ["", "../x", "a/b", "a b", "x".repeat(65), "a\nb"]) {
      await expect(limits.create(id, BOUNDS)).rejects.toThrow("id");
    }
    await expect(openLimits({ tier: "cgroup", root: ROOT, name: "../../x" })).rejects.toThrow("name");
  });

  it("never kills itself: a group with this process in it is an error", async () => {
    const task = await create();
    const script = `import { emptyGroup } from ${JSON.stringify(join(import.meta.dirname, "group-files.ts"))};
      await emptyGroup(process.argv[1]).catch((error) => console.log(error.message));`;
    const group = dirname(task.procsFiles[0] ?? "");
    const end = await run([
      ...task.joinPrefix,
      process.execPath,
      "--input-type=module-typescript",
      "-e",
      script,
      group,
    ]);
    expect(end.stdout).toContain("is not a task's");
  });

  it("collects what a killed governor left, frozen tasks too, and nothing else", async () => {
    const task = await create();
    const bystander = start(inGroup(task, "echo up; sleep 60"));
    await bystander.says("up");
    const other = `left${process.pid}`;
    const script = `import { openLimits } from ${JSON.stringify(join(import.meta.dirname, "open-limits.ts"))};
      import { spawn } from "node:child_process";
      const limits = await openLimits({ tier: "cgroup", root: "${ROOT}", name: "${other}" });
      for (const id of ["a", "b"]) {
        const task = await limits.create(id, { memory: 67108864, processes: 8, cpu: 1000 });
        const [join, ...rest] = task.joinPrefix;
        spawn(join, [...rest, "sh", "-c", "echo up$$; sleep 60"], { stdio: "inherit", detached: true });
      }
      setInterval(() => {}, 1000);`;
    const governor = start([process.execPath, "--input-type=module-typescript", "-e", script]);
    await governor.says("up");
    await until(() => groupsNamed(other).flatMap(groupProcesses).length >= 2, "both tasks joined");
    governor.child.kill("SIGKILL");
    const left = new Set(groupsNamed(other).flatMap(groupProcesses));
    freezeOne(groupsNamed(other));
    const successor = await openLimits({ tier: "cgroup", root: ROOT, name: other });
    expect(await successor.collectLeftovers()).toBe(2);
    expect(groupsNamed(other)).toEqual([]);
    for (const pid of left) await until(() => !isAlive(pid), `${pid} ended`);
    expect(await successor.collectLeftovers()).toBe(0);
    expect(isAlive(bystander.pid)).toBe(true);
    expect(groupsNamed(NAME).length).toBeGreaterThan(0);
  });

  it("does not collect its own live tasks", async () => {
    const task = await create();
    const sleeper = start(inGroup(task, "echo up; sleep 60"));
    await sleeper.says("up");
    await limits.collectLeftovers();
    expect(isAlive(sleeper.pid)).toBe(true);
    await task.kill();
  });
});

describe.runIf(existsSync(join(ROOT, "unified/cgroup.procs")) && process.geteuid?.() === 0)(
  "emptyGroup on version 2",
  () => {
    it("empties a group by cgroup.kill, frozen or not", async () => {
      for (const frozen of ["0", "1"]) {
        const group = join(ROOT, "unified", `writ-${NAME}-v2-${frozen}`);
        mkdirSync(group);
        const child = start(["sh", "-c", `echo 0 > ${group}/cgroup.procs; echo up; sleep 60 & wait`]);
        await child.says("up");
        writeFileSync(join(group, "cgroup.freeze"), frozen);
        await emptyGroup(group);
        expect(groupProcesses(group)).toEqual([]);
        expect((await child.ended).signal).toBe("SIGKILL");
        rmdirSync(group);
      }
    });
  },
);

/** By find(1), which passes over groups of others that go while it looks. */
function groupsNamed(name: string): readonly string[] {
  const found = spawnSync("find", [ROOT, "-type", "d", "-name", `writ-${name}-*`], { encoding: "utf8" });
  return found.stdout.split("\n").filter(Boolean);
}

async function mostProcesses(task: TaskLimits, looks: number): Promise<number> {
  let most = 0;
  for (let look = 0; look < looks; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    most = Math.max(most, groupProcesses(dirname(task.procsFiles[0] ?? "")).length);
  }
  return most;
}

function throttledFile(task: TaskLimits): string {
  const files = task.procsFiles.map((file) => join(dirname(file), "cpu.stat"));
  return files.find((file) => existsSync(file) && readFileSync(file, "utf8").includes("nr_throttled")) ?? "";
}

function freezeOne(groups: readonly string[]): void {
  for (const group of groups) {
    for (const [file, value] of [
      ["freezer.state", "FROZEN"],
      ["cgroup.freeze", "1"],
    ] as const) {
      if (!existsSync(join(group, file))) continue;
      writeFileSync(join(group, file), value);
      return;
    }
  }
  throw new Error("nothing to freeze");
}
