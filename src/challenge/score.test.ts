// Rates, their intervals, and what counts against a baseline.
import { expect, test } from "vitest";
import { type Baseline, regressions } from "./baseline.ts";
import type { CaseResult, Expected, Outcome } from "./case.ts";
import { scores, wilson } from "./score.ts";

const result = (id: string, expected: Expected, outcome: Outcome): CaseResult => ({
  id,
  parent: id.split("~")[0] ?? "",
  family: "leaks",
  expected,
  outcome,
  evidence: [],
});

// Newcombe 1998, Statistics in Medicine 17:857, table I, method 3 (the score interval).
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
  [29, 29, 0.883, 1],
])("wilson(%i, %i) is what the literature has", (held, of, low, high) => {
  const [lower, upper] = wilson(held, of) ?? [Number.NaN, Number.NaN];
  expect(lower).toBeCloseTo(low, 4);
  expect(upper).toBeCloseTo(high, 4);
});

test("scores counts a base case once, and as failed when one variant of it failed", () => {
  const [leaks, ...others] = scores([
    result("a", "stopped", "stopped"),
    result("a~encoding1", "stopped", "through"),
    result("b", "stopped", "stopped"),
    result("c", "passed", "refused"),
    result("d", "passed", "broken"),
    result("e", "stopped", "left_out"),
  ]);
  expect(others).toEqual([]);
  expect(leaks).toMatchObject({
    attacks: { held: 1, of: 2, fired: 3 },
    benign: { held: 0, of: 2, fired: 2 },
    through: ["a~encoding1"],
    refused: ["c"],
    broken: ["d"],
  });
  expect(wilson(0, 0)).toBeNull();
});

test("regressions are what did not hold, and with a baseline what is worse than it", () => {
  const baseline: Baseline = {
    schema: "writ.challenge-baseline/1",
    cases: { a: "stopped", b: "through", c: "stopped", gone: "stopped" },
  };
  const results = [
    result("a", "stopped", "stopped"),
    result("a~1", "stopped", "through"),
    result("b", "stopped", "through"),
    result("c", "stopped", "left_out"),
    result("new", "passed", "refused"),
  ];
  expect(regressions(results, null, true)).toEqual(["a: through", "b: through", "new: refused"]);
  expect(regressions(results, baseline, true)).toEqual([
    "a: through",
    "c: it was stopped, and was left out",
    "new: refused",
    "gone: it stands in the baseline and is not in the suites",
  ]);
  expect(regressions(results, baseline, false)).not.toContain(
    "gone: it stands in the baseline and is not in the suites",
  );
});
