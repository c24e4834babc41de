// parseQuantity and formatQuantity: what is accepted, in which base unit, and what is said about the rest.
import { expect, test } from "vitest";
import {
  formatBytes,
  formatDuration,
  formatQuantity,
  parseQuantity,
  type QuantityKind,
  quantityExpectation,
  quantityPattern,
} from "./units.ts";

const ACCEPTED: readonly (readonly [QuantityKind, string, number])[] = [
  ["bytes", "0 B", 0],
  ["bytes", "100 B", 100],
  ["bytes", "1 kB", 1000],
  ["bytes", "64 KiB", 65_536],
  ["bytes", "1 MB", 1_000_000],
  ["bytes", "512 MiB", 536_870_912],
  ["bytes", "512MiB", 536_870_912],
  ["bytes", "1.5 KiB", 1536],
  ["bytes", "1 GB", 1_000_000_000],
  ["bytes", "4 GiB", 4_294_967_296],
  ["bytes", "1 TB", 1_000_000_000_000],
  ["bytes", "1 TiB", 1_099_511_627_776],
  ["bytes", "9007199254740991 B", 9_007_199_254_740_991],
  ["duration", "500 ms", 500],
  ["duration", "30 s", 30_000],
  ["duration", "2 m", 120_000],
  ["duration", "1.5 h", 5_400_000],
  ["duration", "14 d", 1_209_600_000],
  ["temperature", "85 C", 85_000],
  ["temperature", "85 °C", 85_000],
  ["temperature", "85°C", 85_000],
  ["temperature", "85.5 C", 85_500],
  ["temperature", "0.001 C", 1],
  ["percent", "80 %", 8000],
  ["percent", "80%", 8000],
  ["percent", "0.01 %", 1],
  ["cpu", "4", 4000],
  ["cpu", "0.5", 500],
  ["cpu", "0.001", 1],
  ["count", "0", 0],
  ["count", "9007199254740991", 9_007_199_254_740_991],
  ["count", "3.0", 3],
];

test.each(ACCEPTED)("parseQuantity takes %s `%s` as %d base units", (kind, text, value) => {
  expect(parseQuantity(kind, text)).toEqual({ ok: true, value });
});

const NEEDS_SIZE = "expected a size, such as `512 MiB`";
const SIZE_UNITS = "a size has the unit `B`, `kB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`, `TB` or `TiB`";
const SIZE_MAX = "a size is at most 9007199254740991 B";

