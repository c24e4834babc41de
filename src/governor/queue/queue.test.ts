// The queue with everything real: jobs run in their order under their own writs, plans keep their dependencies, and nothing is
// lost or run twice when the governor dies.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { governorPids, type MadeHome, makeHome, script, taskOf } from "../fixtures/made-home.ts";
import type { Governor, SubmitTerms, TaskInput } from "../governor.ts";
import { homePaths } from "../home.ts";
import { tailHome } from "../tail-home.ts";
import type { Job } from "./job.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

const TERMS: SubmitTerms = { priority: null, deadline: null, retries_max: null, after: [] };

test("jobs run one after the other in the order of priority, then of submission; output and ends are kept", async () => {
  const { home, governor } = await started();
  const log = script(home, "log.sh", 'echo "$1" >> out/order; echo "out $1"; echo "err $1" >&2; exit "$2"');
  const submit = (name: string, code: number, priority: number): Promise<number> =>
    submitted(governor, writing(home, [log, name, String(code)]), { priority });
  const first = await submit("first", 0, 0);
  const second = await submit("second", 3, 0);
  const urgent = await submit("urgent", 0, 9);
  const counts = await governor.serve({ untilEmpty: true });
  expect(counts).toMatchObject({ done: 2, failed: 1, ready: 0, running: 0 });
  expect(readFileSync(`${home.work}/out/order`, "utf8")).toBe("urgent\nfirst\nsecond\n");
  const jobs = (await governor.jobs(false)).jobs;
  expect(jobs.map(({ id, state, exit_code }) => ({ id, state, exit_code }))).toEqual([
    { id: first, state: "done", exit_code: 0 },
    { id: second, state: "failed", exit_code: 3 },
    { id: urgent, state: "done", exit_code: 0 },
  ]);
  expect(await output(governor, second)).toEqual({ stdout: "out second\n", stderr: "err second\n" });
  expect((await home.verify()).ok).toBe(true);
});

test("a plan keeps its dependencies, and what comes after a failure is cancelled", async () => {
  const { home, governor } = await started();
  script(home, "log.sh", 'echo "$1" >> out/order; exit "$2"');
  const entry = (id: string, code: number, after: readonly string[]): object => ({
    id,
    after,
    task: {
      task: id,
      run: { command: [`${home.work}/log.sh`, id, String(code)] },
      needs: { reads_directory: true, writes: ["out"] },
    },
  });
  const plan = {
    plan: "build",
    tasks: [
      entry("d", 0, ["c"]),
      entry("c", 1, ["a", "b"]),
      entry("b", 0, ["a"]),
      entry("a", 0, []),
      entry("e", 0, ["a"]),
    ],
  };
  const input = { text: JSON.stringify(plan), source: "plan", directory: home.work, format: "json" } as const;
  const { jobs, decided, plan: sequence } = await governor.submit(input, TERMS);
  expect(decided).toBeNull();
  expect(jobs.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5].map((at) => (sequence ?? 0) + at));
  const seen: string[] = [];
  const counts = await governor.serve({
    untilEmpty: true,
    changed: ({ name, state }) => seen.push(`${name} ${state}`),
  });
  expect(counts).toMatchObject({ done: 3, failed: 1, cancelled: 1 });
  expect(readFileSync(`${home.work}/out/order`, "utf8")).toBe("a\nb\ne\nc\n");
  expect(seen).toContain("a running");
  const last = (await governor.jobs(false)).jobs.find(({ name }) => name === "d");
  expect(last).toMatchObject({ state: "cancelled", cause: "dependency_failed", attempts: 0 });
});

test("a job that would be refused is not taken, and a recorded decision says why", async () => {
  const { home, governor } = await started();
  const { jobs, decided } = await governor.submit(taskOf(home, ["true"], { memory: "2 GiB" }), TERMS);
  expect(jobs).toEqual([]);
  expect(decided?.decision.outcome).toBe("refuse");
  const { records } = await tailHome(home.home, 1, home.heads);
  expect(records.at(-1)).toMatchObject({ kind: "decision", sequence: decided?.sequence });
});

test("a governor killed while a job runs: the job is started again once, under another writ, and the rest follows", async () => {
  const { home, governor } = await started();
  const slow = script(home, "slow.sh", 'echo "$1" >> out/starts; [ -e out/go ] || exec sleep 300');
  const slowJob = await submitted(governor, writing(home, [slow, "slow"]));
  const next = await submitted(governor, writing(home, [slow, "next"]));
  const lost = governor
    .serve({ untilEmpty: true })
    .catch((error: unknown) => (error as { code: string }).code);
  await until(() => existsSync(`${home.work}/out/starts`));
  for (const pid of governorPids(home.home)) process.kill(pid, "SIGKILL");
  expect(await lost).toBe("WRIT_GOVERNOR_LOST");
  script(home, "out/go", "");
  expect(await governor.serve({ untilEmpty: true })).toMatchObject({ done: 2, failed: 0 });
  expect(readFileSync(`${home.work}/out/starts`, "utf8")).toBe("slow\nslow\nnext\n");
  expect(await governor.wait(slowJob)).toMatchObject({ state: "done", attempts: 2 });
  expect(await governor.wait(next)).toMatchObject({ state: "done", attempts: 1 });
  const { records } = await tailHome(home.home, 1000, home.heads);
  const writs = records.filter(({ kind }) => kind === "writ").map(({ core }) => core["decision"]);
  expect(new Set(writs).size).toBe(writs.length);
  expect(records.filter(({ kind }) => kind === "recovery")).toHaveLength(1);
});

