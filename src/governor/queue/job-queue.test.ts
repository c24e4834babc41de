// What the queue does where something is missing, full, late or failing: nothing is lost, nothing runs twice, and it is said why.
// Everything of a governor but its process.
import { afterEach, expect, test, vi } from "vitest";
import { nothingObserved } from "../../enforce/nothing-observed.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { ENDED } from "../fixtures/ended.ts";
import { MemoryLedger } from "../fixtures/memory-ledger.ts";
import { OBSERVED_NODE } from "../fixtures/observed-node.ts";
import {
  drained,
  type Execute,
  openQueueWorld,
  QUIET,
  type QueueWorld,
  submitTo,
  type WorldOptions,
} from "./fixtures/queue-world.ts";
import { JOBS_MAX, JobIntake } from "./job-intake.ts";
import { planRecord } from "./job-records.ts";

const worlds: QueueWorld[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const { queue } of worlds.splice(0)) await queue.close();
});

const DONE: Execute = () => Promise.resolve(ENDED);

async function world(options: Partial<WorldOptions> = {}): Promise<QueueWorld> {
  const one = await openQueueWorld({ ledger: new MemoryLedger(), execute: DONE, ...options });
  worlds.push(one);
  return one;
}

async function submitted(
  one: QueueWorld,
  ...rest: [readonly string[], Parameters<typeof submitTo>[2]?]
): Promise<number> {
  const { jobs } = await submitTo(one, ...rest);
  return jobs[0]?.id ?? -1;
}

const plan = (tasks: readonly object[]) =>
  ({
    text: JSON.stringify({ plan: "p", tasks }),
    source: "test",
    directory: "/work",
    format: "json",
  }) as const;
const entry = (id: string, more: object = {}): object => ({
  id,
  task: { task: id, run: { command: ["true"] }, needs: { memory: "1 MiB", cpu: 0.001 } },
  ...more,
});
const UNSAID = { priority: null, deadline: null, retries_max: null, after: [] };

test("JobQueue.resume cancels the entries of a plan that a crash cut short, and runs none of them", async () => {
  const ledger = new MemoryLedger();
  const first = await world({ ledger });
  const { plan: sequence } = await first.queue.submit(plan([entry("a"), entry("b"), entry("c")]), UNSAID);
  // What a crash in the middle of the flush leaves: the plan and two of its three entries.
  const durable = ledger.durable.slice(0, (sequence ?? 0) + 3);
  expect(durable.map(({ kind }) => kind).slice(-3)).toEqual(["plan_queued", "job_queued", "job_queued"]);
  const second = await world({ ledger: new MemoryLedger(durable), start: 2 });
  expect(await drained(second)).toMatchObject({ cancelled: 2, done: 0 });
  const causes = (await second.queue.list(true)).jobs.map(({ cause }) => cause);
  expect(causes).toEqual(["plan_incomplete", "plan_incomplete"]);
});

test("JobQueue.resume takes a plan without any of its entries for nothing", async () => {
  const ledger = new MemoryLedger();
  const one = await world({ ledger });
  await one.ledger.append(planRecord("p", 3));
  const second = await world({ ledger: new MemoryLedger(ledger.durable), start: 2 });
  expect(await drained(second)).toMatchObject({ cancelled: 0, done: 0 });
});

test("JobQueue.resume cancels what comes after a job that failed, where the crash came before its record", async () => {
  const ledger = new MemoryLedger();
  const one = await world({ ledger, execute: () => Promise.resolve({ ...ENDED, exit_code: 1 }) });
  const fails = await submitted(one, ["fails"]);
  const after = await submitted(one, ["after"], { after: [fails] });
  const last = await submitted(one, ["last"], { after: [after] });
  await drained(one);
  const settled = ledger.durable.findIndex(({ kind }) => kind === "settlement");
  const second = await world({ ledger: new MemoryLedger(ledger.durable.slice(0, settled + 1)), start: 2 });
  expect(await drained(second)).toMatchObject({ failed: 1, cancelled: 2 });
  expect(await second.queue.job(last)).toMatchObject({ cause: "dependency_failed", attempts: 0 });
});

