// Measurement over records: what is counted, what alarms and since when, bad records, bounds, and that a rebuild is the same.
import { describe, expect, it, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { type Lived, RecordWriter } from "../../test/measured-records.ts";
import { seededRandom } from "../scan/credentials/fixtures/fill-example.ts";
import { CLASSES_MAX, Measurement, POOLED } from "./measurement.ts";
import type { MeasuredRecord } from "./read-core.ts";
import { ENOUGH, type Snapshot, snapshot } from "./snapshot.ts";

function measured(records: readonly MeasuredRecord[]): Snapshot {
  const measurement = new Measurement();
  for (const record of records) measurement.apply(record);
  return snapshot(measurement);
}

/** The mean of `id` as it is shown. */
function mean(shown: Snapshot, id: string): number | null | undefined {
  return shown.metrics.find((metric) => metric.id === id)?.mean;
}

/** Records of `count` lives. */
function written(count: number, life: (at: number) => Lived): RecordWriter {
  const writer = new RecordWriter();
  writer.add("spec_adopted", { spec_hash: "first" });
  for (let at = 0; at < count; at += 1) writer.live(life(at));
  return writer;
}

describe("Measurement with too little to say", () => {
  it("of nothing and of one record says nothing", () => {
    for (const records of [[], written(0, () => ({ classId: "a" })).records]) {
      const shown = measured(records);
      expect(shown.executions).toBe(0);
      expect(shown.metrics.every((metric) => metric.mean === null && metric.series.length === 0)).toBe(true);
      expect(shown.alarms).toEqual([]);
    }
  });

  it("of a class seen once gives no mean, no quantile and no bound", () => {
    const writer = written(ENOUGH, () => ({ classId: "a" }));
    writer.live({ classId: "once" });
    const once = measured(writer.records).classes.find(({ id }) => id === "once");
    expect(once).toMatchObject({ executions: 1, wall_p50: null, memory_p95: null });
    expect(once?.metrics.every((metric) => metric.mean === null && metric.bound === null)).toBe(true);
  });

  it("leaves out what was not measured instead of counting it as nothing", () => {
    const shown = measured(
      written(100, (at) => ({ classId: "a", memory: at % 2 === 0 ? null : 2 ** 21 })).records,
    );
    expect(mean(shown, "memory")).toBe(0.5);
    expect(shown.metrics.find(({ id }) => id === "memory")?.count).toBe(50);
    expect(mean(shown, "bytes_out")).toBeNull();
  });

  it("counts executions of records without a class as unmeasured, and survives records that are anything", () => {
    const writer = new RecordWriter();
    const decision = writer.add("decision", { outcome: "admit", hold: { id: "h" } });
    writer.add("settlement", { decision, observation: { cause: "exited" } });
    for (const core of [
      {},
      { decision: "x", observation: [] },
      { measured: 3 },
      { causes: "x", outcome: "refuse" },
    ])
      for (const kind of ["decision", "egress", "settlement", "recovery", "spec_adopted", "nothing known"])
        writer.add(kind, core);
    const shown = measured(writer.records);
    expect(shown.unmeasured).toBe(shown.executions);
    expect(shown.records).toBe(writer.records.length);
  });
});

test("Measurement counts refusals by cause, those without a remedy, and an admit soon after a refusal", () => {
  const writer = written(40, () => ({ classId: "a" }));
  for (let at = 0; at < 10; at += 1) {
    writer.live({
      classId: "a",
      outcome: "refuse",
      causes: ["memory_over_limit"],
      remedies: at < 4 ? ["lower_memory"] : [],
    });
    writer.live({ classId: "a" });
  }
  const shown = measured(writer.records);
  expect(shown.decisions).toMatchObject({ total: 60, refused: 10, without_remedy: 6, deferred: 0 });
  expect(shown.decisions.causes).toEqual([{ cause: "memory_over_limit", count: 10 }]);
  expect(shown.decisions.resubmitted).toBe(10);
});

test("Measurement tells a new destination of a class, and what of it could be served here", () => {
  const shown = measured(
    written(60, (at) => ({ classId: "a", hosts: [at < 30 ? "one" : "two"], avoidable: at < 30 ? 1 : 0 }))
      .records,
  );
  expect(mean(shown, "destination")).toBe(2 / 60);
  expect(mean(shown, "external")).toBe(1);
  expect(mean(shown, "avoidable")).toBe(0.5);
  expect(shown.destinations).toMatchObject([
    { host: "one", executions: 30, avoidable: 30 },
    { host: "two", executions: 30, avoidable: 0 },
  ]);
});

describe("Measurement of a node that drifts", () => {
  /** 600 quiet executions of three classes, then another spec, then 400 of which far more leave. */
  function drifting(share: number): RecordWriter {
    const random = seededRandom(seed);
    const life = (leaves: number): Lived => ({
      classId: `c${Math.floor(random() * 3)}`,
      hosts: random() < leaves ? ["h"] : [],
    });
    const writer = written(600, () => life(0.1));
    writer.add("spec_adopted", { spec_hash: "second" });
    for (let at = 0; at < 400; at += 1) writer.live(life(share));
    return writer;
  }

  it("alarms, names about when it began and the spec before it", () => {
    const writer = drifting(0.5);
    const change = writer.records.findIndex(({ core }) => core["spec_hash"] === "second");
    const alarm = measured(writer.records).alarms.find(({ metric }) => metric === "external");
    expect(alarm?.at.sequence).toBeGreaterThan(change);
    expect(Math.abs((alarm?.since.sequence ?? 0) - change)).toBeLessThan(60);
    expect(alarm?.named).toBe("drift");
    expect(["first", "second"]).toContain(alarm?.spec?.hash);
  });

  it("is quiet while nothing changes", () => {
    expect(measured(drifting(0.1).records).alarms).toEqual([]);
  });

  it("sees work that moves from a class that stays to one that leaves, at the node alone", () => {
    const random = seededRandom(seed);
    const life = (away: number): Lived =>
      random() < away ? { classId: "leaves", hosts: ["h"] } : { classId: "stays" };
    const writer = written(600, () => life(0.2));
    for (let at = 0; at < 600; at += 1) writer.live(life(0.9));
    const levels = new Set(
      measured(writer.records)
        .alarms.filter(({ metric }) => metric === "external")
        .map(({ level }) => level),
    );
    expect([...levels]).toEqual(["node"]);
  });

  it("is the same bit for bit when it is rebuilt, and when the clock jumps", () => {
    const { records } = drifting(0.5);
    const once = measured(records);
    expect(JSON.stringify(measured(records))).toBe(JSON.stringify(once));
    const jumped = records.map((record, at) => ({
      ...record,
      wall: at % 2 === 0 ? "1970-01-01T00:00:00.000Z" : record.wall,
    }));
    const places = ({ alarms }: Snapshot): unknown =>
      alarms.map(({ at, since, metric }) => [at.sequence, since.sequence, metric]);
    expect(places(measured(jumped))).toEqual(places(once));
  });
});

test("Measurement keeps a bounded part of any number of classes and destinations", () => {
  const shown = measured(written(1000, (at) => ({ classId: `c${at}`, hosts: [`h${at}`] })).records);
  expect(shown.classes).toHaveLength(CLASSES_MAX + 1);
  expect(shown.classes[0]).toMatchObject({ id: POOLED, executions: 1000 - CLASSES_MAX });
  expect(shown.destinations.length).toBeLessThanOrEqual(257);
  expect(shown.destinations.reduce((sum, { executions }) => sum + executions, 0)).toBe(1000);
});

test("Measurement takes very many records in bounded memory", () => {
  const measurement = new Measurement();
  const { records } = written(500, (at) => ({ classId: `c${at % 5}`, hosts: at % 3 === 0 ? ["h"] : [] }));
  const rounds = depth(20, 800);
  for (let round = 0; round < rounds; round += 1)
    for (const record of records) {
      const sequence = round * records.length + record.sequence;
      const { decision, decision_sequence } = record.core;
      const core = {
        ...record.core,
        ...(typeof decision === "number" ? { decision: round * records.length + decision } : {}),
        ...(typeof decision_sequence === "number"
          ? { decision_sequence: round * records.length + decision_sequence }
          : {}),
      };
      measurement.apply({ ...record, sequence, core });
    }
  const shown = snapshot(measurement);
  expect(shown.executions).toBe(500 * rounds);
  expect(shown.unmeasured).toBe(0);
  expect(shown.metrics.every(({ series }) => series.length <= 64)).toBe(true);
  expect(JSON.stringify(shown).length).toBeLessThan(200_000);
});
