// Identifiers of India, Pakistan, Singapore, Malaysia, Thailand, Indonesia and the Philippines. Algorithms: UIDAI (Verhoeff),
// Singapore's ICA and ACRA, Thailand's DOPA.
import { isDmy, isYmd } from "../checks/calendar.ts";
import { digitAt, isFiller, weighted } from "../checks/luhn.ts";
import { verhoeff } from "../checks/verhoeff.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const SOUTH_ASIA: readonly Detector[] = [
  {
    kind: "in_aadhaar",
    group: "national_id",
    heads: "d12 d4+",
    shape: /[2-9]\d{11}|[2-9]\d{3}([ -])\d{4}\1\d{4}/y,
    check: (digits) => verhoeff(digits) && !isFiller(digits),
    need: "alone",
    topics: TOPIC.id,
    examples: ["399876543211", "2345 6789 0124"],
    others: ["399876543212"],
  },
  {
    kind: "in_pan",
    group: "national_id",
    heads: "m10",
    shape: /[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]/y,
    need: "no_veto",
    topics: TOPIC.id | TOPIC.card,
    examples: ["ABCPD1234Z"],
    others: ["ABCXD1234Z", "ABCPD12345"],
  },
  {
    kind: "in_gstin",
    group: "national_id",
    heads: "m15",
    shape: /(?:0[1-9]|[12]\d|3[0-8]|97|99)[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]/y,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["27AAPFU0939F1ZV"],
    others: ["00AAPFU0939F1ZV", "27AAPFU0939F1XV"],
  },
  {
    kind: "in_passport",
    group: "document",
    heads: "m8",
    shape: /[A-Za-z][1-9]\d{5}[1-9]/y,
    need: "topic",
    topics: TOPIC.passport,
    examples: ["A2096457"],
    others: ["A0096457"],
  },
  {
    kind: "in_voter",
    group: "national_id",
    heads: "m10",
    shape: /[A-Za-z]{3}\d{7}/y,
    need: "alone",
    topics: TOPIC.id,
    examples: ["UZB2345117"],
    others: ["UZB234511"],
  },
  {
    kind: "in_number_plate",
    group: "licence_plate",
    heads: "m6..10 m4+ l2+ m2+",
    shape:
      /(?:A[NPRS]|B[HR]|C[GH]|D[DL]|G[AJ]|H[PR]|J[HK]|K[AL]|L[AD]|M[HLNPZ]|N[L]|O[DR]|P[BY]|RJ|SK|T[NRS]|U[AKP]|WB)[ -]?\d{1,2}[ -]?(?:[A-Z]{1,3}[ -]?)?\d{1,4}/y,
    need: "alone",
    topics: TOPIC.plate,
    examples: ["DL01CA1234", "KA99ME3456"],
    others: ["XX01CA1234"],
  },
  {
    kind: "pk_cnic",
    group: "national_id",
    heads: "d5+",
    shape: /[1-8]\d{4}-\d{7}-\d/y,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["35202-1234567-1"],
    others: ["95202-1234567-1"],
  },
  {
    kind: "sg_nric",
    group: "national_id",
    heads: "m9",
    shape: /[STFGM]\d{7}[A-Z]/y,
    check: isNric,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["S1234567D", "F2346401L", "T7572225C"],
    others: ["S1234567E"],
  },
  {
    kind: "sg_uen",
    group: "national_id",
    heads: "m9..10",
    shape: /\d{8}[A-Z]|(?:19|20)\d{7}[A-Z]/y,
    check: isUen,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["53125226D", "201434292D"],
    others: ["53125226E", "201434292E"],
  },
  {
    kind: "sg_uen",
    group: "national_id",
    heads: "m10",
    shape: /[RST]\d{2}[A-Z]{2}\d{4}[A-Z]/y,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["S57TU0392K"],
    others: ["A57TU0392K"],
  },
  {
    kind: "my_nric",
    group: "national_id",
    heads: "d6+",
    shape: /\d{6}-\d{2}-\d{4}/y,
    check: (digits) => isYmd(digits),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["770305-02-1234"],
    others: ["771305-02-1234"],
  },
  {
    kind: "th_citizen_id",
    group: "national_id",
    heads: "d13 d1+",
    shape: /[1-8]\d{12}|[1-8]([ -])\d{4}\1\d{5}\1\d{2}\1\d/y,
    check: isThai,
    need: "alone",
    topics: TOPIC.id,
    examples: ["3100600445635", "2345678901234"],
    others: ["3100600445636", "1684567890124"],
  },
  {
    kind: "id_nik",
    group: "national_id",
    heads: "d16",
    shape: /[1-9]\d{15}/y,
    check: (digits) => isDmy(digits, 6, [0, 40]),
    need: "topic",
    topics: TOPIC.id,
    examples: ["3171011708450001"],
    others: ["3171013213450001"],
  },
  {
    kind: "ph_tin",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3}-\d{3}-\d{3}-\d{3,5}/y,
    need: "alone",
    topics: TOPIC.id,
    examples: ["239-865-721-000"],
    others: ["239-865-721"],
  },
];

/** Weights 2 7 6 5 4 3 2, offset by century; the letter from a list each for citizens and for foreigners. */
function isNric(compact: string): boolean {
  const lead = compact.charAt(0);
  const offset = "ST".includes(lead) ? "ST".indexOf(lead) * 4 : lead === "M" ? 3 : "FG".indexOf(lead) * 4;
  const rest = (weighted(compact.slice(1), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  if (lead === "M") return compact[8] === "KLJNPQRTUWX"[10 - rest];
  return compact[8] === ("ST".includes(lead) ? "JZIHGFEDCBA" : "XWUTRQPNMLK")[rest];
}

/** Businesses have eight digits and a letter, companies a year and five digits. */
function isUen(compact: string): boolean {
  if (compact.length === 9)
    return compact[8] === "XMKECAWLJDB"[weighted(compact, [10, 4, 9, 3, 8, 2, 7, 1]) % 11];
  return compact[9] === "ZKCMDNERGWH"[weighted(compact, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11];
}

/** Kind of person, province (second and third digit), and a check mod 11. */
function isThai(digits: string): boolean {
  const sum = weighted(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  const held = (11 - (sum % 11)) % 10 === digitAt(digits, 12);
  return held && /^.(?:1\d|2[0-7]|3[0-9]|4\d|5[0-8]|6[0-7]|7[0-7]|8[0-6]|9[0-6])/.test(digits);
}
