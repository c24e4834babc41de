// How readings differ: what a decoder put together, or cut out, is less of a sign.
import { describe, expect, it } from "vitest";
import { ScanBudget } from "../scan-budget.ts";
import { createPersonalFinder } from "./personal-finder.ts";
import { readingOf } from "./reading.ts";

function kinds(text: string, decoded: readonly string[]): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  const budget = new ScanBudget({ time: 1e9, work: 1e9, memory: 1e9 }, () => 0);
  const origin = (start: number, end: number): { start: number; end: number } => ({ start, end });
  return createPersonalFinder()({ bytes, text, decoded, origin }, budget).map(({ kind }) => kind);
}

describe("readingOf", () => {
  it("tells given, decoded and joined", () => {
    expect(
      [[], ["base64"], ["base64", "groups"], ["concatenation"], ["first letters of words"]].map(readingOf),
    ).toEqual(["given", "decoded", "joined", "joined", "joined"]);
  });

  it("lets a value stand alone in what was given only", () => {
    expect([
      kinds("255081416802538", []),
      kinds("255081416802538", ["groups"]),
      kinds("255081416802538", ["hex"]),
    ]).toEqual([["fr_nir"], [], []]);
    expect(kinds("nhs number 9434765919", ["hex"])).toEqual(["uk_nhs"]);
  });

  it("takes of joined pieces what chance does not make, with a top level that no join makes", () => {
    expect(kinds("DE89370400440532013000 ann@firm.de", ["concatenation"])).toEqual(["iban", "email"]);
    expect(kinds("ann@firm.comphone 4556737586899855", ["concatenation"])).toEqual([]);
    expect(kinds("card 4556737586899855", ["concatenation"])).toEqual(["payment_card"]);
  });
});