test("JobQueue.resume ends what is past its deadline on the wall clock after a time without a governor", async () => {
  const ledger = new MemoryLedger();
  const one = await world({ ledger });
  const task = { task: "late", run: { command: ["true"] }, needs: { memory: "1 MiB", cpu: 0.001 } };
  const input = { text: JSON.stringify(task), source: "test", directory: "/work", format: "json" } as const;
  const { jobs } = await one.queue.submit(input, { ...UNSAID, deadline: "1 h" });
  const soon = await world({
    ledger: new MemoryLedger([...ledger.durable]),
    wall: () => new Date(3_599_999),
  });
  expect(await soon.queue.job(jobs[0]?.id ?? -1)).toMatchObject({ state: "ready" });
  const late = await world({
    ledger: new MemoryLedger([...ledger.durable]),
    wall: () => new Date(3_600_000),
  });
  expect(await late.queue.job(jobs[0]?.id ?? -1)).toMatchObject({
    state: "cancelled",
    cause: "deadline_passed",
  });
});

test("Drain ends a job whose words were erased, and what comes after it, and goes on", async () => {
  const ledger = new MemoryLedger();
  const one = await world({ ledger });
  const erased = await submitted(one, ["erased"]);
  const after = await submitted(one, ["after"], { after: [erased] });
  await submitted(one, ["other"]);
  const durable = ledger.durable.map((record) =>
    record.sequence === erased ? { ...record, payload: null } : record,
  );
  const second = await world({ ledger: new MemoryLedger(durable), start: 2 });
  expect(await drained(second)).toMatchObject({ done: 1, cancelled: 2 });
  expect(await second.queue.job(erased)).toMatchObject({ name: "", cause: "payload_erased" });
  expect(await second.queue.job(after)).toMatchObject({ cause: "dependency_failed" });
});

test("Drain starts a job again after a passing cause, retries_max times and not once more", async () => {
  let starts = 0;
  const one = await world({
    execute: () => {
      starts += 1;
      return Promise.resolve(nothingObserved("too_hot"));
    },
  });
  const id = await submitted(one, ["hot"], { retries_max: 2 });
  expect(await drained(one)).toMatchObject({ failed: 1 });
  expect(starts).toBe(3);
  expect(await one.queue.job(id)).toMatchObject({ state: "failed", cause: "too_hot", attempts: 3 });
});

test("Drain never has two starts of one job at once, and a cancelled one is over before its cancel is", async () => {
  let live = 0;
  let most = 0;
  const one = await world({
    execute: async (_task, stopped) => {
      live += 1;
      most = Math.max(most, live);
      const cause = await Promise.race([
        stopped,
        new Promise<"too_hot">((end) => setImmediate(() => end("too_hot"))),
      ]);
      live -= 1;
      return nothingObserved(cause);
    },
  });
  const id = await submitted(one, ["again"], { retries_max: 100 });
  const serving = one.queue.serve(QUIET, false);
  await vi.waitUntil(async () => (await one.queue.job(id)).attempts > 3);
  expect(await one.queue.cancel(id)).toMatchObject({ state: "cancelled" });
  expect([live, most]).toEqual([0, 1]);
  serving.finish();
  expect(await serving.ended).toMatchObject({ running: 0, cancelled: 1 });
});

test("Drain waits longer after each start that failed, whatever else ends meanwhile", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const starts: number[] = [];
  const ledger = new MemoryLedger();
  const one = await world({
    ledger,
    execute: ({ task }) => {
      if (task !== "fails") return Promise.resolve(ENDED);
      starts.push(ledger.now());
      return Promise.reject(new WritError("WRIT_LAUNCH_FAILED", "no room", { hint: "later" }));
    },
  });
  const id = await submitted(one, ["fails"], { retries_max: 2 });
  const served = drained(one);
  await until(async () => (await one.queue.job(id)).state === "deferred");
  // A hold ends: that mends no failed start.
  await submitted(one, ["other"]);
  await until(async () => (await one.queue.list(false)).counts.done === 1);
  expect(starts).toEqual([0]);
  for (const [pass, count] of [
    [1999, 1],
    [1, 2],
    [3999, 2],
    [1, 3],
  ] as const) {
    ledger.pass(pass);
    await vi.advanceTimersByTimeAsync(pass + 1);
    await until(() => starts.length >= count);
    await settled();
    expect(starts.length).toBe(count);
  }
  expect(await served).toMatchObject({ failed: 1, done: 1 });
  expect(await one.queue.job(id)).toMatchObject({ cause: "launch_failed", attempts: 3 });
});

