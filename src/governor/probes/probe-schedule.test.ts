// The schedule of probes: as often as the spec says, each kind as often as it should be, and the same for whoever has the seed.
import { expect, test } from "vitest";
import { drawProbe } from "./draw-probe.ts";
import { commitmentOf, drawOf, dueAt, epochSeed } from "./probe-schedule.ts";

const KEY = Buffer.alloc(32, 7);

test("dueAt draws the share that the spec says, and says the same to whoever is shown the seed", () => {
  const seed = epochSeed(KEY, 3);
  const runs = 5_000;
  for (const share of [0, 200, 5_000]) {
    let due = 0;
    for (let run = 1; run <= runs; run += 1) if (dueAt(seed, run, share) !== null) due += 1;
    // Four standard deviations of a binomial.
    const p = share / 10_000;
    expect(Math.abs(due - runs * p)).toBeLessThanOrEqual(4 * Math.sqrt(runs * p * (1 - p)));
  }
  const shown = Buffer.from(seed.toString("hex"), "hex");
  expect(commitmentOf(shown)).toBe(commitmentOf(seed));
  for (let run = 1; run <= 1_000; run += 1) expect(dueAt(shown, run, 200)).toBe(dueAt(seed, run, 200));
});

test("dueAt and drawOf of another key, epoch or run tell nothing of this one", () => {
  const due = (key: Buffer, epoch: number): string =>
    Array.from({ length: 400 }, (_, run) =>
      Number(dueAt(epochSeed(key, epoch), run + 1, 5_000) !== null),
    ).join("");
  const all = [due(KEY, 1), due(KEY, 2), due(Buffer.alloc(32, 8), 1)];
  expect(new Set(all).size).toBe(3);
  // Agreement by chance alone: half, four standard deviations either way.
  const [one = "", other = ""] = all;
  const same = Array.from(one).filter((bit, at) => bit === other[at]).length;
  expect(Math.abs(same - 200)).toBeLessThanOrEqual(40);
  expect(drawOf(epochSeed(KEY, 1), 1)).not.toBe(drawOf(epochSeed(KEY, 1), 2));
});

test("drawProbe sends every family, known bad five times of six", () => {
  const seed = epochSeed(KEY, 1);
  const counts = new Map<string, number>();
  let sent = 0;
  for (let run = 1; sent < 3_000; run += 1) {
    const drawn = dueAt(seed, run, 5_000);
    if (drawn === null) continue;
    sent += 1;
    const { family, bad } = drawProbe(drawn).probe;
    const key = bad ? family : "good";
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(["good", "leaks", "names", "sums", "ways-out", "words"]);
  for (const count of counts.values())
    expect(Math.abs(count - 500)).toBeLessThanOrEqual(4 * Math.sqrt(3_000 * (5 / 36)));
});
