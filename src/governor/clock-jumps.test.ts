// A wall clock that is set back, set forward, steered, or stands still over a suspend, beside a boot clock that nobody sets.
import { expect, test } from "vitest";
import { sampleOptions } from "../../test/ledger/sample-ledger.ts";
import { SimulatedDisk, seededRandom } from "../../test/ledger/simulated-disk.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { ClockJumps } from "./clock-jumps.ts";

const HOUR = 3_600_000;

function clocks() {
  const now = { wall: Date.UTC(2026, 0, 1), boot: 1000 };
  const jumps = new ClockJumps({ wall: () => new Date(now.wall), boot: () => now.boot });
  const pass = (ms: number, by = 0): number | null => {
    now.boot += ms;
    now.wall += ms + by;
    const core = jumps.take()[0]?.core ?? null;
    return core === null ? null : Number(core["by"]);
  };
  return { now, jumps, pass };
}

test("a wall clock that is set back or forward is told, once, with how far", () => {
  const { pass } = clocks();
  expect(pass(10)).toBeNull();
  expect(pass(10, -HOUR)).toBe(-HOUR);
  expect(pass(10)).toBeNull();
  expect(pass(10, 3 * HOUR)).toBe(3 * HOUR);
  expect([1999, -1999].map((by) => pass(0, by))).toEqual([null, null]);
  expect([2000, -2000].map((by) => pass(0, by))).toEqual([2000, -2000]);
});

test("a suspend, which both clocks count, and a clock that is steered are no jumps", () => {
  const { pass } = clocks();
  expect(pass(48 * HOUR)).toBeNull();
  // 500 parts in a million for a day, in one piece and in many.
  expect(pass(24 * HOUR, 24 * HOUR * 0.0005)).toBeNull();
  for (let times = 0; times < 1000; times += 1) expect(pass(60_000, -30)).toBeNull();
});

test("a clock that cannot be read is no jump, and none is made up when it can be again", () => {
  const { now, pass } = clocks();
  const { wall } = now;
  now.wall = Number.NaN;
  expect(pass(10)).toBeNull();
  now.wall = wall + 10;
  expect(pass(10)).toBeNull();
});

test("P5 ledger time follows the boot clock, wherever the wall clock is set", async () => {
  const now = { wall: Date.UTC(2026, 0, 1), boot: 1000 };
  const options = { ...sampleOptions("/home/ledger"), fs: new SimulatedDisk(seededRandom(1)) };
  const ledger = await openLedger({ ...options, time: () => now.boot, wall: () => new Date(now.wall) });
  const times: number[] = [];
  for (const set of [0, -400 * 24 * HOUR, 900 * 24 * HOUR, 5]) {
    now.wall += set;
    now.boot += 250;
    times.push((await ledger.append({ kind: "gap", core: {} })).time);
  }
  await ledger.close();
  expect(times).toEqual([250, 500, 750, 1000]);
});
