// What a host said before, and heads that held nothing: told once, for that very host and search, within bounds.
import { expect, test } from "vitest";
import { CleanTexts } from "./clean-texts.ts";
import { SaidBefore } from "./said-before.ts";

test("SaidBefore gives each text of a host once, until others have pushed it out or all is forgotten", () => {
  const said = new SaidBefore();
  expect(said.fresh("a", ["one", "two", "one"])).toEqual(["one", "two"]);
  expect(said.fresh("a", ["two", "three"])).toEqual(["three"]);
  expect(said.fresh("b", ["one"])).toEqual(["one"]);
  for (let at = 0; at < 64; at++) said.fresh("a", [`other ${at}`]);
  expect(said.fresh("a", ["one"])).toEqual(["one"]);
  said.clear();
  expect(said.fresh("a", ["one"])).toEqual(["one"]);
});

test("SaidBefore remembers no long text", () => {
  const said = new SaidBefore();
  const long = "x".repeat(2000);
  said.fresh("a", [long]);
  expect(said.fresh("a", [long])).toEqual([long]);
});

test("CleanTexts knows the very bytes under the same search, and none that are long or long ago", () => {
  const clean = new CleanTexts();
  const text = Buffer.from("POST /a\naccept: */*\n");
  clean.add(text, false);
  expect(clean.has(Buffer.from(text), false)).toBe(true);
  expect(clean.has(text, true)).toBe(false);
  expect(clean.has(Buffer.from("POST /a\naccept: */*"), false)).toBe(false);
  const long = Buffer.alloc(5000, "x");
  clean.add(long, false);
  expect(clean.has(long, false)).toBe(false);
  for (let at = 0; at < 64; at++) clean.add(Buffer.from(`other ${at}`), false);
  expect(clean.has(text, false)).toBe(false);
});
