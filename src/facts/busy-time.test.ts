// What /proc/stat says of work done.
import { expect, it } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import { busyTime } from "./busy-time.ts";
import { MACHINE } from "./observed-roots.ts";

const of = (text: string): number | null => busyTime(capturedTree({ "proc/stat": text }));

it("busyTime adds what was worked, not what was idle or waited for", () => {
  expect(of("cpu  10 20 30 400 5000 1 2 3 4 5\ncpu0 9 9 9 9 9 9 9 9 0 0\n")).toBe(660);
});

it.each(["", "cpu0 1 2 3 4 5 6 7 8\n", "cpu  1 2 3\n", "cpu  1 2 3 4 5 6 7 x\n", "cpu  -1 2 3 4 5 6 7 8\n"])(
  "busyTime takes no figure from %j",
  (text) => {
    expect(of(text)).toBeNull();
  },
);

it("busyTime grows on this machine", () => {
  const before = busyTime(MACHINE) ?? Number.NaN;
  const until = performance.now() + 60;
  while (performance.now() < until) continue;
  expect(busyTime(MACHINE)).toBeGreaterThan(before);
});
