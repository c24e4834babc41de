// Tests of the streams of words: equal words are equal symbols at their places, whatever separates them.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { PART } from "./first-look.ts";
import type { SymbolStream } from "./isomorph-scan.ts";
import { wordStreams } from "./word-streams.ts";

/** What each symbol of a stream stands for is read back from the text: by the first place of an equal one. */
function read({
  symbols,
  starts,
  length,
}: SymbolStream): readonly (readonly [place: number, like: number])[] {
  const all = [...symbols.subarray(0, length)];
  return all.map((symbol, at) => [starts?.[at] ?? -1, all.indexOf(symbol)]);
}

function naive(text: string, word: RegExp, named: (word: string) => string): ReturnType<typeof read> {
  const all = [...text.matchAll(word)];
  const names = all.map(([found]) => named(found));
  return all.map(({ index }, at) => [index, names.indexOf(names[at] ?? "")]);
}

/** Length, first and last four: what tells a word apart. */
function edges(word: string): string {
  return `${String(word.length)} ${word.slice(0, 4)} ${word.slice(Math.max(4, word.length - 4))}`;
}

const texts = fc
  .array(
    fc.constantFrom(
      "a",
      "ab",
      "ba",
      "house",
      "housing",
      "he-y",
      "12",
      "é",
      ",",
      " ",
      "\n",
      '"',
      "'",
      "-",
      "=",
      "\t",
    ),
  )
  .map((parts) => parts.join(""));

test("wordStreams gives tokens, their first bytes and words, each at its place", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const bytes = Buffer.from(text);
      const latin = bytes.toString("latin1");
      const [tokens, initials, words] = wordStreams(bytes).map(read);
      expect(tokens).toEqual(naive(latin, /[0-9A-Za-z\x80-\xff]+/g, edges));
      expect(initials).toEqual(naive(latin, /[0-9A-Za-z\x80-\xff]+/g, (word) => word.slice(0, 1)));
      expect(words).toEqual(naive(latin, /[^\x00-\x20,"']+/g, edges));
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});

test("wordStreams takes a whole part of single letters, and refuses more", () => {
  const most = Buffer.from("a ".repeat(PART / 2));
  expect(wordStreams(most).map(({ length }) => length)).toEqual([PART / 2, PART / 2, PART / 2]);
  expect(() => wordStreams(new Uint8Array(PART + 1))).toThrow(RangeError);
  expect(wordStreams(new Uint8Array(0)).map(({ length }) => length)).toEqual([0, 0, 0]);
});
