import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { BrokenInvariant } from "./assert.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Json } from "./json.ts";

// RFC 8785, appendix B: IEEE 754 bits and the text they print as.
const NUMBERS: readonly (readonly [string, string])[] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
];

describe("canonicalJson", () => {
  it.each(NUMBERS)("prints the number with bits %s as %s", (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });

  it("orders keys by UTF-16 code units, as RFC 8785 section 3.2.3 shows", () => {
    const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 };
    expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toEqual([4, 2, 6, 7, 1, 5, 3]);
    expect(canonicalJson(value)).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    );
  });

  it("escapes strings as section 3.2.2.2 says", () => {
    expect(canonicalJson("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\u005c\u0022\u002f")).toBe(
      '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"',
    );
    expect(canonicalJson("\u007f")).toBe('"\u007f"');
  });

  it("leaves out undefined members and keeps null", () => {
    expect(canonicalJson({ b: undefined, a: null, c: [] })).toBe('{"a":null,"c":[]}');
  });

  it("knows an object's keys again by all of them: however many shapes begin alike, and however long", () => {
    for (let shape = 0; shape < 40; shape += 1) {
      const ends = shape % 2 === 0 ? [`k${shape}`, "a"] : ["a", `k${shape}`];
      const keys = ["z", ...ends, ...(shape % 5 === 0 ? ["l".repeat(100)] : [])];
      const value = (from: number): Json => Object.fromEntries(keys.map((key, at) => [key, from + at]));
      const sorted = (from: number): Json =>
        Object.fromEntries(
          Object.entries(value(from) as object).sort(([one], [other]) => (one < other ? -1 : 1)),
        );
      for (const from of [1, 7]) expect(canonicalJson(value(from))).toBe(JSON.stringify(sorted(from)));
    }
  });

  it.each([Number.NaN, Infinity, -Infinity, "\ud800", { a: "\udc00" }, { "\ud800": 1 }])(
    "throws on %s, which JSON cannot hold",
    (value) => {
      expect(() => canonicalJson(value)).toThrow(BrokenInvariant);
    },
  );

  it("reads back as the same value, and prints the same for any order of keys", () => {
    const property = fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(JSON.parse(text) as Json))).toBe(text);
    });
    fc.assert(property, { seed, numRuns: depth(300, 20_000) });
  });
});

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member as Json)]),
  );
}
