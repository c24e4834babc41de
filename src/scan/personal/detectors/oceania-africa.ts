// Identifiers of Australia, New Zealand, South Africa, Nigeria, Egypt, Israel and the Emirates. Algorithms: ATO (TFN), ABR (ABN),
// ASIC (ACN), Services Australia (Medicare), IRD, South Africa's DHA.
import { isYmd } from "../checks/calendar.ts";
import { remainder } from "../checks/iso7064.ts";
import { digitAt, isFiller, luhn, weighted } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const OCEANIA_AFRICA: readonly Detector[] = [
  {
    kind: "au_tfn",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3} \d{3} \d{3}/y,
    check: (digits) => weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !isFiller(digits),
    need: "alone",
    topics: TOPIC.id,
    examples: ["123 456 782"],
    others: ["876543211"],
  },
  {
    kind: "au_tfn",
    group: "national_id",
    heads: "d9",
    shape: /\d{9}/y,
    check: (digits) => weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["123456782"],
    others: ["876543211"],
  },
  {
    kind: "au_abn",
    group: "national_id",
    heads: "d2+ d11",
    shape: /[1-9]\d( ?)\d{3}\1\d{3}\1\d{3}/y,
    check: isAbn,
    need: "alone",
    topics: TOPIC.id,
    examples: ["51 824 753 556", "51824753556"],
    others: ["51 824 753 557"],
  },
  {
    kind: "au_acn",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3} \d{3} \d{3}/y,
    check: (digits) =>
      (10 - (weighted(digits, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digitAt(digits, 8) &&
      !isFiller(digits),
    need: "alone",
    topics: TOPIC.id,
    examples: ["004 085 616"],
    others: ["004 085 617"],
  },
  {
    kind: "au_acn",
    group: "national_id",
    heads: "d9",
    shape: /\d{9}/y,
    check: (digits) =>
      (10 - (weighted(digits, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digitAt(digits, 8) &&
      !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["006249976"],
    others: ["004 085 617"],
  },
  {
    kind: "au_medicare",
    group: "national_id",
    heads: "d4+",
    shape: /[2-6]\d{3} \d{5} \d(?:[ /-]?[1-9])?/y,
    check: (digits) => weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(digits, 8),
    need: "alone",
    topics: TOPIC.id,
    examples: ["2123 45670 1"],
    others: ["2123456711"],
  },
  {
    kind: "au_medicare",
    group: "national_id",
    heads: "d10..11",
    shape: /[2-6]\d{9,10}/y,
    check: (digits) => weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(digits, 8),
    need: "topic",
    topics: TOPIC.id,
    examples: ["2123456701"],
    others: ["2123456711"],
  },
  {
    kind: "nz_ird",
    group: "national_id",
    heads: "d2..3+",
    shape: /\d{2,3}([- ])\d{3}\1\d{3}/y,
    check: isIrd,
    need: "topic",
    topics: TOPIC.id,
    examples: ["49-091-850"],
    others: ["49-091-851"],
  },
  {
    kind: "za_id",
    group: "national_id",
    heads: "d13 d6+",
    shape: /\d{6}( ?)\d{4}\1[012]\d{2}/y,
    check: (digits) => isYmd(digits) && luhn(digits),
    need: "alone",
    topics: TOPIC.id,
    examples: ["8001015009087"],
    others: ["8001015009088", "8013015009087"],
  },
  {
    kind: "ng_nin",
    group: "national_id",
    heads: "d11",
    shape: /\d{11}/y,
    check: (digits) => !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["52731684205"],
    others: ["11111111111"],
  },
  {
    kind: "ng_number_plate",
    group: "licence_plate",
    heads: "l3+",
    shape: /[A-Za-z]{3}[- ]\d{3}[- ]?[A-Za-z]{2}/y,
    need: "alone",
    topics: TOPIC.plate,
    examples: ["KJA-999PZ"],
    others: ["AB-12CD", "KJAA-999PZ"],
  },
  {
    kind: "eg_national_id",
    group: "national_id",
    heads: "d14",
    shape: /[23]\d{13}/y,
    check: (digits) => isYmd(digits, 1),
    need: "topic",
    topics: TOPIC.id,
    examples: ["29001011234567"],
    others: ["29013011234567"],
  },
  {
    kind: "il_teudat_zehut",
    group: "national_id",
    heads: "d9",
    shape: /\d{9}/y,
    check: (digits) => luhn(digits) && !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["123456782"],
    others: ["123456783"],
  },
  {
    kind: "ae_emirates_id",
    group: "national_id",
    heads: "d3+ d15",
    shape: /784-?(?:19|20)\d{2}-?\d{7}-?\d/y,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["784-1987-1234567-1"],
    others: ["785-1987-1234567-1"],
  },
];

/** One from the first digit; the weighted sum divides by 89. */
function isAbn(digits: string): boolean {
  const less = String(digitAt(digits, 0) - 1) + digits.slice(1);
  return weighted(less, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 === 0 && remainder(digits, 10) >= 0;
}

function isIrd(digits: string): boolean {
  const eight = digits.slice(0, -1).padStart(8, "0");
  const check = Number(digits.slice(-1));
  const first = (11 - (weighted(eight, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return (first < 10 ? first : (11 - (weighted(eight, [7, 4, 3, 2, 5, 2, 7, 6]) % 11)) % 11) === check;
}
