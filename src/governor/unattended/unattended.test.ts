// What a governor notices and whom it tells: the parts with a clock that is set, and one whole governor that tells by a task.
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PLAIN_SPEC } from "../../../model/plain-spec.ts";
import type { RecordInput } from "../../ledger/record.ts";
import type { Spec } from "../../spec/spec.ts";
import { NOTICES } from "../../spec/unattended-schema.ts";
import type { JsonObject } from "../../stdx/json.ts";
import { fireChallenge } from "../fire-challenge.ts";
import { makeHome } from "../fixtures/made-home.ts";
import { tailHome } from "../tail-home.ts";
import { Exporter, type ExporterParts } from "./exporter.ts";
import { readTaskFile } from "./read-task-file.ts";
import { Unattended, type UnattendedParts } from "./unattended.ts";
import { WatchBook } from "./watch-book.ts";

const HOUR = 3_600_000;
const GIB = 2 ** 30;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/writ-unattended-`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A node whose clock, disk, timetable and challenge are set by the test. */
function node(spec: Partial<Spec>) {
  const book = new WatchBook();
  const kept: (RecordInput & { readonly sequence: number })[] = [];
  const at = { now: 0, free: 10 * GIB, scheduled: 4, through: 4, tells: 0, exports: 0 };
  const fires: ((core: JsonObject) => void)[] = [];
  const append: UnattendedParts["append"] = (record) => {
    kept.push({ ...record, sequence: kept.length });
    book.note({ ...record, sequence: kept.length - 1, time: at.now });
    return Promise.resolve();
  };
  const unattended = new Unattended({
    book,
    append,
    notifier: { tell: () => Promise.resolve(void (at.tells += 1)) },
    exporter: { send: () => Promise.resolve(void (at.exports += 1)) },
    spec: () => ({ ...PLAIN_SPEC, notify: null, challenge: null, ...spec }),
    now: () => at.now,
    free: () => at.free,
    coverage: () => ({ scheduled: at.scheduled, through: at.through, outside: 0 }),
    fire: () => new Promise((resolve) => fires.push(resolve)),
  });
  const kinds = (): readonly string[] => kept.map(({ kind }) => kind);
  return { book, kept, at, fires, append, unattended, kinds };
}

test("Unattended does what is scheduled only while somebody serves, and tells all the same", async () => {
  const { unattended, kinds, at } = node({ challenge: { every: HOUR } });
  await unattended.look();
  expect([kinds(), at.tells, at.exports]).toEqual([[], 1, 0]);
  const served = Promise.withResolvers<void>();
  unattended.serving(served.promise);
  await unattended.look();
  expect([kinds(), at.exports]).toEqual([["coverage"], 1]);
});

test("Unattended notices a disk that fills up once, and again when it had room in between", async () => {
  const { unattended, kept, at, book } = node({});
  unattended.serving(new Promise(() => undefined));
  for (const free of [GIB, GIB - 1, 5, 2 * GIB - 1, 7, 2 * GIB, GIB - 1]) {
    at.free = free;
    await unattended.look();
  }
  expect(kept.flatMap(({ kind, core }) => (kind === "noticed" ? [core["free"]] : []))).toEqual([
    GIB - 1,
    GIB - 1,
  ]);
  expect(book.pending(["disk"])).toHaveLength(2);
});

test("Unattended records coverage when it moved and once a day, and notices only a fall", async () => {
  const { unattended, kept, at, book } = node({});
  unattended.serving(new Promise(() => undefined));
  const look = async (hours: number): Promise<void> => {
    at.now += hours * HOUR;
    await unattended.look();
  };
  await look(0);
  await look(5); // too soon to look
  await look(1); // nothing moved
  at.through = 3;
  await look(6);
  at.scheduled = 3;
  await look(6); // back to all of it
  await look(24);
  expect(kept.map(({ core }) => [core["scheduled"], core["through"], core["fell"]])).toEqual([
    [4, 4, false],
    [4, 3, true],
    [3, 3, false],
    [3, 3, false],
  ]);
  expect(book.pending(NOTICES).map(({ kind, record }) => [kind, record])).toEqual([["coverage", 1]]);
  expect([book.coverage?.through, book.coverageBefore?.through]).toEqual([3, 3]);
});

test("Unattended fires the challenge when it is due, one at a time, and a failed one is noticed", async () => {
  const { unattended, at, fires, book, kinds } = node({ challenge: { every: 2 * HOUR } });
  unattended.serving(new Promise(() => undefined));
  await unattended.look();
  at.now = 299_999;
  await unattended.look();
  expect(fires).toEqual([]);
  at.now = 300_000;
  await unattended.look();
  await unattended.look();
  expect(fires).toHaveLength(1);
  fires[0]?.({ held: false, fired: 9, failed: ["leaks.body"], not_held: 1, stopped: null });
  await unattended.close();
  expect(kinds()).not.toContain("challenge");

  const other = node({ challenge: { every: 2 * HOUR } });
  other.unattended.serving(new Promise(() => undefined));
  await other.unattended.look();
  other.at.now = 300_000;
  await other.unattended.look();
  other.fires[0]?.({ held: false, fired: 9, failed: ["leaks.body"], not_held: 1, stopped: null });
  await expect.poll(() => other.book.challenge?.held).toBe(false);
  expect(other.book.pending(["challenge"])[0]?.text).toMatch(/leaks\.body/u);
  other.at.now += 2 * HOUR - 1;
  await other.unattended.look();
  expect(other.fires).toHaveLength(1);
  other.at.now += 1;
  await other.unattended.look();
  expect(other.fires).toHaveLength(2);
  other.fires[1]?.({ held: true, fired: 9, failed: [], not_held: 0, stopped: null });
  await expect.poll(() => other.book.challenge?.held).toBe(true);
  expect([at.tells > 0, book.challenge]).toEqual([true, null]);
});

test("Unattended makes a digest once a day of serving, where one is wanted", async () => {
  const { unattended, kept, at, append, book } = node({ notify: { task: "/t", on: ["digest"] } });
  unattended.serving(new Promise(() => undefined));
  await append({ kind: "decision", core: { outcome: "admit" } });
  await append({ kind: "decision", core: { outcome: "refuse" } });
  at.now = 24 * HOUR - 1;
  await unattended.look();
  expect(book.pending(["digest"])).toEqual([]);
  at.now += 1;
  await unattended.look();
  await unattended.look();
  expect(kept.filter(({ kind }) => kind === "noticed").map(({ core }) => core)).toEqual([
    { kind: "digest", admitted: 1, refused: 1, deferred: 0, ended: 0, alarms: 0 },
  ]);
  expect(book.counts.admitted).toBe(0);
});

test("WatchBook forgets what was told, keeps what was not, and is the same after a restart", () => {
  const records = [
    { kind: "alarm", core: { metric: "external" } },
    { kind: "narrowed", core: { step: "offline" } },
    { kind: "egress", core: { cause: "gate_died" } },
    { kind: "egress", core: { cause: "gate_died" } },
    { kind: "notified", core: { notices: [0], told: true, cause: null } },
    { kind: "notified", core: { notices: [1, 2], told: false, cause: "refuse" } },
    { kind: "challenge", core: { held: true, fired: "many", failed: 7 } },
    { kind: "coverage", core: {} },
  ] as const;
  const read = (): WatchBook => {
    const book = new WatchBook();
    for (const [sequence, record] of records.entries())
      book.note({ ...record, core: record.core, sequence, time: sequence });
    return book;
  };
  const [book, again] = [read(), read()];
  expect(book.pending(NOTICES)).toEqual(again.pending(NOTICES));
  expect(book.pending(NOTICES).map(({ kind, record }) => [kind, record])).toEqual([
    ["narrowed", 1],
    ["gate", 2],
  ]);
  expect([book.untold, book.alarms(0), book.alarms(8 * 24 * HOUR)]).toEqual(["refuse", 1, 0]);
});

test("WatchBook keeps a bounded number of notices of a node that nobody listens to", () => {
  const book = new WatchBook();
  for (let sequence = 0; sequence < 1000; sequence += 1)
    book.note({ kind: "alarm", core: {}, sequence, time: 0 });
  expect(book.pending(NOTICES).at(-1)?.record).toBe(999);
  expect(book.pending(NOTICES).length).toBeLessThanOrEqual(64);
});

test("Exporter sends when it is due, and records a failure once and that it is over", async () => {
  const kept: JsonObject[] = [];
  const at = { now: 0, request: "{}" as string | null };
  const exporter = new Exporter({
    wanted: () => ({ task: `${folder}/export.yaml`, every: HOUR }),
    request: () => at.request,
    run: () => {
      throw new Error("there is no file to run");
    },
    append: ({ core }) => Promise.resolve(void kept.push(core)),
    uid: process.geteuid?.() ?? 0,
    now: () => at.now,
  });
  for (const [now, request] of [
    [0, "{}"],
    [HOUR - 1, null],
    [HOUR, "{}"],
    [2 * HOUR, null],
  ] as const) {
    Object.assign(at, { now, request });
    await exporter.send();
  }
  expect(kept.map(({ kind, sent, cause }) => [kind, sent, cause])).toEqual([
    ["export", false, "task_missing"],
    ["export", false, "unmeasured"],
  ]);
  const never = new Exporter({ ...exporterOf(kept), wanted: () => null });
  await never.send();
  expect(kept).toHaveLength(2);
});

/** Parts of an exporter that nothing is asked of. */
function exporterOf(kept: JsonObject[]): ExporterParts {
  const fails = (): never => {
    throw new Error("nobody asked for this");
  };
  return {
    wanted: () => null,
    request: fails,
    run: fails,
    append: ({ core }) => Promise.resolve(void kept.push(core)),
    uid: 0,
    now: () => 0,
  };
}

test("readTaskFile takes no file that somebody else could write, no link and no folder", () => {
  const uid = process.geteuid?.() ?? 0;
  const path = `${folder}/notify.yaml`;
  writeFileSync(path, "task: tell\n", { mode: 0o600 });
  expect(readTaskFile(path, uid)).toEqual({ ok: true, value: "task: tell\n" });
  chmodSync(path, 0o620);
  expect(readTaskFile(path, uid)).toMatchObject({ ok: false, error: "task_unsafe" });
  chmodSync(path, 0o602);
  expect(readTaskFile(path, uid)).toMatchObject({ ok: false, error: "task_unsafe" });
  chmodSync(path, 0o600);
  symlinkSync(path, `${folder}/link.yaml`);
  expect(readTaskFile(`${folder}/link.yaml`, uid)).toMatchObject({ ok: false, error: "task_unreadable" });
  expect(readTaskFile(folder, uid)).toMatchObject({ ok: false, error: "task_unreadable" });
  expect(readTaskFile(`${folder}/none`, uid)).toMatchObject({ ok: false, error: "task_missing" });
  writeFileSync(path, Buffer.alloc(4_194_305, 0x61));
  expect(readTaskFile(path, uid)).toMatchObject({ ok: false, error: "task_unreadable" });
  writeFileSync(path, Buffer.from([0xff, 0xfe]));
  expect(readTaskFile(path, uid)).toMatchObject({ ok: false, error: "task_unreadable" });
  if (uid !== 0) return;
  writeFileSync(path, "task: tell\n");
  chownSync(path, 65_534, 65_534);
  expect(readTaskFile(path, uid)).toMatchObject({ ok: false, error: "task_unsafe" });
});

test("fireChallenge takes what is nonsense, empty, killed or missing as a challenge that did not hold", async () => {
  const never = new AbortController().signal;
  const shell = (text: string): Promise<JsonObject> => fireChallenge(["/bin/sh", "-c", text], never);
  const report = { stopped: null, seed: 7, took: 5, problems: [], cases: [] as unknown[] };
  const says = (value: unknown): Promise<JsonObject> => shell(`cat <<'X'\n${JSON.stringify(value)}\nX`);
  const held = { id: "a", expected: "stopped", outcome: "stopped" };
  expect(await says({ ...report, cases: [held] })).toMatchObject({ held: true, fired: 1, failed: [] });
  const through = { ...held, id: "b", outcome: "through" };
  expect(await says({ ...report, cases: [held, through] })).toMatchObject({ held: false, failed: ["b"] });
  expect(await says({ ...report, cases: [{ ...held, outcome: "left_out" }] })).toMatchObject({ held: false });
  expect(await says({ ...report, cases: [held], problems: ["x"] })).toMatchObject({ held: false, unread: 1 });
  expect(await says({ ...report, cases: [held], stopped: "no memory" })).toMatchObject({ held: false });
  expect(await says({})).toMatchObject({ held: false, stopped: "its answer cannot be read" });
  expect(await says(null)).toMatchObject({ held: false });
  expect(await shell("exit 3")).toMatchObject({ held: false, stopped: "it said nothing and ended with 3" });
  expect(await shell("kill -9 $$")).toMatchObject({ stopped: "it was ended by SIGKILL" });
  expect(await fireChallenge(["/nowhere/writ"], never)).toMatchObject({ held: false, fired: 0 });
  const ended = new AbortController();
  const hanging = fireChallenge(["/bin/sleep", "100"], ended.signal);
  ended.abort();
  expect(await hanging).toMatchObject({ held: false });
});

test("a governor tells what it noticed by a governed task, and says when it reached nobody", async () => {
  const file = `${folder}/notify.yaml`;
  const made = await makeHome({ extra: `notify: { task: ${file}, on: [narrowed] }\n` });
  try {
    const governor = await made.open();
    // No such file yet: nobody is told, and that is on record.
    await governor.narrow("offline");
    await expect.poll(async () => (await governor.status()).untold, { timeout: 20_000 }).toBe("task_missing");
    await governor.close();
    for (const { kind, core } of (await tailHome(made.home, 20)).records)
      if (kind === "notified") expect(core).toMatchObject({ told: false, decision: null });

    const task = {
      task: "tell",
      run: { command: ["sh", "-c", `cat > ${made.work}/out/told`] },
      directory: made.work,
      needs: { writes: [`${made.work}/out`] },
    };
    writeFileSync(file, JSON.stringify(task), { mode: 0o600 });
    // The next governor goes on with what nobody was told.
    const before = (await governor.status()).pid;
    process.kill(before, "SIGKILL");
    while (alive(before)) await sleep(20);
    const next = await made.open();
    await next.narrow("halted");
    await next.serve({ untilEmpty: false, finish: AbortSignal.timeout(10) });
    await expect.poll(async () => (await next.status()).untold, { timeout: 20_000 }).toBe("defer");
    expect((await made.verify()).ok).toBe(true);
  } finally {
    await made.end();
  }
}, 60_000);

test("a governor's notice reaches the task's standard input once", async () => {
  const file = `${folder}/notify.json`;
  const sends = `${folder}/export.json`;
  const made = await makeHome({
    extra: `notify: { task: ${file}, on: [narrowed] }\nexport: { task: ${sends}, every: 24 h }\n`,
  });
  try {
    const taskTo = (name: string): object => ({
      task: "tell",
      run: { command: ["sh", "-c", `cat >> ${made.work}/out/${name}`] },
      directory: made.work,
      needs: { writes: [`${made.work}/out`] },
    });
    writeFileSync(file, JSON.stringify(taskTo("told")), { mode: 0o600 });
    writeFileSync(sends, JSON.stringify(taskTo("exported")), { mode: 0o600 });
    const governor = await made.open();
    const { record } = await governor.narrow("offline");
    const told = async (): Promise<readonly unknown[]> =>
      (await tailHome(made.home, 20)).records.filter(({ kind }) => kind === "notified");
    await expect.poll(async () => (await told()).length, { timeout: 20_000 }).toBe(1);
    const [notice, ...others] = readFileSync(`${made.work}/out/told`, "utf8").trim().split("\n");
    expect(others).toEqual([]);
    expect(JSON.parse(notice ?? "")).toEqual({
      schema: "writ.notice/1",
      node: made.node,
      notices: [{ kind: "narrowed", record, text: "the node is offline" }],
    });
    expect((await governor.status()).untold).toBe(null);
    // What is measured goes to its task once it is served, as an OTLP request with figures of now, and under a writ.
    const stop = new AbortController();
    const serving = governor.serve({ untilEmpty: false, finish: stop.signal });
    const ended = async (): Promise<number> =>
      (await tailHome(made.home, 40)).records.filter(({ kind }) => kind === "settlement").length;
    await expect.poll(ended, { timeout: 20_000 }).toBe(2);
    stop.abort();
    await serving;
    const { resourceMetrics } = JSON.parse(readFileSync(`${made.work}/out/exported`, "utf8")) as {
      readonly resourceMetrics: readonly {
        readonly scopeMetrics: readonly { readonly metrics: readonly object[] }[];
      }[];
    };
    const metrics = resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? [];
    expect(metrics).toContainEqual(
      expect.objectContaining({
        name: "writ_executions_total",
        sum: expect.objectContaining({
          dataPoints: [expect.objectContaining({ asDouble: 1 })],
        }),
      }),
    );
  } finally {
    await made.end();
  }
}, 60_000);

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