test("Drain says that nothing can be decided, keeps the job, and tries again after five seconds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const ledger = new MemoryLedger();
  let fails = true;
  const one = await world({
    ledger,
    observe: () =>
      fails
        ? Promise.reject(new WritError("WRIT_SPEC_EDITED", "edited", { hint: "restore" }))
        : Promise.resolve(OBSERVED_NODE),
  });
  fails = false;
  const id = await submitted(one, ["waits"]);
  fails = true;
  const said: string[] = [];
  const serving = one.queue.serve(
    { changed: () => undefined, paused: (message) => said.push(message) },
    true,
  );
  await until(() => said.length === 1);
  await settled();
  expect(await one.queue.job(id)).toMatchObject({ state: "ready", attempts: 0, decision: null });
  fails = false;
  ledger.pass(5000);
  await vi.advanceTimersByTimeAsync(5001);
  expect(await serving.ended).toMatchObject({ done: 1 });
  expect(said).toEqual(["edited"]);
});

test("JobIntake.submit takes no more than there is room for, however many ask at once", async () => {
  const one = await world();
  const intake = new JobIntake({
    submit: one.parts,
    book: one.book,
    wall: () => new Date(0),
    open: () => JOBS_MAX - 3,
    orphaned: () => Promise.resolve(),
  });
  const task = { task: "t", run: { command: ["true"] }, needs: { memory: "1 MiB", cpu: 0.001 } };
  const input = { text: JSON.stringify(task), source: "test", directory: "/work", format: "json" } as const;
  const asked = [input, plan([entry("a"), entry("b")]), input, input].map((text) =>
    intake.submit(text, UNSAID),
  );
  const answers = await Promise.allSettled(asked);
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected"]);
  expect(answers[2]).toMatchObject({ reason: { code: "WRIT_QUEUE_FULL" } });
  expect((await one.queue.list(true)).counts.ready).toBe(3);
});

test.each([
  ["priority", { priority: 3 }],
  ["deadline", { deadline: "2 h" }],
  ["retries", { retries_max: 0 }],
])("JobIntake.submit refuses --%s beside a plan, whose entries say it", async (flag, terms) => {
  const one = await world();
  const asked = one.queue.submit(plan([entry("a")]), { ...UNSAID, ...terms });
  await expect(asked).rejects.toMatchObject({
    code: "WRIT_USAGE",
    message: expect.stringContaining(`--${flag}`),
  });
  expect((await one.queue.list(true)).jobs).toEqual([]);
  const { jobs } = await one.queue.submit(plan([entry("a", { priority: 7, retries_max: 0 })]), UNSAID);
  expect(await one.queue.job(jobs[0]?.id ?? -1)).toMatchObject({ priority: 7, retries_max: 0 });
});

test.each(["soon", "1", "2 parsecs", "-1 h", "2020-01-01T00:00:00", "1969-12-31T23:59:59Z"])(
  "JobIntake.submit refuses the deadline `%s`",
  async (deadline) => {
    const one = await world();
    const task = { task: "t", run: { command: ["true"] }, needs: { memory: "1 MiB", cpu: 0.001 } };
    const input = { text: JSON.stringify(task), source: "test", directory: "/work", format: "json" } as const;
    const asked = one.queue.submit(input, { ...UNSAID, deadline });
    await expect(asked).rejects.toMatchObject({ code: "WRIT_TASK_INVALID" });
  },
);

test("JobIntake.submit cancels what comes after a job that fails while it is judged", async () => {
  const gate = Promise.withResolvers<void>();
  const one = await world({
    execute: () => Promise.resolve({ ...ENDED, exit_code: 1 }),
    observe: async (_spec, { task }) => {
      if (task.task === "after") await gate.promise;
      return OBSERVED_NODE;
    },
  });
  const fails = await submitted(one, ["fails"]);
  const serving = one.queue.serve(QUIET, false);
  const failed = one.queue.wait(fails);
  const after = submitted(one, ["after"], { after: [fails] });
  await failed;
  gate.resolve();
  expect(await one.queue.wait(await after)).toMatchObject({ state: "cancelled", cause: "dependency_failed" });
  serving.finish();
  await serving.ended;
});

/** Without letting made-up time pass. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await holds()); turn += 1) {
    if (turn > 100_000) throw new Error("it never holds");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets everything go on that waits for no time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
