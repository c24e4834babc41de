// What breaks while probes are sent: it is told, it is an alarm after three self-tests, and only a ledger that takes nothing is
// passed over. That whole and blind governors are told apart is test/challenge/p11-probes.test.ts.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LedgerRecord } from "../../ledger/record.ts";
import type { Json } from "../../stdx/json.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { MemoryLedger } from "../fixtures/memory-ledger.ts";
import { KeptLedger } from "../keep-ledger.ts";
import { Narrowings } from "../narrowings.ts";
import { ProbeAudit, type ProbeAuditReport } from "./probe-audit.ts";
import { ProbeBook } from "./probe-book.ts";
import { dueAt, epochSeed } from "./probe-schedule.ts";
import { Prober, type ProberParts } from "./prober.ts";

const MINUTE = 60_000;
const KEY = new Uint8Array(32);

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** A prober of which every part that a probe goes through throws. */
function broken(ledger: KeptLedger, book: ProbeBook, share = 200): Prober {
  const probes = { share, self_test: MINUTE };
  const adopted = { parsed: { spec_hash: "s", spec: { probes, privacy: { detectors: null } } } };
  const throws = new Proxy(
    {},
    {
      get: () => {
        throw new TypeError("a fault of the product");
      },
    },
  );
  const parts = {
    submit: { judging: throws },
    launch: throws,
    ledger,
    book,
    narrowings: new Narrowings(),
    spec: { adopted },
    names_key: KEY,
    instance: "i",
    root: "/nowhere",
    lifted: () => undefined,
  } as unknown as ProberParts;
  return new Prober(parts);
}

/** Turns of the event loop until `isThere`: nothing here waits for a clock. */
async function until(isThere: () => boolean): Promise<void> {
  while (!isThere()) await new Promise((resolve) => setImmediate(resolve));
}

function kept(memory: MemoryLedger, book: ProbeBook, prober: () => Prober | null): KeptLedger {
  return new KeptLedger(memory, ({ kind, core, sequence, time }) => {
    book.note({ kind, core, sequence, time });
    prober()?.note({ kind, core });
  });
}

test("a fault on a probe's way is told of each probe, and a check that stays so is an alarm", async () => {
  const memory = new MemoryLedger();
  const book = new ProbeBook();
  let prober: Prober | null = null;
  prober = broken(
    kept(memory, book, () => prober),
    book,
  );
  const records = (kind: string): MemoryLedger["durable"] =>
    memory.durable.filter((one) => one.kind === kind);
  for (let tests = 1; tests <= 3; tests += 1) {
    vi.advanceTimersByTime(MINUTE);
    await until(() => records("probe").filter(({ core }) => core["step"] === "verdicts").length === tests);
  }
  const told = JSON.stringify(records("probe"));
  expect(told).toContain('"cause":"fault"');
  expect(told).not.toMatch(/"outcome":"(?!unclear")/);
  await until(() => records("alarm").length === 3);
  expect(records("alarm").map(({ core }) => [core["check"], core["found"]])).toEqual([
    ["decision", "untested"],
    ["gate", "untested"],
    ["scan", "untested"],
  ]);
  await prober.close();
});

test("a ledger that takes nothing is passed over, any other fault of telling is an error that nobody catches", async () => {
  const faults: unknown[] = [];
  const seen = (error: unknown): void => void faults.push(error);
  const listeners = process.rawListeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", seen);
  try {
    for (const error of [new WritError("WRIT_LEDGER_UNWRITABLE", "full", { hint: "" }), new TypeError("x")]) {
      const appends: unknown[] = [];
      const append = (record: unknown): Promise<never> => {
        appends.push(record);
        return Promise.reject(error);
      };
      const prober = broken({ append } as unknown as KeptLedger, new ProbeBook());
      vi.advanceTimersByTime(MINUTE);
      await until(() => appends.length === 1);
      await prober.close();
      // A rejection that nobody handled is told once the microtasks are done.
      await new Promise((resolve) => setImmediate(resolve));
      expect(faults).toEqual(error instanceof TypeError ? [error] : []);
    }
  } finally {
    process.off("unhandledRejection", seen);
    for (const one of listeners) process.on("unhandledRejection", one as (error: unknown) => void);
  }
});

