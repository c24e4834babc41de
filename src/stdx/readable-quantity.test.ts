import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { formatReadable, readablePair } from "./readable-quantity.ts";
import { parseQuantity } from "./units.ts";

test("short ones stay exact, long ones are rounded in a unit people think in", () => {
  expect(formatReadable("bytes", 19 * 1024 ** 3)).toBe("19 GiB");
  expect(formatReadable("bytes", 17_283_120 * 1024)).toBe("16.5 GiB");
  expect(formatReadable("bytes", 12_345)).toBe("12.1 KiB");
  expect(formatReadable("bytes", 1_000_000)).toBe("1 MB");
  expect(formatReadable("bytes", 9999)).toBe("9999 B");
  expect(formatReadable("bytes", 0)).toBe("0 B");
  expect(formatReadable("duration", 59_390)).toBe("59.4 s");
  expect(formatReadable("duration", 600_000)).toBe("10 m");
  expect(formatReadable("duration", 123_456_789)).toBe("1.43 d");
  expect(formatReadable("temperature", 85_125)).toBe("85.125 C");
  expect(formatReadable("cpu", 12_345)).toBe("12.345");
});

test("two that differ never look the same", () => {
  expect(readablePair("bytes", 20_401_094_656, 17_697_914_880)).toEqual(["19 GiB", "16.5 GiB"]);
  expect(readablePair("bytes", 17_697_914_881, 17_697_914_880)).toEqual(["17697914881 B", "17283120 KiB"]);
  expect(readablePair("bytes", 17_697_914_881, 17_697_914_881)).toEqual(["16.5 GiB", "16.5 GiB"]);
});

test("what is shown is within one per cent of what was meant, and a different figure is shown differently", () => {
  const amount = fc.oneof(fc.nat(), fc.maxSafeNat());
  fc.assert(
    fc.property(fc.constantFrom("bytes", "duration"), amount, amount, (kind, one, other) => {
      const read = parseQuantity(kind, formatReadable(kind, one));
      const meant = read.ok ? read.value : fineValue(kind, formatReadable(kind, one));
      expect(Math.abs(meant - one)).toBeLessThanOrEqual(one / 100);
      const [first, second] = readablePair(kind, one, other);
      expect(first === second).toBe(one === other);
    }),
    { seed, numRuns: depth(500, 20_000) },
  );
});

/** A rounded figure may be no whole number of bytes, which the languages refuse. */
function fineValue(kind: "bytes" | "duration", text: string): number {
  const [figure = "", unit = ""] = text.split(" ");
  const one = parseQuantity(kind, `1 ${unit}`);
  if (!one.ok) throw new Error(`no unit in ${text}`);
  return Number(figure) * one.value;
}
