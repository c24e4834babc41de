// Duplicate keys against a naive reader that keeps every member, over random JSON written in random ways.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depth, seed } from "../../../../test/depth.ts";
import { jsonShape } from "./json-shape.ts";

/** JSON that keeps duplicate members. */
type Node =
  | { readonly members: readonly (readonly [string, Node])[] }
  | { readonly items: readonly Node[] }
  | { readonly text: string };

const key = fc.constantFrom("a", "b", "model", 'q"', "\\", "é", ":", "{", "");
const { node } = fc.letrec<{ node: Node; object: Node; list: Node; leaf: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie("leaf"), tie("object"), tie("list")),
  object: fc.record({ members: fc.array(fc.tuple(key, tie("node")), { maxLength: 4 }) }),
  list: fc.record({ items: fc.array(tie("node"), { maxLength: 3 }) }),
  leaf: fc.record({
    text: fc
      .oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
      .map((value) => JSON.stringify(value)),
  }),
}));

const space = fc.constantFrom("", " ", "\n", "\t\r ");

function write(value: Node, gap: string, escape: boolean): string {
  if ("text" in value) return value.text;
  if ("items" in value)
    return `[${gap}${value.items.map((item) => write(item, gap, escape)).join(`${gap},`)}]`;
  const members = value.members.map(
    ([name, member]) => `${quote(name, escape)}${gap}:${gap}${write(member, gap, escape)}`,
  );
  return `{${members.join(`,${gap}`)}${gap}}`;
}

/** Plainly, or with each character as \u. */
function quote(name: string, escape: boolean): string {
  if (!escape) return JSON.stringify(name);
  const units = Array.from({ length: name.length }, (_, at) =>
    name.charCodeAt(at).toString(16).padStart(4, "0"),
  );
  return `"${units.map((unit) => `\\u${unit}`).join("")}"`;
}

function hasDuplicate(value: Node): boolean {
  if ("text" in value) return false;
  if ("items" in value) return value.items.some(hasDuplicate);
  const names = value.members.map(([name]) => name);
  return new Set(names).size < names.length || value.members.some(([, member]) => hasDuplicate(member));
}

describe("jsonShape", () => {
  it("finds a duplicate exactly when there is one", () => {
    fc.assert(
      fc.property(node, space, fc.boolean(), (value, gap, escape) => {
        const text = write(value, gap, escape);
        JSON.parse(text);
        expect(jsonShape(text).kind).toBe(hasDuplicate(value) ? "duplicate" : "plain");
      }),
      { seed, numRuns: depth(3000, 100_000) },
    );
  });

  it("never throws, whatever the text", () => {
    const piece = fc.constantFrom('"', "\\", "{", "}", "[", "]", ":", ",", "a", " ", "\\u00", "é");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(["plain", "duplicate", "deep"]).toContain(jsonShape(pieces.join("")).kind);
      }),
      { seed, numRuns: depth(3000, 100_000) },
    );
  });
});
