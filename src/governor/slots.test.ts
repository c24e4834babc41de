// Slots: never more than there are, first come first, and none is lost.
import { expect, test } from "vitest";
import { Slots } from "./slots.ts";

test("Slots.take gives at most so many places, in the order asked, and none twice", async () => {
  const slots = new Slots(2);
  const got: number[] = [];
  const ask = async (who: number): Promise<void> => {
    await slots.take();
    got.push(who);
  };
  const asked = [1, 2, 3, 4].map(ask);
  await Promise.all(asked.slice(0, 2));
  await Promise.resolve();
  expect(got).toEqual([1, 2]);
  slots.leave();
  // Who comes now stands behind those who wait.
  const late = ask(5);
  await asked[2];
  expect(got).toEqual([1, 2, 3]);
  slots.leave();
  slots.leave();
  await Promise.all([...asked, late]);
  expect(got).toEqual([1, 2, 3, 4, 5]);
  slots.leave();
  slots.leave();
  await Promise.all([ask(6), ask(7)]);
  expect(got.slice(-2)).toEqual([6, 7]);
});
