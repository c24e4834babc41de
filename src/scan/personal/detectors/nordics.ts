// Identifiers of Sweden, Norway, Denmark, Finland and the Baltic states. Algorithms: Skatteverket, Skatteetaten, CPR, DVV.
import { isDmy, isFullYmd, isYmd } from "../checks/calendar.ts";
import { digitAt, luhn, weighted } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const NORDICS: readonly Detector[] = [
  {
    kind: "se_personnummer",
    group: "national_id",
    heads: "d6+ d8+",
    shape: /(?:19|20)?\d{6}[-+]\d{4}/y,
    check: (digits) => isYmd(digits, digits.length - 10, [0]) && luhn(digits.slice(-10)),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["811228-9874", "19811228-9874"],
    others: ["811228-9875", "811328-9874"],
  },
  {
    kind: "se_personnummer",
    group: "national_id",
    heads: "d12 d10",
    shape: /(?:19|20)\d{10}|\d{10}/y,
    check: (digits) => (digits.length === 10 ? isYmd(digits) : isFullYmd(digits)) && luhn(digits.slice(-10)),
    need: "alone",
    topics: TOPIC.id,
    examples: ["198112289874"],
    others: ["198112289875", "198113289874"],
  },
  {
    kind: "se_samordningsnummer",
    group: "national_id",
    heads: "d6+ d8+ d12",
    shape: /(?:19|20)?\d{6}[-+]?\d{4}/y,
    check: (digits) => {
      const ten = digits.slice(-10);
      return luhn(ten) && isDmy(ten.slice(4, 6) + ten.slice(2, 4) + ten.slice(0, 2), 0, [60]);
    },
    need: "alone",
    topics: TOPIC.id,
    examples: ["701063-2391"],
    others: ["701063-2392"],
  },
  {
    kind: "se_organisationsnummer",
    group: "national_id",
    heads: "d6+",
    shape: /\d{2}[2-9]\d{3}-\d{4}/y,
    check: (digits) => luhn(digits),
    need: "alone",
    topics: TOPIC.id,
    examples: ["556703-7485"],
    others: ["556703-7486"],
  },
  {
    kind: "se_organisationsnummer",
    group: "national_id",
    heads: "d10",
    shape: /\d{2}[2-9]\d{7}/y,
    check: (digits) => luhn(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["5567037485"],
    others: ["556703-7486"],
  },
  {
    kind: "no_fodselsnummer",
    group: "national_id",
    heads: "d6+",
    shape: /\d{6} \d{5}/y,
    check: isNorwegian,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["151086 95088"],
    others: ["15108695077", "32108695088"],
  },
  {
    kind: "no_fodselsnummer",
    group: "national_id",
    heads: "d11",
    shape: /\d{11}/y,
    check: isNorwegian,
    need: "alone",
    topics: TOPIC.id,
    examples: ["15108695088"],
    others: ["15108695077", "32108695088"],
  },
  {
    kind: "dk_cpr",
    group: "national_id",
    heads: "d6+ d10",
    shape: /\d{6}-?\d{4}/y,
    check: (digits, raw) => isDmy(digits) && raw.includes("-"),
    need: "alone",
    topics: TOPIC.id,
    examples: ["211062-5629"],
    others: ["321062-5629"],
  },
  {
    kind: "fi_hetu",
    group: "national_id",
    heads: "d6+ m11",
    shape: /\d{6}[-+ABCDEFUVWXYabcdefuvwxy]\d{3}[0-9A-Ya-y]/y,
    check: isHetu,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["131052-308T", "020516C903K"],
    others: ["131052-308U", "321052-308T"],
  },
  {
    kind: "ee_isikukood",
    group: "national_id",
    heads: "d11",
    shape: /[1-8]\d{10}/y,
    check: isBaltic,
    need: "alone",
    topics: TOPIC.id,
    examples: ["36805280109"],
    others: ["36805280108", "36813280109"],
  },
  {
    kind: "lv_personas_kods",
    group: "national_id",
    heads: "d6+",
    shape: /\d{6}-[0-2]\d{4}/y,
    check: (digits) =>
      isDmy(digits) &&
      (1101 - weighted(digits, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11 === digitAt(digits, 10),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["161175-19997"],
    others: ["161175-19998"],
  },
];

/** Two check digits, each from a weighted sum mod 11; D numbers add 40 to the day, synthetic ones 80 to the month. */
function isNorwegian(digits: string): boolean {
  const first = (11 - (weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
  const second = (11 - (weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return first === digitAt(digits, 9) && second === digitAt(digits, 10) && isDmy(digits, 0, [0, 40]);
}

/** The nine digits mod 31 choose the last character. */
function isHetu(compact: string, raw: string): boolean {
  const tail = compact.slice(-4);
  const check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(compact.slice(0, 6) + tail.slice(0, 3)) % 31];
  return raw.length === 11 && isDmy(compact) && tail[3] === check;
}

/** Estonia and Lithuania: century and sex, date, serial; two stages of weights. */
function isBaltic(digits: string): boolean {
  const first = weighted(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  const rest = first < 10 ? first : (weighted(digits, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11) % 10;
  return rest === digitAt(digits, 10) && isYmd(digits, 1);
}