const REFUSED: readonly (readonly [QuantityKind, string, string])[] = [
  ["bytes", "", NEEDS_SIZE],
  ["bytes", "512", "a size needs a unit, such as `512 MiB`"],
  ["bytes", "512 Mb", SIZE_UNITS],
  ["bytes", "512 mib", SIZE_UNITS],
  ["bytes", "30 s", SIZE_UNITS],
  ["bytes", "0x10", SIZE_UNITS],
  ["bytes", "1e3 MiB", SIZE_UNITS],
  ["bytes", "1_000 B", SIZE_UNITS],
  ["bytes", "512 MiB ", SIZE_UNITS],
  ["bytes", "1 B\n", NEEDS_SIZE],
  ["bytes", " 512 MiB", NEEDS_SIZE],
  ["bytes", "512  MiB", NEEDS_SIZE],
  ["bytes", "512\tMiB", NEEDS_SIZE],
  ["bytes", "MiB", NEEDS_SIZE],
  ["bytes", "NaN", NEEDS_SIZE],
  ["bytes", "Infinity", NEEDS_SIZE],
  ["bytes", ".inf", NEEDS_SIZE],
  ["bytes", "+5 MiB", NEEDS_SIZE],
  ["bytes", "007 MiB", NEEDS_SIZE],
  ["bytes", ".5 MiB", NEEDS_SIZE],
  ["bytes", "5. MiB", NEEDS_SIZE],
  ["bytes", "1,5 MiB", "a size has the unit `B`, `kB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`, `TB` or `TiB`"],
  ["bytes", "٣ MiB", NEEDS_SIZE],
  ["bytes", "-5 MiB", "a size is never negative; write for example `512 MiB`"],
  ["bytes", "−5 MiB", "a size is never negative; write for example `512 MiB`"],
  ["bytes", "0.5 B", "a size is a whole multiple of one byte"],
  ["bytes", "1.0001 KiB", "a size is a whole multiple of one byte"],
  ["bytes", "9007199254740992 B", SIZE_MAX],
  ["bytes", "8192 TiB", SIZE_MAX],
  ["bytes", `${"9".repeat(400)} B`, SIZE_MAX],
  ["bytes", `0.${"0".repeat(400)} B`, SIZE_MAX],
  ["duration", "30", "a duration needs a unit, such as `30 s` or `2 m`"],
  ["duration", "30 min", "a duration has the unit `ms`, `s`, `m`, `h` or `d`"],
  ["duration", "0.5 ms", "a duration is a whole multiple of one millisecond"],
  ["temperature", "85", "a temperature needs a unit, such as `85 C`"],
  ["temperature", "85 F", "a temperature has the unit `C`"],
  ["temperature", "85.0001 C", "a temperature is a whole multiple of a thousandth of a degree"],
  ["percent", "80", "a percentage needs a unit, such as `80 %`"],
  ["percent", "80 percent", "a percentage has the unit `%`"],
  ["percent", "0.001 %", "a percentage is a whole multiple of a hundredth of a percent"],
  ["cpu", "4 cores", "expected a number of cores without a unit, such as `4` or `0.5`"],
  ["cpu", "0.0001", "a number of cores is a whole multiple of a thousandth of a core"],
  ["cpu", "-1", "a number of cores is never negative; write for example `4` or `0.5`"],
  ["count", "3.5", "expected a whole number, such as `3`"],
  ["count", "1e3", "expected a whole number without a unit, such as `3`"],
  ["count", "9007199254740992", "a whole number is at most 9007199254740991"],
];

test.each(REFUSED)("parseQuantity refuses %s `%s`", (kind, text, message) => {
  expect(parseQuantity(kind, text)).toEqual({ ok: false, error: message });
});

const WRITTEN: readonly (readonly [QuantityKind, number, string])[] = [
  ["bytes", 0, "0 B"],
  ["bytes", 1023, "1023 B"],
  ["bytes", 1000, "1 kB"],
  ["bytes", 1024, "1 KiB"],
  ["bytes", 1_024_000, "1000 KiB"],
  ["bytes", 536_870_912, "512 MiB"],
  ["bytes", 2_000_000_000, "2 GB"],
  ["bytes", 1_099_511_627_776, "1 TiB"],
  ["duration", 0, "0 ms"],
  ["duration", 90_500, "90500 ms"],
  ["duration", 90_000, "90 s"],
  ["duration", 120_000, "2 m"],
  ["duration", 86_400_000, "1 d"],
  ["temperature", 85_000, "85 C"],
  ["temperature", 85_500, "85.5 C"],
  ["temperature", 1, "0.001 C"],
  ["percent", 8050, "80.5 %"],
  ["percent", 1, "0.01 %"],
  ["cpu", 500, "0.5"],
  ["cpu", 4000, "4"],
  ["count", 0, "0"],
  ["count", 42, "42"],
];

test.each(WRITTEN)("formatQuantity writes %s %d as `%s`", (kind, value, text) => {
  expect(formatQuantity(kind, value)).toBe(text);
});

test("formatBytes and formatDuration are the exact forms of their kinds", () => {
  expect(formatBytes(65_536)).toBe("64 KiB");
  expect(formatDuration(500)).toBe("500 ms");
});

test("quantityPattern matches what parseQuantity accepts, for kinds that have a unit", () => {
  for (const [kind, text] of ACCEPTED) {
    const pattern = quantityPattern(kind);
    if (pattern === null) expect(["cpu", "count"]).toContain(kind);
    else expect(text).toMatch(new RegExp(pattern, "u"));
  }
});

test("quantityExpectation says what is accepted", () => {
  expect(quantityExpectation("percent")).toBe("a percentage, such as `80 %`");
});
