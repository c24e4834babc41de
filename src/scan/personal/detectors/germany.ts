// Identifiers of Germany, Austria and Switzerland. Algorithms: BZSt (tax id), DRV (insurance number), GKV (health insurance),
// KBV (LANR), ICAO 9303 (passports), ZAS (AHV number), HV (Austrian insurance number).
import { isDmy } from "../checks/calendar.ts";
import { mod11v10 } from "../checks/iso7064.ts";
import { digitAt, weighted } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const GERMANY: readonly Detector[] = [
  {
    kind: "de_tax_id",
    group: "national_id",
    heads: "d11 d2+",
    shape: /[1-9]\d{10}|[1-9]\d \d{3} \d{3} \d{3}/y,
    check: isTaxId,
    need: "alone",
    topics: TOPIC.id,
    examples: ["86095742719", "36 574 261 809"],
    others: ["86095742710", "86095742712"],
  },
  {
    kind: "de_social_security",
    group: "national_id",
    heads: "m12 d2+",
    shape: /\d{8}[A-Za-z]\d{3}|\d{2} \d{6} [A-Z] \d{3}/y,
    check: isInsurance,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["15070649C103", "65 070803 A 019"],
    others: ["15070649C104", "15073249C103"],
  },
  {
    kind: "de_health_insurance",
    group: "national_id",
    heads: "m10",
    shape: /[A-Za-z]\d{9}/y,
    check: isHealthInsurance,
    need: "alone",
    topics: TOPIC.id,
    examples: ["A123456780"],
    others: ["A123456787"],
  },
  {
    kind: "de_passport",
    group: "document",
    heads: "m9..10",
    shape: /[CFGHJKLMNPRTVWXYZcfghjklmnprtvwxyz][CFGHJKLMNPRTVWXYZcfghjklmnprtvwxyz0-9]{7}\d/y,
    check: (compact) => icaoCheck(compact.slice(0, 8)) === digitAt(compact, 8),
    need: "alone",
    topics: TOPIC.passport | TOPIC.id,
    examples: ["C01X00T41", "C01234565"],
    others: ["C01X00T42"],
  },
  {
    kind: "de_passport",
    group: "document",
    heads: "m9..10",
    shape: /[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?/y,
    check: (compact) => /\d/.test(compact.slice(1)),
    need: "topic",
    topics: TOPIC.passport,
    examples: ["C01X00T47"],
    others: ["A01X00T47"],
  },
  {
    kind: "de_lanr",
    group: "national_id",
    heads: "d9",
    shape: /\d{9}/y,
    check: (digits) => (10 - (weighted(digits, [4, 9, 4, 9, 4, 9]) % 10)) % 10 === digitAt(digits, 6),
    need: "topic",
    topics: TOPIC.id,
    examples: ["123456601"],
    others: ["123456501", "123456789"],
  },
  {
    kind: "de_vat",
    group: "national_id",
    heads: "m11 l2+ m5+",
    shape: /[Dd][Ee][ -]?\d{3}[ -.]?\d{3}[ -.]?\d{3}/y,
    check: (compact) => mod11v10(compact.slice(2)),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["DE136695976", "DE 136 695 976"],
    others: ["DE136695977"],
  },
  {
    kind: "de_vat",
    group: "national_id",
    heads: "m11 l2+",
    shape: /DE ?[1-9]\d{8}/y,
    need: "alone",
    topics: TOPIC.id,
    examples: ["DE100000001"],
    others: ["FR100000001", "DE000000001"],
  },
  {
    kind: "de_tax_number",
    group: "national_id",
    heads: "d2..3+",
    shape: /\d{2,3}\/\d{3}\/\d{5}/y,
    need: "alone",
    topics: TOPIC.id,
    examples: ["151/815/08156"],
    others: ["151/815/0815"],
  },
  {
    kind: "de_tax_number",
    group: "national_id",
    heads: "d10..13",
    shape: /\d{10,13}/y,
    need: "topic",
    topics: TOPIC.id,
    examples: ["2815081508152"],
    others: ["281508150"],
  },
  {
    kind: "de_company_register",
    group: "national_id",
    heads: "l3+",
    shape: /[Hh][Rr][AaBb] ?\d{2,6}/y,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["HRB 12345"],
    others: ["HRB 1234567", "HRC 12345"],
  },
  {
    kind: "de_driving_licence",
    group: "document",
    heads: "m11",
    shape: /[A-Za-z][A-Za-z0-9]\d{8}[0-9A-Za-z]/y,
    need: "alone",
    topics: TOPIC.licence,
    examples: ["BO12345678A"],
    others: ["BO12345678AB"],
  },
  {
    kind: "de_number_plate",
    group: "licence_plate",
    heads: "l1..3+",
    shape: /[A-Za-z]{1,3}[- ][A-Za-z]{1,2}[- ]?[1-9]\d{0,3}[EHeh]?/y,
    need: "alone",
    topics: TOPIC.plate,
    examples: ["HH-AB-1234", "M XY 999", "KA EF 12H"],
    others: ["HH-AB-0234", "HHHH-AB-1234"],
  },
  {
    kind: "at_social_security",
    group: "national_id",
    heads: "d10 d4+",
    shape: /[1-9]\d{3} ?\d{6}/y,
    check: (digits) =>
      weighted(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === digitAt(digits, 3) && isDmy(digits, 4),
    need: "alone",
    topics: TOPIC.id,
    examples: ["1237 010180"],
    others: ["1238 010180", "1237 320180"],
  },
  {
    kind: "ch_ahv",
    group: "national_id",
    heads: "d3+ d13",
    shape: /756\.\d{4}\.\d{4}\.\d{2}|756\d{10}|756 \d{4} \d{4} \d{2}/y,
    check: (digits) =>
      (10 - (weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === digitAt(digits, 12),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["756.9217.0769.85", "7569217076985"],
    others: ["756.9217.0769.84"],
  },
];

/** ISO 7064 MOD 11,10; of the first ten digits exactly one stands twice or three times, the others at most once. */
function isTaxId(digits: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of digits.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = Array.from(counts.values()).filter((count) => count > 1);
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && mod11v10(digits);
}

/** Area, birth date (day plus 50 where numbers ran out), letter as two digits, serial; cross sums of weighted digits. */
function isInsurance(compact: string): boolean {
  if (!isDmy(compact, 2, [0, 50])) return false;
  const digits =
    compact.slice(0, 8) + String(compact.charCodeAt(8) - 64).padStart(2, "0") + compact.slice(9, 11);
  let sum = 0;
  for (const [at, weight] of [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1].entries()) {
    const product = digitAt(digits, at) * weight;
    sum += Math.floor(product / 10) + (product % 10);
  }
  return sum % 10 === digitAt(compact, 11);
}

/** The letter as two digits before the others; cross sums of weights 1 and 2, mod 10. */
function isHealthInsurance(compact: string): boolean {
  const digits = String(compact.charCodeAt(0) - 64).padStart(2, "0") + compact.slice(1, 9);
  let sum = 0;
  for (let at = 0; at < 10; at++) {
    const product = digitAt(digits, at) * ((at % 2) + 1);
    sum += product > 9 ? product - 9 : product;
  }
  return sum % 10 === digitAt(compact, 9);
}

/** ICAO 9303-3, 4.9: weights 7, 3, 1; letters count from 10. */
function icaoCheck(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++)
    sum += Number.parseInt(text.charAt(at), 36) * ([7, 3, 1][at % 3] ?? 0);
  return sum % 10;
}
