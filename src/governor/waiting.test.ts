import { expect, test } from "vitest";
import { WaitingLine } from "./waiting.ts";

test("WaitingLine tries everyone in order when something ended, and keeps those who wait on", async () => {
  const line = new WaitingLine();
  const tried: string[] = [];
  const entry = (name: string, answers: (number | null)[]) => ({
    retry: () => {
      tried.push(name);
      return Promise.resolve(answers.shift() ?? null);
    },
  });
  line.add(entry("first", [30_000, null]), null);
  line.add(entry("second", [null]), null);
  expect(line.size).toBe(2);
  line.wake();
  await until(() => line.size === 1);
  expect(tried).toEqual(["first", "second"]);
  line.wake();
  await until(() => line.size === 0);
  expect(tried).toEqual(["first", "second", "first"]);
});

test("WaitingLine tries an entry when its time has come, and never one that left", async () => {
  const line = new WaitingLine();
  let tries = 0;
  const gone = { retry: () => Promise.reject(new Error("must not be tried")) };
  line.add(gone, 0);
  line.add({ retry: () => Promise.resolve((tries += 1) < 3 ? 0 : null) }, 0);
  line.remove(gone);
  await until(() => line.size === 0);
  expect(tries).toBe(3);
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
