// The groups that a spec can bound are those that the scanner counts under: two rooms that may not know each other.
import { expect, test } from "vitest";
import type { PersonalGroup as Counted } from "../../src/scan/personal/detector.ts";
import { EVERY_DETECTOR } from "../../src/scan/personal/detectors/every-detector.ts";
import { personalGroupOf, personalKinds } from "../../src/scan/personal/personal-group.ts";
import { type PersonalGroup as Bounded, PERSONAL_GROUPS, UNBOUNDED } from "../../src/spec/personal-groups.ts";

test("PERSONAL_GROUPS are the groups that the finder's kinds are counted under", () => {
  const counted = new Set(personalKinds().map((kind) => personalGroupOf(kind)));
  expect(counted).toEqual(new Set(PERSONAL_GROUPS));
  expect(EVERY_DETECTOR.length).toBeGreaterThan(20);
});

test("PERSONAL_GROUPS and the scanner's groups are one type", () => {
  // Neither assignment compiles when one of the two has a word that the other lacks.
  const counted: readonly Counted[] = PERSONAL_GROUPS;
  const bounded: readonly Bounded[] = counted satisfies readonly Bounded[];
  expect(bounded).toBe(PERSONAL_GROUPS);
  expect(Object.keys(UNBOUNDED)).toEqual([...PERSONAL_GROUPS]);
});
