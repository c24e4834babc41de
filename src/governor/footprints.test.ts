// Footprints and taskClass: what counts as the same work, what is kept of it, and that nothing of it grows or lasts for ever.
import { expect, test } from "vitest";
import { explainDecision } from "../decide/explain.ts";
import { nothingObserved } from "../enforce/nothing-observed.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import type { Task } from "../task/task.ts";
import { ENDED } from "./fixtures/ended.ts";
import { MemoryLedger } from "./fixtures/memory-ledger.ts";
import { OBSERVED_NODE } from "./fixtures/observed-node.ts";
import { specText } from "./fixtures/spec-text.ts";
import { CLASSES_MAX, Footprints, KEPT_MAX, KEPT_MS } from "./footprints.ts";
import { nameHash } from "./name-hash.ts";
import { drained, openQueueWorld, submitTo } from "./queue/fixtures/queue-world.ts";
import { recordedJudged } from "./recorded-judged.ts";
import { adoptedSpec } from "./spec-in-force.ts";
import { taskClass } from "./task-class.ts";

const used = (memory_peak: number, more: object = {}): typeof ENDED => ({ ...ENDED, memory_peak, ...more });

test("Footprints.of gives figures that were seen, by nearest rank", () => {
  const footprints = new Footprints();
  for (let at = 1; at <= 20; at += 1)
    footprints.add(
      "c",
      used(at * 100, { cpu: at, wall: 10 * at, external_bytes_out: at, model_bytes_out: 1 }),
      at,
    );
  expect(footprints.of("c", 20)).toEqual({
    count: 20,
    memory: { p50: 1000, p95: 1900, max: 2000 },
    cpu: { p50: 10, p95: 19, max: 20 },
    time: { p50: 100, p95: 190, max: 200 },
    bytes_out: { p50: 11, p95: 20, max: 21 },
  });
  expect(footprints.of("other", 20)).toBeNull();
});

test("Footprints.of says null of what was not measurable, and never 0", () => {
  const footprints = new Footprints();
  footprints.add("c", used(0, { memory_source: null, cpu: null }), 1);
  expect(footprints.of("c", 1)).toMatchObject({ count: 1, memory: null, cpu: null });
  footprints.add("c", used(7), 2);
  expect(footprints.of("c", 2)).toMatchObject({ count: 2, memory: { p50: 7, p95: 7, max: 7 } });
});

test.each([
  "cancelled",
  "client_gone",
  "governor_stops",
  "parent_ended",
  "too_hot",
  "launch_failed",
] as const)("Footprints.add leaves out a task that ended as %s: it needs more than that", (cause) => {
  const footprints = new Footprints();
  footprints.add("c", nothingObserved(cause), 1);
  expect(footprints.of("c", 1)).toBeNull();
});

test("Footprints.add keeps what was killed at its grant: its peak is the floor of the next ask", () => {
  const footprints = new Footprints();
  footprints.add("c", used(64, { cause: "out_of_memory", exit_code: null }), 1);
  expect(footprints.of("c", 1)?.memory?.max).toBe(64);
});

test("Footprints keep the latest of a class, for thirty days, and a bounded number of classes", () => {
  const footprints = new Footprints();
  footprints.add("c", used(9999), 0);
  for (let at = 1; at <= KEPT_MAX; at += 1) footprints.add("c", used(5), at);
  expect(footprints.of("c", KEPT_MAX)).toMatchObject({ count: KEPT_MAX, memory: { max: 5 } });
  expect(footprints.of("c", KEPT_MS + 1)).toMatchObject({ count: KEPT_MAX - 1 });
  expect(footprints.of("c", KEPT_MS + KEPT_MAX)).toBeNull();
  for (let at = 0; at < CLASSES_MAX; at += 1) footprints.add(`c${at}`, used(1), KEPT_MAX);
  expect(footprints.snapshot().length).toBe(CLASSES_MAX);
  expect(footprints.of("c", KEPT_MAX)).toBeNull();
});

const names = nameHash(Buffer.alloc(32));
const paths = OBSERVED_NODE.paths;
const NEEDS = { models: [], calls: [], provider: null, submits: 0 } as unknown as Task["needs"];
const run = (...command: string[]): Pick<Task, "run" | "needs"> => ({ run: { command }, needs: NEEDS });
const classOf = (task: Pick<Task, "run" | "needs">, who = "me", seen = paths): string =>
  taskClass(who, task, seen, names);

