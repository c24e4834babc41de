// Tests of the first look: where the dearer looks are sent, and where they are not.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { ample, BASE62, key, picked, ports, randomFrom } from "../../../test/protected-world.ts";
import { ScanBudget, ScanExhausted } from "../scan-budget.ts";
import { type FirstLook, firstLook, inSpans, oddOf, PART, partsOf } from "./first-look.ts";
import { createProtectedIndex } from "./protected-index.ts";

const random = randomFrom(5);
const value = picked(random, BASE62, 40);
const index = createProtectedIndex([{ name: "v", value, grade: "high" }], key, ports);

const PROSE =
  "The report says that the server was restarted after the update, and that nobody noticed the difference. ";

function lookAt(text: string | Uint8Array): FirstLook {
  return firstLook(typeof text === "string" ? Buffer.from(text) : text, index, ample());
}

function covers(spans: FirstLook["near"], start: number, end: number): boolean {
  return spans.some((span) => span.start <= start && span.end >= end);
}

describe("firstLook", () => {
  test("is near a value wherever it stands in ordinary text, backwards, in other case and with signs between", () => {
    const ways = [
      value,
      Array.from(value).reverse().join(""),
      value.toUpperCase(),
      Array.from(value).join("-"),
      Buffer.from(value).toString("base64"),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...ways), fc.nat(40_000), (written, before) => {
        const text = PROSE.repeat(500);
        const { near } = lookAt(text.slice(0, before) + written + text.slice(before));
        expect(covers(near, before, before + written.length)).toBe(true);
      }),
      { seed, numRuns: depth(40, 1000) },
    );
  });

  test("is near nothing in ordinary text and in single windows of a value", () => {
    expect(lookAt(PROSE.repeat(400))).toEqual({ near: [], odd: [], binary: false, wide: false });
    const pieces = [0, 8, 16, 24, 32].map((at) => value.slice(at, at + 6));
    expect(lookAt(pieces.join(PROSE.repeat(2))).near).toEqual([]);
  });

  test("calls letters that are no words odd, and long runs of signs, with what is around", () => {
    for (const odd of [picked(random, "bcdfghjkqxz", 60), "%&$#@!^*~+".repeat(3)]) {
      const at = PROSE.length * 20;
      const { odd: spans } = lookAt(PROSE.repeat(20) + odd + PROSE.repeat(20));
      expect(covers(spans, at, at + odd.length)).toBe(true);
      expect(spans.every(({ start, end }) => start >= at - 200 && end <= at + odd.length + 200)).toBe(true);
    }
  });

  test("calls data binary, and text of other scripts wide and not binary", () => {
    const bytes = Uint8Array.from({ length: 4000 }, () => Math.floor(random() * 256));
    expect(lookAt(bytes).binary).toBe(true);
    expect(lookAt("обычный текст на русском языке, и ничего больше. ".repeat(50))).toMatchObject({
      binary: false,
      wide: true,
    });
  });

  test("gives spans that are apart, in order and inside, on any bytes, and spends what it reads", () => {
    const parts = fc.array(
      fc.oneof(fc.constantFrom(value, value.slice(0, 20), PROSE, "\0", "é"), fc.string()),
    );
    fc.assert(
      fc.property(parts, (some) => {
        const bytes = Buffer.from(some.join(""));
        const { near } = lookAt(bytes);
        for (const [at, { start, end }] of near.entries()) {
          expect(start).toBeGreaterThan(near[at - 1]?.end ?? -1);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { seed, numRuns: depth(200, 5000) },
    );
    const little = new ScanBudget({ time: 1e9, work: 1000, memory: 1e9 }, () => 0);
    expect(() => firstLook(new Uint8Array(2000), index, little)).toThrowError(ScanExhausted);
  });
});

test("partsOf covers a span in parts that are not too long, and overlap", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(5 * PART), (start, length) => {
      const parts = partsOf({ start, end: start + length });
      expect(parts[0]?.start).toBe(start);
      expect(parts.at(-1)?.end).toBe(start + length);
      for (const [at, part] of parts.entries()) {
        expect(part.end - part.start).toBeLessThanOrEqual(PART);
        const before = parts[at - 1];
        if (before !== undefined) expect(before.end - part.start).toBe(2048);
      }
    }),
    { seed, numRuns: depth(100, 2000) },
  );
});

test("oddOf is all of binary data, and inSpans gives places in the whole", () => {
  const bytes = new Uint8Array(100);
  const look = { near: [], odd: [{ start: 10, end: 20 }], binary: false, wide: false };
  expect(oddOf(bytes, look)).toEqual(look.odd);
  expect(oddOf(bytes, { ...look, binary: true })).toEqual([{ start: 0, end: 100 }]);
  const found = inSpans(
    bytes,
    [
      { start: 10, end: 20 },
      { start: 40, end: 90 },
    ],
    (part) => [{ kind: "value", class: "protected", name: "v", start: 1, end: part.length }],
  );
  expect(found.map(({ start, end }) => [start, end])).toEqual([
    [11, 20],
    [41, 90],
  ]);
});
