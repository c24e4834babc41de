// What the automaton promises, on small examples and at its bounds.
import { describe, expect, it } from "vitest";
import { createAutomaton } from "./automaton.ts";

describe("createAutomaton", () => {
  it("finds overlapping words, the longest first, in either case", () => {
    expect(hits(["he", "she", "hers", "his"], "uSHErs")).toEqual([
      [1, 4],
      [0, 4],
      [2, 6],
    ]);
  });

  it("goes on where the last chunk ended", () => {
    const automaton = createAutomaton(["token"]);
    const found: number[] = [];
    const state = automaton.scan(bytes("a to"), 0, (_, end) => found.push(end));
    expect(found).toEqual([]);
    automaton.scan(bytes("ken"), state, (_, end) => found.push(end));
    expect(found).toEqual([3]);
  });

  it("tells equal words apart by their places", () => {
    expect(hits(["key", "KEY"], "key")).toEqual([
      [0, 3],
      [1, 3],
    ]);
  });

  it("finds bytes beyond ASCII, without folding them", () => {
    expect(hits(["\xc3\xa9"], "caf\xc3\xa9")).toEqual([[0, 5]]);
    expect(hits(["\xe9"], "\xc9")).toEqual([]);
  });

  it("finds nothing without words or without bytes", () => {
    expect(hits([], "anything")).toEqual([]);
    expect(hits(["a"], "")).toEqual([]);
  });

  it("refuses what it cannot find, and a table beyond its bound", () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("latin1");
    expect(() => createAutomaton([""])).toThrow(RangeError);
    expect(() => createAutomaton(["\u20ac"])).toThrow(RangeError);
    expect(() => createAutomaton([everyByte.repeat(400)])).toThrow(/cells/);
  });
});

function bytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

function hits(words: readonly string[], text: string): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  createAutomaton(words).scan(bytes(text), 0, (word, end) => found.push([word, end]));
  return found;
}
