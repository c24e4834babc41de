// Learned bounds: when they are frozen, that they never move, and that they lie above what was seen.
import { expect, test } from "vitest";
import { BASELINE_CLASS_EXECUTIONS, BASELINE_EXECUTIONS, LearnedBound } from "./learned-bound.ts";

/** The bound after the baseline of one class whose values are `values`, repeated. */
function boundOf(values: readonly number[]): number {
  const learned = new LearnedBound();
  let bound: number | null = null;
  for (let at = 0; bound === null; at += 1) bound = learned.next("a", values[at % values.length] ?? 0);
  return bound;
}

test("LearnedBound is frozen after the node's baseline and never follows what comes later", () => {
  const learned = new LearnedBound();
  for (let at = 0; at < BASELINE_EXECUTIONS; at += 1)
    expect(learned.next("a", at % 10 === 0 ? 1 : 0)).toBeNull();
  const frozen = learned.next("a", 1);
  expect(frozen).toBeGreaterThan(0.1);
  expect(frozen).toBeLessThan(0.15);
  for (let at = 0; at < 1000; at += 1) expect(learned.next("a", 1)).toBe(frozen);
  for (let at = 0; at < BASELINE_CLASS_EXECUTIONS; at += 1) expect(learned.next("late", 0)).toBeNull();
  expect(learned.next("late", 0)).toBeGreaterThan(0);
});

test("LearnedBound leaves room above a past of nothing, of everything and of one value", () => {
  expect(boundOf([0])).toBeGreaterThan(0);
  expect(boundOf([0])).toBeLessThan(0.01);
  expect(boundOf([1])).toBe(1);
  expect(boundOf([0.5])).toBeGreaterThan(0.5);
  expect(boundOf([0.5])).toBeLessThan(0.52);
  // What varies less needs less room.
  expect(boundOf([0.4, 0.6])).toBeLessThan(boundOf([0, 1]));
});

test("LearnedBound refuses what lies outside [0, 1]", () => {
  const learned = new LearnedBound();
  for (const x of [-0.1, 1.1, Number.NaN]) expect(() => learned.next("a", x)).toThrow("[0, 1]");
});
