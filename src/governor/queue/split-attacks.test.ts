// Ways to get more out of a budget than it holds, one after the other, each by itself: at the edges of a window, under other names,
// before anything was ever spent, right after a start, by crashes and retries, by ends that come too late, and by clocks. Siblings
// and depth are children.test.ts; threads and processes, race.test.ts.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { LeftUse, Observation } from "../../enforce/execution.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import { ENDED } from "../fixtures/ended.ts";
import { MemoryLedger } from "../fixtures/memory-ledger.ts";
import { OBSERVED_NODE } from "../fixtures/observed-node.ts";
import { specText } from "../fixtures/spec-text.ts";
import type { DestinationAmounts } from "../sums.ts";
import {
  openQueueWorld,
  QUIET,
  type QueueWorld,
  submitTo,
  type WorldOptions,
} from "./fixtures/queue-world.ts";

const LIMIT = 10;
const HOUR = 3_600_000;
const HOST = "api.example.com";
const SPEC = specText("/work", {
  score_min: 0,
  endpoints: `[ { host: ${HOST}, control: owned, clearance: internal, serves: [], methods: [POST], paths: [/v1/], requests_per_task_max: 300, bytes_out_per_task_max: 1 MiB } ]`,
}).replace("external_calls: 100", `external_calls: ${LIMIT}`);
const OBSERVED = { ...OBSERVED_NODE, node: { ...OBSERVED_NODE.node, gate: "present" as const } };

/** It made the one call that it asked for. */
const ONE_CALL = (): LeftUse => {
  return { complete: true, destinations: [{ host: HOST, requests: 1, bytes_out: 10, tokens: 0, money: 0 }] };
};
const AT_ONCE = (): Promise<Observation> => Promise.resolve(ENDED);
const NEVER = (): Promise<Observation> => new Promise(() => undefined);

async function open(ledger: MemoryLedger, options: Partial<WorldOptions> = {}): Promise<QueueWorld> {
  const observe = (): Promise<typeof OBSERVED> => Promise.resolve(OBSERVED);
  const world = await openQueueWorld({
    ledger,
    spec: SPEC,
    observe,
    execute: AT_ONCE,
    left: ONE_CALL,
    ...options,
  });
  world.queue.serve(QUIET, false);
  return world;
}

/** Submits `count` tasks of `calls` calls each at once, and lets everything happen that waits for no time. */
async function ask(world: QueueWorld, count: number, calls = 1, name = "same"): Promise<void> {
  const needs = {
    calls: [
      {
        to: `https://${HOST}/v1/x`,
        method: "POST",
        data: "internal",
        calls_max: calls,
        bytes_out_max: "1 KiB",
      },
    ],
  };
  const asked = Array.from({ length: count }, (_, at) =>
    submitTo(
      world,
      [name === "same" ? name : `${name}${"abcdefghijkl"[at] ?? ""}`],
      { retries_max: 9, priority: at % 3 },
      needs,
    ),
  );
  await Promise.all(asked);
  await settled(world);
}

/** Until nothing more is recorded for a while, also where a file was asked for in between. */
async function settled(world: QueueWorld): Promise<void> {
  for (let size = -1; world.ledger.size !== size; ) {
    size = world.ledger.size;
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await sleep(20);
  }
}

/** Ledger times of calls that were let through: one for each call that an admitted task asked for. */
function admitted({ durable }: MemoryLedger): readonly number[] {
  return durable.flatMap((record) => callsOf(record).map(() => record.time));
}

function callsOf({ kind, core }: LedgerRecord): readonly unknown[] {
  if (kind !== "decision" || core["hold"] === null) return [];
  const { destinations } = core["hold"] as unknown as {
    readonly destinations: readonly DestinationAmounts[];
  };
  const calls = destinations.reduce((sum, { external_calls }) => sum + external_calls, 0);
  return Array.from({ length: calls });
}

/** Most calls within any hour. */
function mostInAnHour(times: readonly number[]): number {
  return Math.max(0, ...times.map((end) => times.filter((time) => time <= end && end - time < HOUR).length));
}

