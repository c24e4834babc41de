// Tests of triggers: every piece of an enrolled sequence shows one, whichever way it is read, and ordinary text shows few.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { key, ports } from "../../../test/protected-world.ts";
import { folded, latin1, SYMBOL_BITS } from "./fold.ts";
import { mayHold } from "./gram-table.ts";
import { GRAM, GRAM_MASK, gramKey } from "./grams.ts";
import { windowHash } from "./keyed-hash.ts";
import { hasTrigram, RARE, type Triggers, TriggersBuilder, triggersOf } from "./triggers.ts";

const hash = windowHash(key, "text", ports);

/** Places of `symbols` at which a first look stops. */
function stops(symbols: Uint8Array, { trigrams, bits, shift }: Triggers): readonly number[] {
  let code = 0;
  return [...symbols].flatMap((symbol, at) => {
    code = ((code << SYMBOL_BITS) | symbol) & GRAM_MASK;
    if (at < GRAM - 1 || !hasTrigram(trigrams, code)) return [];
    return mayHold(bits, shift, gramKey(code, hash)) ? [at] : [];
  });
}

/** The most common trigrams of prose and chance alike. */
const values = fc.oneof(
  fc.stringMatching(/^[a-z0-9]{16,80}$/),
  fc.stringMatching(/^(the|and|ing|ion|ent){6,20}$/),
  fc.stringMatching(/^[01]{16,40}$/),
);

test("add of TriggersBuilder lets every piece of 13 symbols be seen, forwards and backwards", () => {
  fc.assert(
    fc.property(values, fc.boolean(), (value, plain) => {
      const symbols = folded(latin1(value));
      const builder = new TriggersBuilder(hash);
      builder.add(symbols, plain);
      const triggers = builder.build();
      for (const read of [symbols, symbols.toReversed()])
        for (let at = 0; at + 13 <= read.length; at += 1)
          expect(stops(read.subarray(at, at + 13), triggers).length).toBeGreaterThan(0);
    }),
    { seed, numRuns: depth(200, 5000) },
  );
});

test("build of TriggersBuilder gives each window once, by size, and triggersOf the same filter from them", () => {
  const builder = new TriggersBuilder(hash);
  for (const value of ["correcthorsebattery", "correcthorsebattery", "q9x7k2m4p8w3z6v1"])
    builder.add(folded(latin1(value)), true);
  const { trigrams, keys, bits, shift } = builder.build();
  expect([...keys]).toEqual([...new Set(keys)].toSorted((one, other) => one - other));
  expect(triggersOf(trigrams, keys)).toEqual({ trigrams, keys, bits, shift });
});

test("hasTrigram of RARE says no to what prose is made of and yes to what it has not", () => {
  const codeOf = (text: string): number =>
    folded(latin1(text)).reduce((code, symbol) => (code << SYMBOL_BITS) | symbol, 0);
  for (const common of ["the", "and", "ing"]) expect(hasTrigram(RARE, codeOf(common))).toBe(false);
  for (const rare of ["qzx", "zqj", "xqk"]) expect(hasTrigram(RARE, codeOf(rare))).toBe(true);
});
