// Check digits against the examples of their own documents, and against single errors.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base58Version } from "./base58-check.ts";
import { bech32 } from "./bech32.ts";
import { isDay, isDmy, isFullYmd, isYmd } from "./calendar.ts";
import { mod11v2, mod11v10, remainder } from "./iso7064.ts";
import { digitAt, isFiller, luhn, weighted } from "./luhn.ts";
import { sha256 } from "./sha256.ts";
import { verhoeff } from "./verhoeff.ts";

describe("luhn", () => {
  it("takes ISO 7812's example and none of its single errors", () => {
    expect(luhn("79927398713")).toBe(true);
    expect(oneErrors("79927398713").filter(luhn)).toEqual([]);
  });

  it("takes no letters, and not one digit alone", () => {
    expect([luhn("7992739871x"), luhn("0"), luhn("")]).toEqual([false, false, false]);
  });
});

describe("verhoeff", () => {
  it("takes Wikipedia's 236 with check 3, and no single error nor adjacent transposition", () => {
    expect(verhoeff("2363")).toBe(true);
    expect(oneErrors("2363").filter(verhoeff)).toEqual([]);
    expect(["3263", "2633", "2336"].map(verhoeff)).toEqual([false, false, false]);
    expect(verhoeff("236a")).toBe(false);
  });
});

describe("iso7064", () => {
  it("remainder equals that of big integers, letters counting from 10", () => {
    const digits = "3214282912345698765432161182";
    expect(remainder(digits, 97)).toBe(Number(BigInt(digits) % 97n));
    expect(remainder("A1", 97)).toBe(101 % 97);
    expect(remainder("a1", 97)).toBeNaN();
  });

  it("mod11v10 takes the standard's 0794 with check 5", () => {
    expect(mod11v10("07945")).toBe(true);
    expect(oneErrors("07945").filter(mod11v10)).toEqual([]);
  });

  it("mod11v2 takes the standard's 0794 with check 0, and X for ten", () => {
    expect(mod11v2("07940")).toBe(true);
    expect(mod11v2("079X")).toBe(true);
    expect(mod11v2("07941")).toBe(false);
  });
});

describe("calendar", () => {
  it("isDay knows months and leap years", () => {
    expect([isDay(2000, 2, 29), isDay(1900, 2, 29), isDay(0, 2, 29), isDay(2023, 2, 29)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([isDay(2023, 4, 31), isDay(2023, 13, 1), isDay(2023, 0, 1), isDay(2023, 1, 0)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(isDay(Number.NaN, Number.NaN, 1)).toBe(false);
  });

  it("reads dates inside numbers, with what registries add to them", () => {
    expect([isYmd("850730"), isYmd("851330"), isYmd("858030", 0, [50])]).toEqual([true, false, false]);
    expect([isYmd("855730", 0, [50]), isDmy("300785"), isDmy("700785", 0, [40])]).toEqual([true, true, true]);
    expect([isFullYmd("19491231"), isFullYmd("18491231"), isFullYmd("20230229")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("sha256", () => {
  it("equals the runtime's for every length around the block's edges", () => {
    for (let length = 0; length < 140; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 0xff);
      expect(Buffer.from(sha256(bytes)).toString("hex")).toBe(
        createHash("sha256").update(bytes).digest("hex"),
      );
    }
  });
});

describe("base58Version", () => {
  it("reads the version of Bitcoin's first address, and none of a typo, a short or a long text", () => {
    const first = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
    expect(base58Version(first)).toBe(0);
    expect([
      base58Version(`${first.slice(0, -1)}b`),
      base58Version("0"),
      base58Version(first + first),
    ]).toEqual([null, null, null]);
  });
});

describe("bech32", () => {
  it("takes BIP 173's and BIP 350's valid examples", () => {
    expect(["A12UEL5L", "a12uel5l", "A1LQFN3A", "?1v759aa"].map(bech32)).toEqual([true, true, true, true]);
  });

  it("leaves their invalid ones: mixed case, no separator, a wrong character, too short", () => {
    expect(["A12uEL5L", "pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "1pzry9x0s0muk"].map(bech32)).not.toContain(
      true,
    );
  });
});

describe("weighted, digitAt, isFiller", () => {
  it("are NaN, and so false, of anything but digits", () => {
    expect([weighted("12", [3, 2]), weighted("1x", [3, 2]), digitAt("5", 0), digitAt("5", 1)]).toEqual([
      7,
      Number.NaN,
      5,
      Number.NaN,
    ]);
  });

  it("know filler: one digit over, or counting up or down", () => {
    expect(["0000", "123456789", "987654321", "890123"].map(isFiller)).toEqual([true, true, true, true]);
    expect(["1211", "536904399"].map(isFiller)).toEqual([false, false]);
  });
});

/** Every text that differs in one digit. */
function oneErrors(digits: string): readonly string[] {
  return Array.from(digits).flatMap((digit, at) =>
    Array.from("0123456789")
      .filter((other) => other !== digit)
      .map((other) => digits.slice(0, at) + other + digits.slice(at + 1)),
  );
}
