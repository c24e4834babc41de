// Alarms beside a governor: the same after any restart, recorded once each, and nothing that breaks them reaches anyone.
import { expect, test } from "vitest";
import { seed } from "../../test/depth.ts";
import { RecordWriter } from "../../test/measured-records.ts";
import type { MeasuredRecord } from "../measure/read-core.ts";
import { seededRandom } from "../scan/credentials/fixtures/fill-example.ts";
import { AlarmBook } from "./alarm-book.ts";

/** A node of which more and more leaves, with the alarms that a governor recorded as they came. */
function lived(): readonly MeasuredRecord[] {
  const random = seededRandom(seed);
  const plain = new RecordWriter();
  plain.add("spec_adopted", { spec_hash: "first" });
  for (let at = 0; at < 1000; at += 1)
    plain.live({ classId: "a", hosts: random() < (at < 500 ? 0.1 : 0.7) ? ["h"] : [] });
  const book = new AlarmBook();
  const records: MeasuredRecord[] = [];
  const moved = new Map<number, number>();
  const write = (kind: string, core: MeasuredRecord["core"]): void => {
    const sequence = records.length;
    const record = { kind, sequence, time: sequence, wall: "2026-01-01T00:00:00.000Z", core };
    records.push(record);
    book.note(record);
    for (const alarm of book.take()) write(alarm.kind, alarm.core);
  };
  for (const { kind, core, sequence } of plain.records) {
    moved.set(sequence, records.length);
    const { decision, decision_sequence: of } = core;
    write(kind, {
      ...core,
      ...(typeof decision === "number" ? { decision: moved.get(decision) ?? -1 } : {}),
      ...(typeof of === "number" ? { decision_sequence: moved.get(of) ?? -1 } : {}),
    });
  }
  return records;
}

const records = lived();
const alarmsAt = records.flatMap(({ kind, sequence }) => (kind === "alarm" ? [sequence] : []));

test("AlarmBook records an alarm once, with where it began and the spec of then", () => {
  expect(alarmsAt.length).toBeGreaterThanOrEqual(1);
  const [first] = alarmsAt;
  const core = records[first ?? -1]?.core;
  expect(core).toMatchObject({ metric: "external", spec: 0 });
  expect(Number(core?.["since"])).toBeLessThanOrEqual(Number(core?.["at"]));
  expect(core?.["at"]).toBe((first ?? 0) - 1);
});

test("AlarmBook after a restart anywhere lacks exactly the alarms that were not recorded", () => {
  for (const end of [0, 1, 600, ...alarmsAt, ...alarmsAt.map((at) => at + 1), records.length]) {
    const book = new AlarmBook();
    for (const record of records.slice(0, end)) book.note(record);
    const lost = alarmsAt.includes(end) ? 1 : 0;
    const lacking = book.take();
    // Several alarms of one record stand next to each other: the later ones are lost with the first.
    expect(lacking.length).toBeGreaterThanOrEqual(lost);
    if (lost === 0) expect(lacking).toEqual([]);
    else expect(lacking.map(({ core }) => core)).toContainEqual(records[end]?.core);
    expect(book.take()).toEqual([]);
  }
});

test("AlarmBook never throws, whatever a record is, and raises nothing afterwards that is not so", () => {
  const book = new AlarmBook();
  const broken = Object.defineProperty({}, "measured", {
    enumerable: true,
    get: () => {
      throw new Error("broken");
    },
  });
  expect(() => book.note({ kind: "decision", sequence: 0, time: 0, core: broken })).not.toThrow();
  for (const record of records) book.note(record);
  expect(book.take()).toEqual([]);
});