test("window edges: no hour holds more than the budget, wherever it begins, and each one is used", async () => {
  const ledger = new MemoryLedger();
  const world = await open(ledger);
  const steps = [
    0,
    9_999,
    1,
    9_999,
    HOUR - 20_000,
    1,
    9_998,
    1,
    10_000,
    HOUR - 1,
    1,
    9_999,
    2,
    HOUR / 2,
    HOUR / 2,
    10_001,
  ];
  for (const step of steps) {
    ledger.pass(step);
    world.queue.wake();
    await ask(world, 4);
  }
  const times = admitted(ledger);
  expect(mostInAnHour(times)).toBe(LIMIT);
  expect(times.length).toBeGreaterThanOrEqual(3 * LIMIT);
  await world.queue.close();
});

test("first-ever principals: of twenty that are the first of their ledger, as many are let through as the budget holds", async () => {
  const ledger = new MemoryLedger();
  const world = await open(ledger, { execute: NEVER });
  await ask(world, 2 * LIMIT);
  expect(admitted(ledger).length).toBe(LIMIT);
  ledger.crash(0);
});

test("renaming: another name, command and class draws on the same budget", async () => {
  const ledger = new MemoryLedger();
  const world = await open(ledger);
  for (const name of ["one", "two", "three"]) await ask(world, 5, 1, name);
  expect(admitted(ledger).length).toBe(LIMIT);
  await world.queue.close();
});

test("cold start: after a start what was spent is spent, and every open hold is charged before anything is decided", async () => {
  const ledger = new MemoryLedger();
  const first = await open(ledger, { execute: NEVER });
  await ask(first, 6);
  expect(admitted(ledger).length).toBe(6);
  ledger.crash(0);
  void first.queue.close();
  const { durable } = ledger;
  const before = durable.length;
  const later = new MemoryLedger(durable);
  const second = await open(later, { start: 2, execute: NEVER });
  await ask(second, 2 * LIMIT);
  expect(admitted(later).length).toBe(LIMIT);
  const after = durable.slice(before).map(({ kind }) => kind);
  expect(after.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => "recovery"));
  expect(after.slice(6)).not.toContain("recovery");
  later.crash(0);
});

test("crash and retry: a task that is killed with its governor again and again runs out of budget", async () => {
  let ledger = new MemoryLedger();
  for (let start = 1; start <= 6; start += 1) {
    const world = await open(ledger, { start, execute: NEVER });
    if (start === 1) await ask(world, 1, 4);
    await settled(world);
    ledger.crash(0);
    void world.queue.close();
    ledger = new MemoryLedger(ledger.durable);
  }
  // Two starts of four calls each; a third would be over ten.
  expect(admitted(ledger).length).toBe(8);
});

test("lease expiry: an end that comes after its governor died settles nothing, and frees nothing", async () => {
  const ledger = new MemoryLedger();
  const late = Promise.withResolvers<Observation>();
  const first = await open(ledger, {
    execute: () => late.promise,
    left: () => ({ complete: true, destinations: [] }),
  });
  await ask(first, 1, LIMIT);
  ledger.crash(0);
  const later = new MemoryLedger(ledger.durable);
  const second = await open(later, { start: 2 });
  late.resolve(ENDED);
  await settled(second);
  const ends = later.durable.filter(({ kind }) => kind === "settlement" || kind === "recovery");
  expect(ends.map(({ kind }) => kind)).toEqual(["recovery"]);
  expect(second.projection.sums.window("principal", "tester", HOUR, later.now()).external_calls).toBe(LIMIT);
  await ask(second, 1);
  expect(admitted(later).length).toBe(LIMIT);
  await second.queue.close();
});

test.each([
  ["back", -10],
  ["forward", 10],
])("a clock that is set %s by ten years neither frees nor blocks anything", async (_, years) => {
  const ledger = new MemoryLedger();
  let wall = Date.parse("2026-11-01T00:00:00.000Z");
  const world = await open(ledger, { wall: () => new Date(wall) });
  await ask(world, 6);
  const waits = await world.queue.submit(
    {
      text: '{"task":"late","run":{"command":["true"]},"needs":{"memory":"1 MiB","cpu":0.001}}',
      source: "t",
      directory: "/work",
      format: "json",
    },
    { priority: 0, deadline: "2h", retries_max: 0, after: [] },
  );
  wall += years * 365 * 24 * HOUR;
  await ask(world, LIMIT);
  const late = waits.jobs[0]?.id ?? -1;
  await vi.waitUntil(async () => (await world.queue.job(late)).state === "done", { timeout: 20_000 });
  expect(admitted(ledger).length).toBe(LIMIT);
  await world.queue.close();
});
