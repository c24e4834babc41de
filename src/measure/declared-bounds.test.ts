// What a spec declares is what is watched: by class, by node, from the record that adopts it to the next, and beside what
// was learned.
import { describe, expect, it, test } from "vitest";
import { seed } from "../../test/depth.ts";
import { RecordWriter } from "../../test/measured-records.ts";
import { seededRandom } from "../scan/credentials/fixtures/fill-example.ts";
import type { JsonObject } from "../stdx/json.ts";
import { baseline } from "./baseline.ts";
import { DeclaredBounds } from "./declared-bounds.ts";
import { Measurement } from "./measurement.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";

const A = "a".repeat(64);
const B = `${"a".repeat(16)}${"b".repeat(48)}`;

function declaring(bounds: readonly JsonObject[], learned = true): JsonObject {
  return { measurement: { bounds, learned } };
}

describe("DeclaredBounds", () => {
  it("holds each class to the lowest bound that meets it, and the node to its own", () => {
    const bounds = new DeclaredBounds(
      declaring([
        { metric: "external", of: "class", max: 3000 },
        { metric: "external", of: "a".repeat(16), max: 1000 },
        { metric: "external", of: "a".repeat(20), max: 2000 },
        { metric: "external", of: "node", max: 500 },
      ]),
    );
    expect(bounds.of("external", A)).toBe(0.1);
    expect(bounds.of("external", B)).toBe(0.1);
    expect(bounds.of("external", "f".repeat(64))).toBe(0.3);
    expect(bounds.of("external", "node")).toBe(0.05);
    expect(bounds.of("memory", A)).toBeNull();
    expect(bounds.learned).toBe(true);
  });

  it("of a record that says nothing, or nonsense, declares nothing", () => {
    for (const core of [
      {},
      { measurement: 3 },
      { measurement: { bounds: "x", learned: 0 } },
      declaring([{ metric: 1, of: null, max: "x" }]),
    ]) {
      const bounds = new DeclaredBounds(core);
      expect(bounds.of("external", A)).toBeNull();
      expect(bounds.learned).toBe(true);
    }
  });
});

/** Executions of one class of which a share leaves, after a spec that declares `core`. */
function lived(core: JsonObject, counts: readonly (readonly [count: number, share: number])[]): Snapshot {
  const random = seededRandom(seed);
  const writer = new RecordWriter();
  writer.add("spec_adopted", { spec_hash: "first", looseness: 0, ...core });
  for (const [count, share] of counts)
    for (let at = 0; at < count; at += 1) writer.live({ classId: A, hosts: random() < share ? ["h"] : [] });
  const measurement = new Measurement();
  for (const record of writer.records) measurement.apply(record);
  return snapshot(measurement);
}

const external = ({ alarms }: Snapshot) => alarms.filter(({ metric }) => metric === "external");

describe("Measurement against a declared bound", () => {
  it("alarms before a baseline is complete, and says that the bound is declared", () => {
    const shown = lived(declaring([{ metric: "external", of: "class", max: 1000 }]), [[150, 0.8]]);
    expect(external(shown)).toMatchObject([{ level: "class", bound: "declared" }]);
    expect(external(lived({}, [[150, 0.8]]))).toEqual([]);
  });

  it("watches the node against the node's bound", () => {
    const shown = lived(declaring([{ metric: "external", of: "node", max: 1000 }]), [[150, 0.8]]);
    expect(external(shown)).toMatchObject([{ level: "node", bound: "declared", class: null }]);
    expect(shown.metrics[0]).toMatchObject({ node_declared: 0.1, declared: null });
  });

  it("watches against what was learned as well, unless the spec says not to", () => {
    const roomy = [
      { metric: "external", of: "class", max: 9000 },
      { metric: "external", of: "node", max: 9000 },
    ];
    const moves = [
      [400, 0.05],
      [300, 0.6],
    ] as const;
    expect(external(lived(declaring(roomy), moves)).map(({ bound }) => bound)).toContain("learned");
    expect(external(lived(declaring(roomy, false), moves))).toEqual([]);
    // What has no declared bound is watched by what was learned, whatever the spec says.
    expect(external(lived(declaring([], false), moves)).length).toBeGreaterThan(0);
  });

  it("declares from its record on, until the next one", () => {
    const measurement = new Measurement();
    const writer = new RecordWriter();
    writer.add("spec_adopted", {
      spec_hash: "first",
      ...declaring([{ metric: "external", of: "class", max: 0 }]),
    });
    writer.add("spec_adopted", { spec_hash: "second", looseness: 3 });
    for (let at = 0; at < 150; at += 1) writer.live({ classId: A, hosts: ["h"] });
    for (const record of writer.records) measurement.apply(record);
    const shown = snapshot(measurement);
    expect(external(shown)).toEqual([]);
    expect(shown.specs.map(({ looseness }) => looseness)).toEqual([null, 3]);
  });
});

test("baseline of a node is what it learned, by node and class, and a spec that declares it is quiet", () => {
  const learned = lived({}, [[600, 0.2]]);
  const bounds = baseline(learned);
  const own = bounds.filter(({ metric }) => metric === "external");
  expect(own.map(({ of }) => of)).toEqual(["node", "a".repeat(16)]);
  for (const { max } of own) {
    expect(max).toBeGreaterThan(2000);
    expect(max).toBeLessThan(4000);
  }
  const declared = declaring(bounds.map(({ metric, of, max }) => ({ metric, of, max })));
  expect(lived(declared, [[600, 0.2]]).alarms).toEqual([]);
  expect(external(lived(declared, [[600, 0.8]])).length).toBeGreaterThan(0);
  // Declared again, it loosens nothing.
  for (const { metric, of, max } of baseline(lived(declared, [[600, 0.2]])))
    expect(max).toBeLessThanOrEqual(bounds.find((one) => one.metric === metric && one.of === of)?.max ?? 0);
});

test("baseline of too little is nothing", () => {
  expect(baseline(lived({}, []))).toEqual([]);
  expect(baseline(lived({}, [[100, 0.5]]))).toEqual([]);
});

test("Measurement counts executions of classes that were not seen before, and watches them at the node", () => {
  const writer = new RecordWriter();
  for (let at = 0; at < 60; at += 1) writer.live({ classId: `c${Math.min(at, 20)}` });
  const measurement = new Measurement();
  for (const record of writer.records) measurement.apply(record);
  const shown = snapshot(measurement);
  expect(shown.metrics.find(({ id }) => id === "new_class")?.mean).toBe(21 / 60);
  expect(shown.classes.every(({ metrics }) => metrics.every(({ id }) => id !== "new_class"))).toBe(true);
});
