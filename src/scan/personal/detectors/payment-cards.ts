// Payment cards: issuer ranges and lengths, and Luhn (ISO/IEC 7812; ranges as the schemes publish them).
import { isFiller, luhn } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

/**
 * A card number of a known issuer, in groups or of 15 or 16 digits, suffices unless its key says otherwise; any other Luhn number
 * needs a card's context.
 */
export const PAYMENT_CARDS: readonly Detector[] = [
  {
    kind: "payment_card",
    group: "payment_card",
    heads: "d15..16 d4+",
    shape: /\d{15,16}|\d{4}([ -])(?:\d{4}\1\d{4}\1\d{1,7}|\d{6}\1\d{4,5})/y,
    check: (digits) => isIssued(digits) && luhn(digits) && !isFiller(digits),
    need: "no_veto",
    topics: TOPIC.card,
    examples: [
      "4111111111111111",
      "5555 5555 5555 4444",
      "3782-822463-10005",
      "6011111111111117",
      "3530111333300000",
    ],
    others: ["4111111111111112", "1111111111111117", "5555 5555-5555 4444", "9782822463100050"],
  },
  {
    kind: "payment_card",
    group: "payment_card",
    heads: "d12..19 d4+",
    shape: /\d{12,19}|\d{4}([ -])(?:\d{4}\1\d{4}(?:\1\d{1,4}){0,2}|\d{6}\1\d{4,5})/y,
    check: (digits) => luhn(digits) && !isFiller(digits),
    need: "topic",
    topics: TOPIC.card,
    examples: ["501864667909", "180000826105910"],
    others: ["501864667908"],
  },
];

/** True if the prefix and the length are ones that an issuer uses. */
function isIssued(digits: string): boolean {
  const lead = Number(digits.slice(0, 6));
  return ISSUERS.some(([from, to, lengths]) => lead >= from && lead <= to && lengths.includes(digits.length));
}

/** First six digits, both ends inclusive, and the lengths: Visa, Mastercard, Amex, Diners, Discover, JCB, UnionPay, Maestro, Mir, RuPay. */
const ISSUERS: readonly (readonly [number, number, readonly number[]])[] = [
  [400000, 499999, [16, 19]],
  [510000, 559999, [16]],
  [222100, 272099, [16]],
  [340000, 349999, [15]],
  [370000, 379999, [15]],
  [300000, 305999, [14]],
  [309500, 309599, [14]],
  [360000, 369999, [14]],
  [380000, 399999, [14, 16]],
  [601100, 601199, [16, 19]],
  [644000, 659999, [16, 19]],
  [352800, 358999, [16, 17, 18, 19]],
  [620000, 629999, [16, 17, 18, 19]],
  [810000, 817199, [16]],
  [500000, 501899, [16]],
  [502000, 502099, [16]],
  [503800, 503899, [16]],
  [561200, 561299, [16]],
  [589300, 589399, [16]],
  [630400, 630499, [16]],
  [675900, 676399, [16]],
  [220000, 220499, [16]],
  [508500, 508999, [16]],
  [606900, 608999, [16]],
];
