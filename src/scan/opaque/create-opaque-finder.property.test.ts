// The finder of unreadable data against hostile texts: what it finds lies in the text, is the same each time, and its work has a
// bound. Not what it should find (create-opaque-finder.test.ts).
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { ScanBudget } from "../scan-budget.ts";
import type { View } from "../view.ts";
import { createOpaqueFinder } from "./create-opaque-finder.ts";

const find = createOpaqueFinder();

/** Pieces that begin what some rule looks for, and break it off. */
const piece = fc.oneof(
  fc.constantFrom(
    "0x",
    "#aabbcc, ",
    "12, ",
    "17.3 ",
    "ab cd ",
    "chr(12)+",
    "\\x9f",
    "AAAA,",
    ";",
    "M1.5 ",
    "-----BEGIN CERTIFICATE-----",
  ),
  fc.constantFrom(
    "ping ",
    "POnG-",
    "  ",
    "\t",
    "\n",
    " \n",
    "\u00a0",
    "(",
    ")))",
    "'\"",
    "https://a.b/c/",
    "data:image/png;base64,",
    "sha256-",
  ),
  fc.constantFrom("\u200b", "😀", "部", "к", "ά", "│", "\x80", "\xff\xd8\xff", "\x89PNG", "RIFF"),
  fc.stringMatching(/^[0-9A-Za-z+/=_-]{1,24}$/),
);

const hostile = fc
  .array(fc.tuple(piece, fc.integer({ min: 1, max: 60 })), { maxLength: 30 })
  .map((parts) => Buffer.from(parts.map(([text, times]) => text.repeat(times)).join("")));

function viewOf(bytes: Uint8Array): View {
  const origin = (start: number, end: number): { readonly start: number; readonly end: number } => ({
    start,
    end,
  });
  return { bytes, text: Buffer.from(bytes).toString("latin1"), decoded: [], origin };
}

it("createOpaqueFinder finds spans of the text, the same each time, within work in proportion to it", () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.uint8Array({ maxLength: 600 })), (bytes) => {
      const view = viewOf(bytes);
      const budget = (): ScanBudget =>
        new ScanBudget({ time: 60_000, work: 100_000 + 400 * bytes.length, memory: 1e8 }, () => 0);
      const found = find(view, budget());
      for (const { start, end, class: kind } of found) {
        expect(kind).toBe("opaque");
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(bytes.length);
      }
      expect(find(view, budget())).toEqual(found);
    }),
    { seed, numRuns: depth(150, 5000) },
  );
});
