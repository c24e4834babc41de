// The automaton against a search by `startsWith`, on few letters so that words overlap often, and in chunks.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { createAutomaton } from "./automaton.ts";

const letters = fc.constantFrom("a", "b", "c", "A", "B", "-");
const word = fc.array(letters, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
const text = fc.array(letters, { maxLength: 60 }).map((parts) => parts.join(""));

it("createAutomaton finds what a naive search finds, wherever the chunks are cut", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), text, fc.nat(60), (words, haystack, cut) => {
      const found: string[] = [];
      const automaton = createAutomaton(words);
      const bytes = Buffer.from(haystack, "latin1");
      const at = Math.min(cut, bytes.length);
      const state = automaton.scan(bytes.subarray(0, at), 0, (hit, end) => found.push(`${hit}@${end}`));
      automaton.scan(bytes.subarray(at), state, (hit, end) => found.push(`${hit}@${at + end}`));
      expect(found.sort()).toEqual([...naive(words, haystack)].sort());
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});

function* naive(words: readonly string[], haystack: string): Generator<string> {
  for (const [place, word] of words.entries())
    for (let at = 0; at < haystack.length; at += 1)
      if (haystack.toLowerCase().startsWith(word.toLowerCase(), at)) yield `${place}@${at + word.length}`;
}
