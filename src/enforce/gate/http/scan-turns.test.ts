// scanTurn: one at a time, in order, with the event loop's own work between two turns.
import { expect, test } from "vitest";
import { scanTurn } from "./scan-turns.ts";

test("scanTurn gives one turn for each round of the event loop, in order", async () => {
  let rounds = 0;
  const spin = setInterval(() => undefined, 1);
  const count = (): void => {
    rounds += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const turns = await Promise.all(
    [1, 2, 3].map(async (name) => {
      await scanTurn();
      return [name, rounds] as const;
    }),
  );
  clearInterval(spin);
  clearImmediate(next);
  expect(turns.map(([name]) => name)).toEqual([1, 2, 3]);
  const at = turns.map(([, round]) => round);
  expect(new Set(at).size).toBe(3);
  expect(at).toEqual(at.toSorted((a, b) => a - b));
});
