// A series keeps everything in few points.
import { expect, test } from "vitest";
import { SERIES_POINTS, Series } from "./series.ts";

test("Series keeps the sum of everything in at most 64 points, oldest first", () => {
  const series = new Series();
  for (let at = 0; at < 10_001; at += 1) series.add(at % 2, at);
  const points = series.points();
  expect(points.length).toBeLessThanOrEqual(2 * SERIES_POINTS);
  expect(points.length).toBeGreaterThanOrEqual(SERIES_POINTS);
  expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(10_001);
  expect(points.reduce((sum, { count, mean }) => sum + count * mean, 0)).toBeCloseTo(5000, 6);
  expect(points.map(({ from }) => from)).toEqual(points.map(({ from }) => from).toSorted((a, b) => a - b));
  expect(points[0]?.from).toBe(0);
});