test("taskClass is the same for the same work with other numbers, and says no word of it", () => {
  const one = classOf(run("backup", "--day=2026-11-22", "/data/7.csv"));
  expect(classOf(run("backup", "--day=1999-01-01", "/data/12345.csv"))).toBe(one);
  expect(one).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ["principal", classOf(run("a"), "other")],
  ["command", classOf(run("a", "b"))],
  ["word across two arguments", classOf(run("a", ""))],
  [
    "program",
    classOf(run("a"), "me", { ...paths, executable: { ...paths.executable, sha256: "11" } as never }),
  ],
  ["kind of need", classOf({ ...run("a"), needs: { ...NEEDS, submits: 2 } })],
])("taskClass is another one for another %s", (_what, other) => {
  expect(other).not.toBe(classOf(run("a")));
});

const MIB = 1024 * 1024;

/** Runs `command` once on a ledger, where it uses `memory`, and gives the record of its decision. */
async function ranOnce(
  ledger: MemoryLedger,
  command: string,
  memory: number,
  asked: string,
): Promise<LedgerRecord> {
  const world = await openQueueWorld({
    ledger,
    execute: () => Promise.resolve(used(memory)),
    start: ledger.size,
  });
  await submitTo(world, [command], {}, { memory: asked });
  expect(await drained(world)).toMatchObject({ ready: 0, running: 0 });
  await world.queue.close();
  const decision = ledger.durable.findLast(({ kind }) => kind === "decision");
  if (decision === undefined) throw new Error("it was decided");
  return decision;
}

test("decide holds and grants a task what its class used before, after a rebuild without payloads too, and explain tells it", async () => {
  const first = new MemoryLedger();
  expect((await ranOnce(first, "day 1", 40 * MIB, "64 MiB")).core["grants"]).toMatchObject({
    memory: 64 * MIB,
  });
  const erased = first.durable.map((record) =>
    record.kind === "spec_adopted" ? record : { ...record, payload: null },
  );
  const record = await ranOnce(new MemoryLedger(erased), "day 2", 40 * MIB, "16 MiB");
  expect(record.core["grants"]).toMatchObject({ memory: 40 * MIB });
  expect(record.core["hold"]).toMatchObject({ memory: 40 * MIB });
  const judged = recordedJudged(record);
  if (judged === null) throw new Error("it was just recorded");
  const told = explainDecision(judged, adoptedSpec(Buffer.from(specText("/work")), "test").compiled);
  const lines = told.find(({ title }) => title === "what such tasks used")?.lines;
  expect(lines).toContain("asked 16 MiB of memory: raised to 40 MiB, which one of them used");
  expect(lines).toContain("memory: 40 MiB; 40 MiB; 40 MiB");
});

test("decide never raises what was never settled, what is of another class, and tells a large padding", async () => {
  const ledger = new MemoryLedger();
  await ranOnce(ledger, "one", 2 * MIB, "64 MiB");
  expect((await ranOnce(ledger, "other", 2 * MIB, "1 MiB")).core["grants"]).toMatchObject({ memory: MIB });
  const judged = recordedJudged(await ranOnce(ledger, "one", 2 * MIB, "64 MiB"));
  if (judged === null) throw new Error("it was just recorded");
  const told = explainDecision(judged, adoptedSpec(Buffer.from(specText("/work")), "test").compiled);
  expect(told.find(({ title }) => title === "what such tasks used")?.lines).toContain(
    "asks 32.0 times the memory that 19 of 20 used",
  );
});

test("decide refuses what is raised over a limit that is lower now", async () => {
  const ledger = new MemoryLedger();
  await ranOnce(ledger, "one", 900 * MIB, "1000 MiB");
  const tighter = specText("/work").replace("per_task_max: 1 GiB", "per_task_max: 512 MiB");
  const world = await openQueueWorld({
    ledger,
    execute: () => Promise.resolve(ENDED),
    start: 9,
    spec: tighter,
  });
  const { jobs, decided } = await submitTo(world, ["one"], {}, { memory: "64 MiB" });
  expect(jobs).toEqual([]);
  expect(decided?.decision.findings.map(({ cause }) => cause)).toContain("memory_over_limit");
  await world.queue.close();
});
