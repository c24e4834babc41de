// Identifiers of the United States and Canada. Formats: SSA (randomised SSNs), IRS, CMS (MBI), NPPES (NPI), DEA, ESDC (SIN).
import { digitAt, isFiller, luhn } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const NORTH_AMERICA: readonly Detector[] = [
  {
    kind: "us_ssn",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3}-\d{2}-\d{4}/y,
    check: isSsn,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["536-90-4399"],
    others: ["000-12-3456", "666-12-3456", "536-00-4399", "536-90-0000", "078-05-1120"],
  },
  {
    kind: "us_ssn",
    group: "national_id",
    heads: "d9 d3+",
    shape: /\d{9}|\d{3} \d{2} \d{4}/y,
    check: isSsn,
    need: "topic",
    topics: TOPIC.id,
    examples: ["536904399", "536 90 4399"],
    others: ["666904399", "123456789"],
  },
  {
    kind: "us_itin",
    group: "national_id",
    heads: "d3+ d9",
    shape: /9\d{2}([- ])(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1\d{4}/y,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["911-53-1234", "998 70 1234"],
    others: ["911-89-1234", "911-49-1234"],
  },
  {
    kind: "us_mbi",
    group: "national_id",
    heads: "m4+",
    shape: mbi("-"),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["1EG4-TE5-MK73"],
    others: ["1EG4-LE5-MK73", "0EG4-TE5-MK73", "1EG4-TE5-MI73"],
  },
  {
    kind: "us_mbi",
    group: "national_id",
    heads: "m11",
    shape: mbi(""),
    need: "alone",
    topics: TOPIC.id,
    examples: ["1EG4TE5MK73"],
    others: ["1BG4TE5MK7B"],
  },
  {
    kind: "us_npi",
    group: "national_id",
    heads: "d10 d4+",
    shape: /[12]\d{9}|[12]\d{3}([- ])\d{3}\1\d{3}/y,
    check: (digits) => luhn(`80840${digits}`),
    need: "alone",
    topics: TOPIC.id,
    examples: ["1234567893", "1245-319-599"],
    others: ["1234567890", "3234567893"],
  },
  {
    kind: "us_dea",
    group: "national_id",
    heads: "m9",
    shape: /[ABCDEFGHJKLMPRSTUXabcdefghjklmprstux][A-Za-z9]\d{7}/y,
    check: isDea,
    need: "alone",
    topics: TOPIC.id,
    examples: ["BB1388568"],
    others: ["BB1388567"],
  },
  {
    kind: "us_driver_licence",
    group: "document",
    heads: "m7..14 d7..9",
    shape: /[A-Za-z]{1,2}\d{6,12}|\d{7,9}/y,
    need: "topic",
    topics: TOPIC.licence,
    examples: ["D1234567"],
    others: ["ABCDEFGH"],
  },
  {
    kind: "ca_sin",
    group: "national_id",
    heads: "d3+",
    shape: /[1-79]\d{2}([ -])\d{3}\1\d{3}/y,
    check: (digits) => luhn(digits) && !isFiller(digits),
    need: "alone",
    topics: TOPIC.id,
    examples: ["130 692 544"],
    others: ["130 692 545", "046 454 286"],
  },
  {
    kind: "ca_sin",
    group: "national_id",
    heads: "d9",
    shape: /[1-79]\d{8}/y,
    check: (digits) => luhn(digits) && !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["948584792"],
    others: ["130 692 545", "046 454 286"],
  },
];

/** Medicare beneficiary: CMS's eleven places, letters without S, L, O, I, B, Z. */
function mbi(separator: string): RegExp {
  const a = "[AC-HJKMNP-RT-Yac-hjkmnp-rt-y]";
  const an = `(?:${a}|\\d)`;
  return new RegExp(`[1-9]${a}${an}\\d${separator}${a}${an}\\d${separator}${a}${a}\\d\\d`, "y");
}

function isSsn(digits: string): boolean {
  const area = digits.slice(0, 3);
  const impossible = area === "000" || area === "666" || area > "899";
  return !impossible && digits.slice(3, 5) !== "00" && digits.slice(5) !== "0000" && !SAMPLES.has(digits);
}

/** In print as samples, and never anyone's since; and a count upwards. */
const SAMPLES: ReadonlySet<string> = new Set([
  "078051120",
  "219099999",
  "123456789",
  "111111111",
  "222222222",
  "333333333",
]);

function isDea(compact: string): boolean {
  const digits = compact.slice(2);
  const odd = digitAt(digits, 0) + digitAt(digits, 2) + digitAt(digits, 4);
  const even = digitAt(digits, 1) + digitAt(digits, 3) + digitAt(digits, 5);
  return (odd + 2 * even) % 10 === digitAt(digits, 6);
}
