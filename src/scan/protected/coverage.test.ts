// Tests of counting windows: enough different ones in reach are a match, whatever repeats, and one match is enough for a value.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { Coverage, merged } from "./coverage.ts";
import { type Family, familyOf } from "./family.ts";

/** Two values: of the first, sequences 0 and 1 share the keys 1 to 10; of the second, sequence 2 has the keys 10 to 19. */
function family(): Family {
  const pairs = [
    ...range(1, 10).flatMap((key) => [
      [key, 0],
      [key, 1],
    ]),
    ...range(10, 19).map((key) => [key, 2]),
  ].sort(([one = 0, first = 0], [other = 0, second = 0]) => one - other || first - second);
  return familyOf(
    {
      keys: Uint32Array.from(pairs, ([key = 0]) => key),
      sequences: Uint32Array.from(pairs, ([, sequence = 0]) => sequence),
    },
    { owners: Uint32Array.of(0, 0, 1), lengths: Uint32Array.of(16, 16, 16), grades: ["ordinary", "high"] },
  );
}

const ENROLLED = { names: ["one", "two"], grades: ["ordinary", "high"] } as const;
/** Of ten windows six. */
const NEEDED = 6;
const REACH = 16 * 16 + 1024;

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

/** What is found where the windows of `keys` stand at `places`, six bytes each. */
function found(keys: readonly number[], places: readonly number[]): ReturnType<Coverage["matches"]> {
  const all = family();
  const coverage = new Coverage(all, ENROLLED);
  for (const [at, key] of keys.entries())
    coverage.add(all.table.keys.indexOf(key), places[at] ?? 0, (places[at] ?? 0) + 6);
  return coverage.matches();
}

describe("Coverage", () => {
  test("tells a value at as many different windows as it needs, and not at one fewer", () => {
    expect(found(range(1, NEEDED - 1), range(0, NEEDED - 2))).toEqual([]);
    expect(found(range(1, NEEDED), range(0, NEEDED - 1))).toEqual([
      { kind: "value", class: "protected", name: "one", start: 0, end: NEEDED - 1 + 6 },
    ]);
  });

  test("counts a window that repeats once", () => {
    const keys = Array.from({ length: 500 }, (_, at) => 1 + (at % (NEEDED - 1)));
    expect(found(keys, range(0, 499))).toEqual([]);
  });

  test("counts windows in any order with others between, and none that is out of reach", () => {
    const far = REACH + 1;
    expect(found([5, 3, 1, 2, 4, 6], [0, 200, 400, 600, 800, 1000]).map(({ name }) => name)).toEqual(["one"]);
    expect(found([5, 3, 1, 2, 4, 6], [0, far, far + 1, far + 2, far + 3, far + 4])).toEqual([]);
    // The one that was out of reach comes again.
    expect(found([5, 3, 1, 2, 4, 6, 5], [0, far, far + 1, far + 2, far + 3, far + 4, far + 5])).toHaveLength(
      1,
    );
  });

  test("gives one match for a value that stands again and again, and two where it stands far apart", () => {
    const keys = range(0, 99).map((at) => 1 + (at % 9));
    expect(found(keys, range(0, 99))).toHaveLength(1);
    const twice = [...range(1, 9), ...range(1, 9)];
    expect(found(twice, [...range(0, 8), ...range(9000, 9008)]).map(({ start }) => start)).toEqual([0, 9000]);
  });

  test("tells two values that share a window", () => {
    const names = found([...range(1, 10), ...range(11, 19)], range(0, 18)).map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(["one", "two"]));
  });

  test("agrees with counting all windows anew, on any stream", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 19 }), fc.oneof(fc.nat(30), fc.nat(700))), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (stream) => {
        let place = 0;
        const places = stream.map(([, step]) => (place += step));
        const keys = stream.map(([key]) => key);
        const expected = ["one", "two"].filter((_, owner) => isShown(keys, places, owner));
        expect(new Set(found(keys, places).map(({ name }) => name))).toEqual(new Set(expected));
      }),
      { seed, numRuns: depth(300, 20_000) },
    );
  });
});

/** Whether some window is the last of enough different ones within reach. */
function isShown(keys: readonly number[], places: readonly number[], owner: number): boolean {
  const [from, to] = owner === 0 ? [1, 10] : [10, 19];
  return places.some((end, last) => {
    const inReach = keys.filter(
      (key, at) => at <= last && key >= from && key <= to && (places[at] ?? 0) >= end + 6 - REACH,
    );
    return new Set(inReach).size >= NEEDED;
  });
}

test("merged makes one of what overlaps under one name, and leaves the rest by place", () => {
  const match = (name: string, start: number, end: number) =>
    ({ kind: "value", class: "protected", name, start, end }) as const;
  expect(merged([match("b", 5, 9), match("a", 4, 6), match("a", 0, 4), match("a", 20, 30)])).toEqual([
    match("a", 0, 6),
    match("b", 5, 9),
    match("a", 20, 30),
  ]);
});
