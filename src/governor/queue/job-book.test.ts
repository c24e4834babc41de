// A store that is not what the ledger says is made anew from the ledger, while the governor lives and at a start: nothing of it is
// run, nothing is lost, and nothing goes round.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Task } from "../../task/task.ts";
import { ENDED } from "../fixtures/ended.ts";
import { MemoryLedger } from "../fixtures/memory-ledger.ts";
import { sha256 } from "../ports.ts";
import { drained, openQueueWorld, type QueueWorld, submitTo } from "./fixtures/queue-world.ts";

let folder = "";
let warnings = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "writ-book-"));
  warnings = 0;
  vi.spyOn(process, "emitWarning").mockImplementation(() => void (warnings += 1));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Names of the tasks that ran, in order. */
async function world(ledger: MemoryLedger, ran: string[]): Promise<QueueWorld> {
  return openQueueWorld({
    ledger,
    store: join(folder, "queue.sqlite"),
    execute: ({ task }: Task) => {
      ran.push(task);
      return Promise.resolve(ENDED);
    },
  });
}

/** Changes the store behind the back of who has it open. */
function edit(sql: string, ...values: (string | number)[]): void {
  const database = new DatabaseSync(join(folder, "queue.sqlite"));
  database.prepare(sql).run(...values);
  database.close();
}

const OTHER = JSON.stringify({ task: "evil", run: { command: ["true", "evil"] } });

test.each([
  ["another task under the submitted one's digest", "UPDATE job SET task = ? WHERE id = ?", [OTHER]],
  ["no JSON at all", "UPDATE job SET task = ? WHERE id = ?", ["\u0000 garbage {"]],
  [
    "no JSON with a digest of its own",
    "UPDATE job SET task = ?, digest = ? WHERE id = ?",
    ["{", sha256("{")],
  ],
  ["another digest", "UPDATE job SET digest = ? WHERE id = ?", ["00".repeat(32)]],
])(
  "Drain never runs a row with %s: the store is rebuilt once, and what was submitted runs",
  async (_what, sql, values) => {
    const ran: string[] = [];
    const one = await world(new MemoryLedger(), ran);
    const first = await submitTo(one, ["first"]);
    await submitTo(one, ["second"]);
    one.book.flush();
    edit(sql, ...values, first.jobs[0]?.id ?? -1);
    expect(await drained(one)).toMatchObject({ done: 2, ready: 0, failed: 0 });
    expect(ran).toEqual(["first", "second"]);
    expect(warnings).toBe(1);
    await one.queue.close();
    one.book.close();
  },
);

test("Drain ends a job whose task the ledger does not have either, after one rebuild", async () => {
  const ran: string[] = [];
  const ledger = new MemoryLedger();
  const one = await world(ledger, ran);
  const { jobs } = await submitTo(one, ["lost"]);
  await submitTo(one, ["next"]);
  one.book.flush();
  const id = jobs[0]?.id ?? -1;
  const record = ledger.durable[id];
  if (record === undefined) throw new Error("the submission has a record");
  ledger.durable[id] = { ...record, payload: { name: "lost", task: { task: "another" } } };
  edit("UPDATE job SET task = ? WHERE id = ?", OTHER, id);
  expect(await drained(one)).toMatchObject({ done: 1, cancelled: 1 });
  expect(await one.queue.job(id)).toMatchObject({ state: "cancelled", cause: "payload_erased", attempts: 0 });
  expect(ran).toEqual(["next"]);
  expect(warnings).toBe(1);
  await one.queue.close();
  one.book.close();
});

test("JobBook.distrust keeps what runs from being started twice, and loses nobody who waits", async () => {
  const ran: string[] = [];
  const gate = Promise.withResolvers<void>();
  const one = await openQueueWorld({
    ledger: new MemoryLedger(),
    store: join(folder, "queue.sqlite"),
    execute: async ({ task }) => {
      ran.push(task);
      await gate.promise;
      return ENDED;
    },
  });
  const { jobs } = await submitTo(one, ["runs"]);
  const id = jobs[0]?.id ?? -1;
  const served = drained(one);
  await vi.waitUntil(() => ran.length === 1);
  const waited = one.queue.wait(id);
  one.book.distrust();
  // Asked while it is made anew.
  const after = await submitTo(one, ["after"], { after: [id] });
  expect(await one.queue.job(after.jobs[0]?.id ?? -1)).toMatchObject({ state: "waiting", waits_for: 1 });
  gate.resolve();
  expect(await waited).toMatchObject({ state: "done", attempts: 1 });
  expect(await served).toMatchObject({ done: 2 });
  expect(ran).toEqual(["runs", "after"]);
  await one.queue.close();
  one.book.close();
  // The new file is whole: a start takes it as it stands.
  const again = new DatabaseSync(join(folder, "queue.sqlite"));
  expect(again.prepare("SELECT count(*) AS n FROM job WHERE state = 'done'").get()).toEqual({ n: 2 });
  expect(again.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  again.close();
});

test("JobBook.note outlives a table that is gone: the store is rebuilt, and the record counts", async () => {
  const ran: string[] = [];
  const one = await world(new MemoryLedger(), ran);
  await submitTo(one, ["first"]);
  one.book.flush();
  edit("DROP TABLE edge");
  edit("DROP TABLE job");
  await submitTo(one, ["second"]);
  expect((await one.queue.list(true)).jobs.map(({ name }) => name)).toEqual(["first", "second"]);
  expect(await drained(one)).toMatchObject({ done: 2 });
  expect(warnings).toBe(1);
  await one.queue.close();
  one.book.close();
});

test.each([
  ["without its tables", "DROP TABLE job"],
  ["of another ledger", "UPDATE stands_for SET leaf = 'ff'"],
  ["ahead of the ledger", "UPDATE stands_for SET size = 1000"],
  ["with a column that is gone", "ALTER TABLE job DROP COLUMN queued_wall"],
])("JobBook.open makes a store %s anew", async (_what, sql) => {
  const ran: string[] = [];
  const ledger = new MemoryLedger();
  const one = await world(ledger, ran);
  await submitTo(one, ["first"]);
  const before = await one.queue.list(true);
  await one.queue.close();
  one.book.close();
  edit(sql);
  const two = await world(new MemoryLedger(ledger.durable), ran);
  expect(await two.queue.list(true)).toEqual(before);
  expect(await drained(two)).toMatchObject({ done: 1 });
  await two.queue.close();
  two.book.close();
  expect(existsSync(join(folder, "queue.sqlite"))).toBe(true);
});