/** A ledger of two lives of a prober beside `runs` admitted runs each, as an auditor reads it. */
async function twoLives(runs: number): Promise<MemoryLedger["durable"]> {
  const memory = new MemoryLedger();
  const book = new ProbeBook();
  let prober: Prober | null = null;
  const ledger = kept(memory, book, () => prober);
  const sent = (): number => memory.durable.filter(({ core }) => core["origin"] === "run").length;
  let due = 0;
  for (let life = 1; life <= 2; life += 1) {
    await ledger.append({ kind: "software", core: { instance: `i${life}` } });
    prober = broken(ledger, book, 5_000);
    await ledger.append({ kind: "decision", core: { hold: { id: "before the epoch" } } });
    vi.advanceTimersByTime(MINUTE);
    await until(() => memory.durable.filter(({ core }) => core["origin"] === "self_test").length === life);
    for (let run = 0; run < runs; run += 1) {
      await ledger.append({ kind: "decision", core: { hold: { id: `${life}-${run}` } } });
      await ledger.append({ kind: "decision", core: { outcome: "refuse", hold: null } });
      if (dueAt(epochSeed(KEY, life), run + 1, 5_000) !== null) due += 1;
      await until(() => sent() === due);
    }
    await prober.close();
  }
  return memory.durable;
}

function auditOf(records: readonly Pick<LedgerRecord, "kind" | "core" | "sequence">[]): ProbeAuditReport {
  const audit = new ProbeAudit();
  for (const record of records) audit.take(record);
  return audit.report();
}

test("ProbeAudit: what a prober sent is what the seeds draw that it committed to and showed", async () => {
  const records = await twoLives(40);
  const report = auditOf(records);
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ ok: true, unscheduled: 2 });
  const [first, second] = report.epochs;
  expect(first).toMatchObject({ epoch: 1, share: 5_000, holds: true, runs: 40, missed: 0, self_tests: 1 });
  expect(first?.due).toBeGreaterThan(5);
  expect([first?.sent, first?.cut_off]).toEqual([first?.due, 0]);
  expect(second).toMatchObject({ epoch: 2, shown: null, holds: null, due: null, runs: 40, self_tests: 1 });

  const changed = (
    change: (record: LedgerRecord) => readonly Pick<LedgerRecord, "kind" | "core" | "sequence">[],
  ): string => auditOf(records.flatMap(change)).problems.join("\n");
  const epochAt = (number: number) => (record: LedgerRecord) =>
    record.core["step"] === "epoch" && record.core["epoch"] === number;
  const isFirst = ({ core }: LedgerRecord): boolean => core["epoch"] === 1;
  const beside = records.filter((one) => isFirst(one) && one.core["origin"] === "run");
  const [sent, other] = beside;
  expect(sent).toBeDefined();
  // Another seed than was committed to, and none at all.
  expect(
    changed((one) =>
      epochAt(1)(one) ? [{ ...one, core: { ...one.core, commitment: "0".repeat(64) } }] : [one],
    ),
  ).toContain("not the one that was committed to");
  for (const shown of [null, "", "z".repeat(64), 7])
    expect(
      changed((one) => (epochAt(2)(one) ? [{ ...one, core: { ...one.core, shown } }] : [one])),
    ).toContain("not the one that was committed to");
  // A probe that was due and left out, one that was not due, one sent twice, and another one than was drawn.
  expect(changed((one) => (one === sent ? [] : [one]))).toContain("due and never sent");
  const undue = records.filter(({ kind, core }) => kind === "decision" && core["hold"] !== null).length + 1;
  for (const core of [
    { run: undue },
    { run: other?.core["run"] ?? 0 },
    { verdicts: other?.core["verdicts"] ?? [] },
  ])
    expect(
      changed((one) => (one === sent ? [one, { ...one, core: { ...one.core, ...core } }] : [one])),
    ).toContain("did not draw");
  // A self-test that leaves a family out, and a schedule that begins anew.
  expect(
    changed((one) =>
      isFirst(one) && one.core["origin"] === "self_test"
        ? [{ ...one, core: { ...one.core, verdicts: (one.core["verdicts"] as Json[]).slice(1) } }]
        : [one],
    ),
  ).toContain("did not draw");
  expect(changed((one) => (epochAt(1)(one) ? [] : [one]))).toContain("not under way");
});

test("ProbeAudit of nothing, of no probes and of records that are anything makes nothing up", () => {
  expect(auditOf([])).toEqual({ ok: true, epochs: [], unscheduled: 0, problems: [] });
  const odd = [
    { step: "epoch" },
    { step: "verdicts", verdicts: [null, 3, []] },
    { step: "epoch", epoch: "x", share: -1 },
  ];
  const report = auditOf(odd.map((core, sequence) => ({ kind: "probe", core, sequence })));
  expect(report.ok).toBe(false);
  expect(JSON.stringify(report)).not.toMatch(/undefined|NaN/);
});