test("a job without retries is not started again when its governor dies", async () => {
  const { home, governor } = await started();
  const slow = script(home, "slow.sh", "echo x >> out/starts; exec sleep 300");
  const job = await submitted(governor, writing(home, [slow]), { retries_max: 0 });
  const lost = governor.serve({ untilEmpty: true }).catch(() => "lost");
  await until(() => existsSync(`${home.work}/out/starts`));
  for (const pid of governorPids(home.home)) process.kill(pid, "SIGKILL");
  expect(await lost).toBe("lost");
  await governor.serve({ untilEmpty: true });
  expect(await governor.wait(job)).toMatchObject({ state: "failed", cause: "unsettled", attempts: 1 });
  expect(readFileSync(`${home.work}/out/starts`, "utf8")).toBe("x\n");
});

test("the store can be deleted or garbled: it is rebuilt from the ledger", async () => {
  const { home, governor } = await started();
  const program = script(home, "ok.sh", "exit 0");
  const done = await submitted(governor, taskOf(home, [program]));
  await governor.serve({ untilEmpty: true });
  const left = await submitted(governor, taskOf(home, [program]), { priority: 5 });
  const before = (await governor.jobs(true)).jobs;
  for (const damage of ["deleted", "garbled"]) {
    await killed(home);
    const { queue } = homePaths(home.home);
    for (const suffix of ["-wal", "-shm"]) rmSync(`${queue}${suffix}`, { force: true });
    if (damage === "deleted") rmSync(queue, { force: true });
    else script(home, "../home/run/queue.sqlite", "not a database");
    expect((await governor.jobs(true)).jobs).toEqual(before);
  }
  await governor.serve({ untilEmpty: true });
  expect(await governor.wait(left)).toMatchObject({ state: "done" });
  expect(await governor.wait(done)).toMatchObject({ state: "done", attempts: 1 });
});

test("cancel ends a job that waits and one that runs, and what comes after it", async () => {
  const { home, governor } = await started();
  const slow = script(home, "slow.sh", "echo x >> out/starts; exec sleep 300");
  const waits = await submitted(governor, taskOf(home, ["true"]));
  expect(await governor.cancel(waits)).toMatchObject({ state: "cancelled", cause: "cancelled", attempts: 0 });
  const runs = await submitted(governor, writing(home, [slow]));
  const after = await submitted(governor, taskOf(home, ["true"]), { after: [runs] });
  const served = governor.serve({ untilEmpty: true });
  await until(() => existsSync(`${home.work}/out/starts`));
  expect(await governor.cancel(runs)).toMatchObject({ state: "cancelled", attempts: 1 });
  expect(await governor.wait(after)).toMatchObject({ state: "cancelled", cause: "dependency_failed" });
  expect(await served).toMatchObject({ running: 0, cancelled: 3 });
  await expect(governor.cancel(999_999)).rejects.toMatchObject({ code: "WRIT_JOB_UNKNOWN" });
});

test("a deadline that has passed is refused, and one that passes while it waits ends the job", async () => {
  const { home, governor } = await started();
  const past = submitted(governor, taskOf(home, ["true"]), { deadline: "2020-01-01T00:00:00Z" });
  await expect(past).rejects.toMatchObject({ code: "WRIT_TASK_INVALID" });
  const job = await submitted(governor, taskOf(home, ["true"]), { deadline: "1 ms" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await governor.serve({ untilEmpty: true })).toMatchObject({ cancelled: 1, done: 0 });
  expect(await governor.wait(job)).toMatchObject({ state: "cancelled", cause: "deadline_passed" });
});

test("who serves and is told to finish lets what runs end and takes nothing more", async () => {
  const { home, governor } = await started();
  const slow = script(home, "slow.sh", "echo x >> out/starts; while [ ! -e out/go ]; do sleep 0.05; done");
  await submitted(governor, writing(home, [slow]));
  await submitted(governor, writing(home, [slow]));
  const finish = new AbortController();
  const served = governor.serve({ untilEmpty: false, finish: finish.signal });
  await until(() => existsSync(`${home.work}/out/starts`));
  finish.abort();
  script(home, "out/go", "");
  expect(await served).toMatchObject({ done: 1, deferred: 1 });
});

async function started(): Promise<{ readonly home: MadeHome; readonly governor: Governor }> {
  made = await makeHome();
  return { home: made, governor: await made.open() };
}

function writing(home: MadeHome, command: readonly string[]): TaskInput {
  return taskOf(home, command, { writes: ["out"] });
}

async function submitted(
  governor: Governor,
  input: TaskInput,
  terms: Partial<SubmitTerms> = {},
): Promise<number> {
  const { jobs, decided } = await governor.submit(input, { ...TERMS, ...terms });
  expect(decided?.decision.outcome).not.toBe("refuse");
  return jobs[0]?.id ?? -1;
}

async function output(
  governor: Governor,
  job: Job["id"],
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const of = async (stream: "stdout" | "stderr"): Promise<string> =>
    Buffer.from((await governor.output(job, stream, 0)).bytes).toString("utf8");
  return { stdout: await of("stdout"), stderr: await of("stderr") };
}

async function killed(home: MadeHome): Promise<void> {
  for (const pid of governorPids(home.home)) process.kill(pid, "SIGKILL");
  await until(() => governorPids(home.home).length === 0);
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("not within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
