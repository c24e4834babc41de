// What a host said before: told once, for that very host, within bounds.
import { expect, test } from "vitest";
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
