import { expect, test } from "vitest";
import { readLive } from "./read-live.ts";

test("what holds at a later reading is what was read; what never holds is read four times and told", async () => {
  let read = 0;
  const later = (): Promise<number> => Promise.resolve((read += 1));
  expect(await readLive(later, (found) => found === 3)).toBe(3);
  expect(read).toBe(3);
  read = 0;
  expect(await readLive(later, () => false)).toBe(4);
  expect(read).toBe(4);
});

test("what holds at once is read once, and a failing read is not repeated", async () => {
  let read = 0;
  const once = (): Promise<number> => Promise.resolve((read += 1));
  expect(await readLive(once, () => true)).toBe(1);
  const failing = (): Promise<never> => {
    read += 1;
    return Promise.reject(new Error("no disk"));
  };
  await expect(readLive(failing, () => true)).rejects.toThrow("no disk");
  expect(read).toBe(2);
});
