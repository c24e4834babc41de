// Identifiers of the United Kingdom and Ireland. Formats: NHS data dictionary, HMRC (NINO), DVLA (licences, plates), Royal Mail.
import { digitAt, isFiller, weighted } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const UNITED_KINGDOM: readonly Detector[] = [
  {
    kind: "uk_nhs",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3}([ -])\d{3}\1\d{4}/y,
    check: isNhs,
    need: "alone",
    topics: TOPIC.id,
    examples: ["943 476 5919"],
    others: ["943 476 5918", "1111111111"],
  },
  {
    kind: "uk_nhs",
    group: "national_id",
    heads: "d10",
    shape: /\d{10}/y,
    check: isNhs,
    need: "topic",
    topics: TOPIC.id,
    examples: ["4010232137"],
    others: ["943 476 5918", "1111111111"],
  },
  {
    kind: "uk_nino",
    group: "national_id",
    heads: "l2+ m8..9",
    shape: nino("[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]", "[A-D]"),
    check: isNino,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["YZ 61 48 68 B", "HH010203D"],
    others: ["GB 61 48 68 B", "DZ 61 48 68 B", "YZ 61 48 68 E"],
  },
  {
    kind: "uk_nino",
    group: "national_id",
    heads: "l2+ m8..9",
    shape: nino("[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z]", "[A-Da-d]"),
    check: isNino,
    need: "alone",
    topics: TOPIC.id,
    examples: ["hh 01 02 03 d"],
    others: ["nt 01 02 03 d"],
  },
  {
    kind: "uk_driving_licence",
    group: "document",
    heads: "m16",
    shape: /[A-Z]{1,5}9{0,4}\d[0156]\d(?:0[1-9]|[12]\d|3[01])\d[A-Z][A-Z9][A-Z0-9]{3}/y,
    check: (compact) => isDvla(compact),
    need: "no_veto",
    topics: TOPIC.licence,
    examples: ["MORGA607054SM9IJ", "FOX99607054SM9IJ"],
    others: ["MORGA637054SM9IJ", "MORGA607324SM9IJ"],
  },
  {
    kind: "uk_passport",
    group: "document",
    heads: "m9 d9",
    shape: /[A-Za-z]{2}\d{7}|\d{9}/y,
    need: "topic",
    topics: TOPIC.passport,
    examples: ["925665416"],
    others: ["92566541"],
  },
  {
    kind: "uk_postcode",
    group: "address",
    heads: "m2..4+ m5..7",
    shape: /(?:[A-Za-z]{1,2}\d{1,2}|[A-Za-z]{1,2}\d[A-Za-z]) ?\d[ABD-HJLNP-UW-Zabd-hjlnp-uw-z]{2}/y,
    check: (compact) => AREAS.test(compact),
    need: "alone",
    topics: TOPIC.address,
    examples: ["EC1A1BB", "W1A 1HQ", "CR2 6XH"],
    others: ["M1 1AI", "QX1 1AA"],
  },
  {
    kind: "uk_number_plate",
    group: "licence_plate",
    heads: "m4+ m7",
    shape: /[A-HJ-PR-Ya-hj-pr-y][A-HJ-PR-Ya-hj-pr-y](?:0[1-9]|[1-7]\d) ?[A-HJ-PR-Za-hj-pr-z]{3}/y,
    need: "alone",
    topics: TOPIC.plate,
    examples: ["BD62XYZ", "AB51 ABC"],
    others: ["BD62XQI", "BI62XYZ"],
  },
  {
    kind: "ie_pps",
    group: "national_id",
    heads: "m8..9",
    shape: /\d{7}[A-W][A-IW]?/y,
    check: isPps,
    need: "alone",
    topics: TOPIC.id,
    examples: ["6433435F", "6433435OA"],
    others: ["6433435E"],
  },
];

function nino(prefix: string, suffix: string): RegExp {
  return new RegExp(`${prefix}(?: \\d\\d \\d\\d \\d\\d |-?\\d{6}-?| \\d{6} )${suffix}`, "y");
}

/** Prefixes that are never issued (HMRC, NIM39110). */
function isNino(compact: string): boolean {
  return !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(compact) && !isFiller(compact.slice(2, 8));
}

function isNhs(digits: string): boolean {
  const rest = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return !isFiller(digits) && (rest === 11 ? 0 : rest) === digitAt(digits, 9);
}

/** Month of birth 1 to 12, women's plus 50. */
function isDvla(compact: string): boolean {
  const month = Number(compact.slice(6, 8)) % 50;
  return month >= 1 && month <= 12;
}

function isPps(compact: string): boolean {
  const second = compact.length === 9 ? compact.charCodeAt(8) - 64 : 0;
  const sum = weighted(compact, [8, 7, 6, 5, 4, 3, 2]) + (second === 23 ? 0 : second * 9);
  return compact[7] === "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

/** Royal Mail's postcode areas. */
const AREAS =
  /^(?:AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GIR|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE)\d/;
