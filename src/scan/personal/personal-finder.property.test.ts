// Over hostile and random texts: bounded work, ordered answers; over generated values: found wherever they are put.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { foundPersonal } from "../../../test/found-personal.ts";
import { ScanBudget } from "../scan-budget.ts";
import { EVERY_DETECTOR } from "./detectors/every-detector.ts";
import { createPersonalFinder } from "./personal-finder.ts";

/** Pieces that start something everywhere: heads, marks, words, keys, and every detector's examples. */
const piece = fc.constantFrom(
  ...'0 1 4 9 a f Z é @ : :: = - . , ; | + ( ) [ ] { } " \' \\ / _ % & < > # \n \t x1 ssn card phone name= "iban": 0x bc1 4111 1111'.split(
    " ",
  ),
  " ",
  ...EVERY_DETECTOR.flatMap(({ examples, others }) => [...examples, ...others]),
);

describe("createPersonalFinder", () => {
  it("spends a bounded number of looks on each byte of any repeated pieces, and answers in order", () => {
    const hostile = fc.tuple(
      fc.array(piece, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 400 }),
    );
    fc.assert(
      fc.property(hostile, ([pieces, times]) => {
        const text = pieces.join("").repeat(times).slice(0, 6000);
        const { matches, spent, length } = measured(text);
        expect(spent).toBeLessThanOrEqual(1024 + WORK_PER_BYTE * length);
        let end = 0;
        for (const match of matches) {
          expect(match.start).toBeGreaterThanOrEqual(end);
          expect(match.end).toBeGreaterThan(match.start);
          end = match.end;
        }
        expect(end).toBeLessThanOrEqual(length);
      }),
      { seed, numRuns: depth(400, 40_000) },
    );
  });

  it("takes any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const view = {
          bytes,
          text: Buffer.from(bytes).toString("latin1"),
          decoded: [],
          origin: (start: number, end: number) => ({ start, end }),
        };
        expect(() => createPersonalFinder()(view, unbounded())).not.toThrow();
      }),
      { seed, numRuns: depth(100, 10_000) },
    );
  });

  it("finds every Visa number with a right check digit under a card's key, and none with a wrong one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10_000_000, max: 99_999_999 }),
        fc.integer({ min: 1, max: 9 }),
        (middle, off) => {
          const body = `4${middle}314159`;
          const check = checkDigit(body);
          expect(foundPersonal(JSON.stringify({ card: body + check })).map(({ kind }) => kind)).toEqual([
            "payment_card",
          ]);
          expect(foundPersonal(JSON.stringify({ card: body + ((check + off) % 10) }))).toEqual([]);
        },
      ),
      { seed, numRuns: depth(100, 10_000) },
    );
  });

  it("finds every German IBAN with right check digits anywhere, and none with wrong ones", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 10n ** 17n, max: 10n ** 18n - 1n }),
        fc.integer({ min: 1, max: 96 }),
        (account, off) => {
          const right = 98n - ((account * 1_000_000n + 131_400n) % 97n);
          const wrong = ((right + BigInt(off) - 2n) % 97n) + 2n;
          const iban = (check: bigint): string => `DE${String(check).padStart(2, "0")}${account}`;
          expect(foundPersonal(`x ${iban(right)} y`).map(({ kind }) => kind)).toEqual(["iban"]);
          expect(foundPersonal(`x ${iban(wrong)} y`)).toEqual([]);
        },
      ),
      { seed, numRuns: depth(100, 10_000) },
    );
  });
});

/** Bytes that may be looked at for each byte of text: what the budget is told, at the worst. */
const WORK_PER_BYTE = 64;

function measured(text: string): {
  matches: ReturnType<typeof foundPersonal>;
  spent: number;
  length: number;
} {
  const bytes = new TextEncoder().encode(text);
  const budget = unbounded();
  let spent = 0;
  const spend = budget.spend.bind(budget);
  budget.spend = (looked) => {
    spent += looked;
    spend(looked);
  };
  const view = {
    bytes,
    text: Buffer.from(bytes).toString("latin1"),
    decoded: [],
    origin: (start: number, end: number) => ({ start, end }),
  };
  return { matches: createPersonalFinder()(view, budget), spent, length: bytes.length };
}

function unbounded(): ScanBudget {
  return new ScanBudget({ time: 1e9, work: 1e9, memory: 1e9 }, () => 0);
}

/** Luhn's, written anew. */
function checkDigit(body: string): number {
  const sum = Array.from(body).reduceRight((total, digit, at) => {
    const doubled = (body.length - at) % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return (10 - (sum % 10)) % 10;
}
