// readDocument gives a value for any input: a tree within the bounds, or errors with a place inside the text.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import type { DocumentNode } from "./document-node.ts";
import { DEPTH_MAX } from "./limits.ts";
import { readDocument } from "./read-document.ts";

const still = { clock: () => 0 };

// Pieces of YAML in any order find more than random characters do.
const piece = fc.constantFrom(
  ..."{}[],:?-&*!|>'\"%@`#\n \t~<.".split(""),
  "- ",
  ": ",
  "? ",
  "\n  ",
  "a",
  "a: ",
  "1",
  "true",
  "--- ",
  "...\n",
  "|2-\n",
  ">+\n",
  "\\u",
  "\\",
  "<<",
  "&a ",
  "*a",
  "!t ",
  "%YAML 1.2\n",
  "\r\n",
  "é",
);
const soup = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));

test("readDocument never throws, whatever the text", () => {
  fc.assert(
    fc.property(fc.oneof(soup, fc.string({ unit: "binary", maxLength: 200 })), (text) => {
      const read = readDocument(text, still);
      if (read.ok) expect(depthOf(read.value)).toBeLessThanOrEqual(DEPTH_MAX);
      else expect(everyPlaceIsInside(read.error, text)).toBe(true);
    }),
    { seed, numRuns: depth(3000, 300_000) },
  );
});

test("readDocument never throws, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const read = readDocument(bytes, still);
      expect(read.ok || read.error.length > 0).toBe(true);
    }),
    { seed, numRuns: depth(1000, 100_000) },
  );
});

test("readDocument reads what JSON.stringify writes, scalar by scalar", () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value);
      fc.pre(!/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/u.test(text));
      const read = readDocument(text, still);
      if (read.ok) expect(plain(read.value)).toEqual(comparable(value));
      else expect(text).toMatch(/"<<"|""|\\ud/u);
    }),
    { seed, numRuns: depth(1000, 100_000) },
  );
});

function depthOf(node: DocumentNode): number {
  if (node.kind === "scalar") return 0;
  const inner = node.kind === "list" ? node.items : [...node.entries.values()].map((entry) => entry.value);
  return 1 + Math.max(0, ...inner.map(depthOf));
}

function everyPlaceIsInside(errors: readonly { line: number; column: number }[], text: string): boolean {
  const lines = text.split("\n");
  return (
    errors.length > 0 &&
    errors.every(
      ({ line, column }) => line >= 1 && column >= 1 && column <= (lines[line - 1]?.length ?? -1) + 1,
    )
  );
}

function plain(node: DocumentNode): unknown {
  if (node.kind === "list") return node.items.map(plain);
  if (node.kind === "map") return [...node.entries].map(([key, entry]) => [key, plain(entry.value)]);
  return [node.type === "text", node.text];
}

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === "string") return [true, value];
  if (typeof value !== "object" || value === null) return [false, JSON.stringify(value)];
  return Object.entries(value).map(([key, member]) => [key, comparable(member)]);
}
