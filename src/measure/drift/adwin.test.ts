// ADWIN: what it sees to change and when, that it stays quiet, and that its window is bounded.
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { seededRandom } from "../../scan/credentials/fixtures/fill-example.ts";
import { Adwin, type SeenChange } from "./adwin.ts";

/** The changes of a yes-or-no stream whose mean at each place is `mean(place)`. */
function changesOf(count: number, mean: (at: number) => number, from: number = seed): SeenChange<number>[] {
  const random = seededRandom(from);
  const window = new Adwin<number>();
  return Array.from({ length: count }, (_, at) => window.add(Number(random() < mean(at)), at)).filter(
    (change) => change !== null,
  );
}

test("Adwin sees a mean that rises and one that falls, and about where and from what to what", () => {
  for (const [before, after] of [
    [0.1, 0.6],
    [0.6, 0.1],
  ] as const) {
    const [change, ...more] = changesOf(3_000, (at) => (at < 1_500 ? before : after));
    expect(change?.at).toBeGreaterThan(1_500);
    expect(change?.at).toBeLessThan(1_800);
    expect(Math.abs((change?.since ?? 0) - 1_500)).toBeLessThan(150);
    expect(change?.before).toBeCloseTo(before, 1);
    expect(Math.sign((change?.after ?? 0) - (change?.before ?? 0))).toBe(Math.sign(after - before));
    // The first look may keep a piece of what was before; then there is one more.
    expect(more.length).toBeLessThanOrEqual(2);
  }
});

test("Adwin of what does not change sees hardly ever a change", () => {
  const streams = depth(20, 1_000);
  let seen = 0;
  for (let stream = 0; stream < streams; stream += 1)
    seen += changesOf(2_000, () => 0.3, seed + stream).length;
  // δ = 0.002 bounds what one look at one cut does; the paper's own false alarms are far below one in a stream of these.
  expect(seen).toBeLessThanOrEqual(streams / 10);
  expect(changesOf(2_000, () => 0)).toEqual([]);
  expect(changesOf(2_000, () => 1)).toEqual([]);
});

test("Adwin still sees a change after more values than its window holds", () => {
  const long = depth(2 ** 18, 2 ** 21);
  const changes = changesOf(long + 2_000, (at) => (at < long ? 0.2 : 0.9));
  expect(changes.filter(({ at }) => at >= long).length).toBeGreaterThanOrEqual(1);
  expect(changes.filter(({ at }) => at < long).length).toBeLessThanOrEqual(2);
});
