// Which cases share a place and in which order: every case once, a fresh one alone, the live task's first, ordinary work before
// attacks, and no lane with far more than its share.
import { array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { actsInLiveTask, batchesOf } from "./batches.ts";
import { type Case, FAMILIES, type Step } from "./case.ts";
import { NO_EFFECTS } from "./case-schema.ts";

const NO_ANSWER = { outcome: null, cause: null, exit: null, status: null, says: [], lacks: [] };
const checks: Step = { action: { kind: "check", task: {} }, times: 1, answer: NO_ANSWER };
const inside: Step = { action: { kind: "inside", script: "true" }, times: 1, answer: NO_ANSWER };
const beside: Step = {
  action: { kind: "together", lists: [[checks], [inside]] },
  times: 1,
  answer: NO_ANSWER,
};

function caseOf(part: Partial<Case>): Case {
  return {
    id: "a",
    parent: "a",
    family: "sums",
    expected: "stopped",
    why: "",
    place: "plain",
    fresh: false,
    from: "light",
    timeout: 1,
    let: {},
    mutate: [],
    programs: [],
    machine: [],
    files: {},
    put_back: [],
    steps: [checks],
    effects: NO_EFFECTS,
    ...part,
  };
}

test("actsInLiveTask looks into what is done together", () => {
  expect([[checks], [inside], [beside]].map((steps) => actsInLiveTask({ steps }))).toEqual([
    false,
    true,
    true,
  ]);
});

const someCase = record({
  family: constantFrom(...FAMILIES),
  expected: constantFrom("stopped" as const, "passed" as const),
  place: constantFrom("plain", "network", "any"),
  fresh: boolean(),
  steps: constantFrom([checks], [inside], [beside]),
}).map(caseOf);

test("batchesOf fires each case once, at one place, in an order that opens the live task once", () => {
  assert(
    property(array(someCase, { maxLength: 300 }), integer({ min: 1, max: 8 }), (cases, lanes) => {
      const batches = batchesOf(cases, lanes);
      expect(new Set(batches.flat())).toEqual(new Set(cases));
      expect(batches.flat().length).toBe(cases.length);
      for (const batch of batches) {
        expect(new Set(batch.map(({ place }) => place)).size).toBe(1);
        expect(batch.length === 1 || batch.every(({ fresh }) => !fresh)).toBe(true);
        expect(batch.length).toBeLessThanOrEqual(Math.max(40, Math.ceil((1.25 * cases.length) / lanes)));
        const live = batch.map(actsInLiveTask);
        expect(live).toEqual(live.toSorted((one, other) => Number(other) - Number(one)));
        const others = batch.filter((one) => !actsInLiveTask(one)).map(({ expected }) => expected);
        expect(others).toEqual(others.toSorted());
      }
    }),
    { numRuns: 200 },
  );
});
