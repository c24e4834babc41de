// Known answers of the sovereignty score: the anchors of the language and each step at its boundary.
import { describe, expect, test } from "vitest";
import { callShare, type ScoredCall, shareParts, sovereigntyScore } from "./sovereignty-score.ts";

const MIB = 1_048_576;
const least: ScoredCall = { control: "owned", capped: true, opaque: false, requests: 1, bytes: 0, rank: 0 };
const most: ScoredCall = {
  control: "owned",
  capped: false,
  opaque: false,
  requests: 1_000_000,
  bytes: null,
  rank: 9,
};

describe("sovereigntyScore anchors", () => {
  test("sovereigntyScore is 100 when nothing leaves", () => {
    expect(sovereigntyScore([])).toBe(100);
  });
  test("sovereigntyScore of one owned endpoint is at least 85, whatever is sent", () => {
    expect(sovereigntyScore([least])).toBe(95);
    expect(sovereigntyScore([most])).toBe(85);
  });
  test("sovereigntyScore of one contracted, capped endpoint is 70 to 84, whatever is sent", () => {
    expect(sovereigntyScore([{ ...least, control: "contracted" }])).toBe(84);
    expect(sovereigntyScore([{ ...most, control: "contracted", capped: true }])).toBe(74);
  });
  test("sovereigntyScore of a second contracted host is lower", () => {
    const one: ScoredCall = { ...least, control: "contracted" };
    expect(sovereigntyScore([one, one])).toBe(68);
  });
  test("sovereigntyScore of an uncapped contracted endpoint is 8 lower", () => {
    expect(sovereigntyScore([{ ...least, control: "contracted", capped: false }])).toBe(76);
  });
  test("sovereigntyScore of one uncontrolled endpoint is under 60, at its best", () => {
    expect(sovereigntyScore([{ ...least, control: "uncontrolled" }])).toBe(59);
    expect(sovereigntyScore([{ ...most, control: "uncontrolled" }])).toBe(41);
  });
  test("sovereigntyScore of the lazy request (three calls, two uncontrolled) is under 40, at its best", () => {
    const uncontrolled: ScoredCall = { ...least, control: "uncontrolled" };
    expect(sovereigntyScore([least, uncontrolled, uncontrolled])).toBe(13);
    expect(sovereigntyScore([{ ...least, control: "contracted" }, uncontrolled, uncontrolled])).toBe(2);
  });
  test("sovereigntyScore never falls under 0", () => {
    expect(
      sovereigntyScore(Array.from({ length: 4 }, () => ({ ...most, control: "uncontrolled" as const }))),
    ).toBe(0);
  });
  test("sovereigntyScore takes at least six values", () => {
    const calls: readonly ScoredCall[][] = [
      [],
      [least],
      [most],
      [{ ...least, control: "contracted" }],
      [{ ...least, control: "contracted" }, least],
      [{ ...least, control: "uncontrolled" }],
      [{ ...most, control: "uncontrolled" }],
    ];
    expect(new Set(calls.map(sovereigntyScore)).size).toBe(7);
  });
});

describe("opaque calls", () => {
  test("sovereigntyScore of one opaque call to an owned endpoint is under that of any inspected one", () => {
    expect(sovereigntyScore([{ ...least, opaque: true }])).toBe(84);
    expect(sovereigntyScore([{ ...most, opaque: true }])).toBe(74);
  });
  test.each(["owned", "contracted", "uncontrolled"] as const)(
    "sovereigntyScore of an opaque call is lower than that of the same one inspected, capped or not: %s",
    (control) => {
      for (const call of [least, most]) {
        const inspected = Math.min(
          ...[true, false].map((capped) => sovereigntyScore([{ ...call, control, capped }])),
        );
        expect(sovereigntyScore([{ ...call, control, capped: true, opaque: true }])).toBeLessThan(inspected);
      }
    },
  );
  test("sovereigntyScore never rises by taking an opaque call one class outward, inspected there or not", () => {
    const near: ScoredCall = { ...least, opaque: true };
    for (const opaque of [true, false]) {
      const far = sovereigntyScore([{ ...least, control: "contracted", opaque }]);
      expect(far).toBeLessThanOrEqual(sovereigntyScore([near]));
      const farther = sovereigntyScore([{ ...least, control: "uncontrolled", opaque }]);
      expect(farther).toBeLessThanOrEqual(sovereigntyScore([{ ...near, control: "contracted" }]));
    }
  });
  test("shareParts of an opaque call says what nobody inspects", () => {
    expect(shareParts({ ...least, opaque: true })).toEqual({
      control: 5,
      uncapped: 0,
      opaque: 11,
      requests: 0,
      bytes: 0,
      label: 0,
    });
    expect(callShare({ ...least, opaque: true })).toBe(16);
  });
});

describe("callShare steps", () => {
  test.each([
    [1, 0],
    [2, 1],
    [10, 1],
    [11, 2],
    [100, 2],
    [101, 3],
  ])("callShare of %i requests adds %i", (requests, added) => {
    expect(callShare({ ...least, requests })).toBe(5 + added);
    expect(shareParts({ ...least, requests }).requests).toBe(added);
  });
  test.each([
    [0, 0],
    [4096, 0],
    [4097, 1],
    [65_536, 1],
    [65_537, 2],
    [MIB, 2],
    [MIB + 1, 3],
    [16 * MIB, 3],
    [16 * MIB + 1, 4],
    [null, 4],
  ])("callShare of %s bytes adds %i", (bytes, added) => {
    expect(callShare({ ...least, bytes })).toBe(5 + added);
    expect(shareParts({ ...least, bytes }).bytes).toBe(added);
  });
  test.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 3],
  ])("callShare of label rank %i adds %i", (rank, added) => {
    expect(callShare({ ...least, rank })).toBe(5 + added);
  });
  test("callShare adds nothing for an uncapped endpoint that is owned", () => {
    expect(callShare({ ...least, capped: false })).toBe(5);
    expect(callShare({ ...least, control: "uncontrolled", capped: false })).toBe(49);
  });
});
