// formatQuantity and parseQuantity undo each other, and no text makes parseQuantity throw or leave its range.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { formatQuantity, parseQuantity, type QuantityKind } from "./units.ts";

const kind = fc.constantFrom<QuantityKind[]>("bytes", "duration", "temperature", "percent", "cpu", "count");
const value = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(2000),
  fc
    .tuple(fc.nat(4096), fc.constantFrom(1000, 1024, 60_000, 1024 ** 2, 3_600_000, 1024 ** 3))
    .map(([a, b]) => a * b),
);

test("parseQuantity of formatQuantity is identity", () => {
  fc.assert(
    fc.property(kind, value, (which, base) => {
      expect(parseQuantity(which, formatQuantity(which, base))).toEqual({ ok: true, value: base });
    }),
    { seed, numRuns: depth(2000, 200_000) },
  );
});

test("parseQuantity gives a safe integer or one line, for any text", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.stringMatching(/^[-+0-9.eExX_ ]{0,30}(?:[KMGT]i?B|ms|[smhdC%])?$/u),
  );
  fc.assert(
    fc.property(kind, text, (which, input) => {
      const parsed = parseQuantity(which, input);
      if (parsed.ok) expect(Number.isSafeInteger(parsed.value) && parsed.value >= 0).toBe(true);
      else expect(parsed.error).toMatch(/^[^\n]+$/u);
    }),
    { seed, numRuns: depth(2000, 200_000) },
  );
});
