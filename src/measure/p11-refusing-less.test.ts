// P11: measurement is not improved by refusing less, and a gate that stops working shows. By number of executions.
import { describe, expect, it, test } from "vitest";
import { seed } from "../../test/depth.ts";
import { type Lived, RecordWriter } from "../../test/measured-records.ts";
import { seededRandom } from "../scan/credentials/fixtures/fill-example.ts";
import { Measurement } from "./measurement.ts";
import { METRICS } from "./metric.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";

function measured(writer: RecordWriter): Snapshot {
  const measurement = new Measurement();
  for (const record of writer.records) measurement.apply(record);
  return snapshot(measurement);
}

/** A gate: 600 executions as it was, then 1,500 after `change`. */
function gate(change: Partial<Lived>): { readonly shown: Snapshot; readonly changed: number } {
  const random = seededRandom(seed);
  const writer = new RecordWriter();
  const life = (): Lived => ({
    classId: "a",
    hosts: ["h"],
    refusedRequests: Number(random() < 0.15),
    wall: 20 + Math.floor(random() * 60),
    cause: random() < 0.02 ? "out_of_time" : "exited",
  });
  for (let at = 0; at < 600; at += 1) writer.live(life());
  const changed = writer.records.length;
  for (let at = 0; at < 1_500; at += 1) writer.live({ ...life(), ...change });
  return { shown: measured(writer), changed };
}

/** Executions from the change to the first alarm of `metric`; null: there was none. */
function delay({ shown, changed }: ReturnType<typeof gate>, metric: string): number | null {
  const alarm = shown.alarms.find((one) => one.metric === metric && one.at.sequence >= changed);
  return alarm === undefined ? null : (alarm.at.sequence - changed) / 3;
}

describe("P11: a gate that changes is seen", () => {
  it("stays quiet while it does not", () => {
    expect(gate({}).shown.alarms).toEqual([]);
  });

  it("finds one that passes everything, or whose scanner is dead: nothing is found any more", () => {
    expect(delay(gate({ refusedRequests: 0 }), "silent")).toBeLessThanOrEqual(400);
  });

  it("finds one that refuses everything", () => {
    expect(delay(gate({ refusedRequests: 1 }), "flagged")).toBeLessThanOrEqual(30);
  });

  it("finds one that is slow: tasks take more of their time, or are ended by it", () => {
    expect(delay(gate({ wall: 900 }), "time")).toBeLessThanOrEqual(60);
    expect(delay(gate({ cause: "out_of_time" }), "ended_by_limit")).toBeLessThanOrEqual(60);
  });
});

test("P11: no metric and no alarm depends on how much is refused", () => {
  const random = seededRandom(seed);
  const lives = Array.from(
    { length: 800 },
    (): Lived => ({
      classId: `c${Math.floor(random() * 3)}`,
      hosts: random() < 0.2 ? ["h"] : [],
      margin: random() < 0.1 ? 100 : 4_000,
    }),
  );
  const [strict, lax] = [0.4, 0].map((share) => {
    const writer = new RecordWriter();
    const draw = seededRandom(seed + 1);
    for (const life of lives) {
      if (draw() < share) writer.live({ ...life, outcome: "refuse", causes: ["memory_over_limit"] });
      writer.live(life);
    }
    return measured(writer);
  });
  expect(strict?.decisions.refused).toBeGreaterThan(200);
  expect(lax?.decisions.refused).toBe(0);
  // Of refusals alone: who refuses nothing has no figure at all, and never a better one.
  const own = (shown: Snapshot | undefined): unknown => shown?.metrics.find(({ id }) => id === "resubmitted");
  expect(own(lax)).toMatchObject({ count: 0, mean: null, short: null, level: 0 });
  expect(own(strict)).toMatchObject({ mean: 0 });
  for (const { id } of METRICS) {
    if (id === "resubmitted") continue;
    const of = (shown: Snapshot | undefined): unknown => {
      const metric = shown?.metrics.find((one) => one.id === id);
      return [metric?.count, metric?.mean, metric?.level];
    };
    expect([id, of(strict)]).toEqual([id, of(lax)]);
  }
  expect(strict?.alarms.length).toBe(lax?.alarms.length);
});
