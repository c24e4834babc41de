// The e-detector: its guarantee at the bound, what it finds, what it forgets, and bad values.
import { describe, expect, it, test } from "vitest";
import { depth, isDeep, seed } from "../../../test/depth.ts";
import { seededRandom } from "../../scan/credentials/fixtures/fill-example.ts";
import { type DriftAlarm, EDetector, FALSE_ALARM_EXECUTIONS } from "./e-detector.ts";

interface Null {
  readonly classes: number;
  readonly markov: boolean;
}

/** Executions to the first alarm of streams whose mean, given the past, is exactly the bound; cut at `most`. */
function runLength(random: () => number, { classes, markov }: Null, most: number): number {
  const detector = new EDetector<number>();
  const last = new Map<string, number>();
  for (let at = 1; at <= most; at += 1) {
    const classId = String(Math.floor(random() * classes));
    // Of a chain the mean given the past moves, and the bound with it: so that it is exactly reached at every step.
    const mean = markov && last.get(classId) !== 1 ? 0.1 : 0.3;
    const x = Number(random() < mean);
    last.set(classId, x);
    if (detector.observe(classId, x, mean, at) !== null) return at;
  }
  return most;
}

describe("EDetector exactly at its bound", () => {
  for (const classes of [1, 30])
    for (const markov of [false, true])
      it(`waits A executions on average, ${classes} streams, ${markov ? "Markov" : "independent"}`, () => {
        const random = seededRandom(seed + classes + Number(markov));
        const runs = depth(12, 1000);
        // What is cut off only lowers the mean that is measured.
        const most = FALSE_ALARM_EXECUTIONS * depth(8, 40);
        const lengths = Array.from({ length: runs }, () => runLength(random, { classes, markov }, most));
        const mean = lengths.reduce((sum, length) => sum + length, 0) / runs;
        const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / (runs - 1);
        const lower = mean - 1.645 * Math.sqrt(variance / runs);
        if (isDeep)
          console.log(
            `${classes} streams, markov ${String(markov)}: ${mean.toFixed(0)}, lower 95 % limit ${lower.toFixed(0)}`,
          );
        expect(isDeep ? lower : mean).toBeGreaterThanOrEqual(FALSE_ALARM_EXECUTIONS);
      });
});

interface Feed {
  readonly count: number;
  readonly ones: number;
  readonly from?: number;
}

/** Feeds `count` values of a fixed pattern with `ones` of ten being 1; the alarm, if any. */
function feed(
  detector: EDetector<number>,
  classId: string,
  { count, ones, from = 0 }: Feed,
): DriftAlarm<number> | null {
  for (let at = 0; at < count; at += 1) {
    const alarm = detector.observe(classId, Number((at * 7) % 10 < ones), 0.2, from + at);
    if (alarm !== null) return alarm;
  }
  return null;
}

test("EDetector alarms after a lasting move, says which class and about when, and starts anew", () => {
  const detector = new EDetector<number>();
  expect(feed(detector, "still", { count: 500, ones: 1 })).toBeNull();
  expect(feed(detector, "moving", { count: 500, ones: 1 })).toBeNull();
  const alarm = feed(detector, "moving", { count: 500, ones: 7, from: 1000 });
  expect(alarm).not.toBeNull();
  expect(alarm?.at).toBeGreaterThanOrEqual(1000);
  expect(alarm?.at).toBeLessThan(1040);
  expect(alarm?.since).toBeGreaterThanOrEqual(980);
  expect(alarm?.since).toBeLessThanOrEqual(alarm?.at ?? 0);
  expect(detector.level).toBe(0);
  const again = feed(detector, "moving", { count: 500, ones: 7, from: 1500 });
  expect(again?.at).toBeGreaterThan(alarm?.at ?? 0);
});

test("EDetector names one class that moved and none where all moved together", () => {
  const one = new EDetector<number>();
  let alarm = null;
  for (let at = 0; alarm === null && at < 20_000; at += 1)
    alarm = one.observe(String(at % 10), Number(at % 10 === 3 && at % 20 < 13), 0.2, at);
  expect(alarm?.classId).toBe("3");
  const all = new EDetector<number>();
  let together = null;
  for (let at = 0; together === null && at < 2000; at += 1)
    together = all.observe(String(at % 10), Number(Math.floor(at / 10) % 2 === 0), 0.2, at);
  expect(together?.classId).toBeNull();
});

test("EDetector is blunted by no number of quiet classes", () => {
  const delays = [0, 1000].map((quiet) => {
    const detector = new EDetector<number>();
    for (let at = 0; at < quiet; at += 1) detector.observe(`quiet ${at}`, 0, 0.2, at);
    return feed(detector, "moving", { count: 500, ones: 7 })?.at ?? Number.NaN;
  });
  expect(delays[1]).toBeLessThanOrEqual((delays[0] ?? 0) + 2);
});

test("EDetector clips what lies outside [0, 1], works at the ends of it, and refuses what is no number", () => {
  const never = new EDetector<number>();
  for (let at = 0; at < 10_000; at += 1) expect(never.observe("a", 7, 1, at)).toBeNull();
  const zero = new EDetector<number>();
  for (let at = 0; at < 10_000; at += 1) expect(zero.observe("a", -3, 0, at)).toBeNull();
  let alarm = null;
  for (let at = 0; alarm === null && at < 5; at += 1)
    alarm = zero.observe("a", Number.POSITIVE_INFINITY, 0, at);
  expect(alarm?.classId).toBe("a");
  expect(() => zero.observe("a", Number.NaN, 0.5, 0)).toThrow("numbers");
  expect(() => zero.observe("a", 0.5, Number.NaN, 0)).toThrow("numbers");
  expect(() => new EDetector<number>(0)).toThrow("threshold");
});
