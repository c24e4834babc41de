// Identifiers of Poland, the Czech and Slovak republics, Romania, Bulgaria, Croatia, the Yugoslav successors, Hungary, Russia
// and Turkey. Algorithms as the registries publish them.
import { isDmy, isYmd } from "../checks/calendar.ts";
import { mod11v10, remainder } from "../checks/iso7064.ts";
import { digitAt, isFiller, weighted } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const EASTERN_EUROPE: readonly Detector[] = [
  {
    kind: "pl_pesel",
    group: "national_id",
    heads: "d11",
    shape: /\d{11}/y,
    check: (digits) =>
      (10 - (weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digitAt(digits, 10) &&
      isYmd(digits, 0, [0, 20, 40, 60, 80]),
    need: "alone",
    topics: TOPIC.id,
    examples: ["44051401359", "44051401458"],
    others: ["44051401459", "44131401359"],
  },
  {
    kind: "pl_nip",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}/y,
    check: (digits) =>
      weighted(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digitAt(digits, 9) && !isFiller(digits),
    need: "alone",
    topics: TOPIC.id,
    examples: ["856-734-62-15"],
    others: ["856-734-62-16"],
  },
  {
    kind: "pl_nip",
    group: "national_id",
    heads: "d10",
    shape: /\d{10}/y,
    check: (digits) =>
      weighted(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digitAt(digits, 9) && !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["8567346215"],
    others: ["856-734-62-16"],
  },
  {
    kind: "cz_rodne_cislo",
    group: "national_id",
    heads: "d6+",
    shape: /\d{6}\/\d{4}/y,
    check: (digits) => remainder(digits, 11) === 0 && isYmd(digits, 0, [0, 20, 50, 70]),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["710319/2745"],
    others: ["710319/2746", "711319/2745"],
  },
  {
    kind: "ro_cnp",
    group: "national_id",
    heads: "d13",
    shape: /[1-8]\d{12}/y,
    check: (digits) =>
      (weighted(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11) % 10 === digitAt(digits, 12) &&
      isYmd(digits, 1),
    need: "alone",
    topics: TOPIC.id,
    examples: ["1630615123457"],
    others: ["1630615123458", "1631315123457"],
  },
  {
    kind: "bg_egn",
    group: "national_id",
    heads: "d10",
    shape: /\d{10}/y,
    check: (digits) =>
      (weighted(digits, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === digitAt(digits, 9) &&
      isYmd(digits, 0, [0, 20, 40]),
    need: "alone",
    topics: TOPIC.id,
    examples: ["7523169263"],
    others: ["7523169264"],
  },
  {
    kind: "hr_oib",
    group: "national_id",
    heads: "d11",
    shape: /\d{11}/y,
    check: (digits) => mod11v10(digits) && !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["33392005961"],
    others: ["33392005962"],
  },
  {
    kind: "yu_jmbg",
    group: "national_id",
    heads: "d13",
    shape: /\d{13}/y,
    check: (digits) => {
      const rest = (11 - (weighted(digits, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return rest === digitAt(digits, 12) && isDmy(digits) && /^[09]/.test(digits.slice(4));
    },
    need: "alone",
    topics: TOPIC.id,
    examples: ["0101006500006"],
    others: ["0101006500007", "0101506500006"],
  },
  {
    kind: "hu_taj",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3}([ -])\d{3}\1\d{3}/y,
    check: (digits) => weighted(digits, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === digitAt(digits, 8),
    need: "topic",
    topics: TOPIC.id,
    examples: ["111 111 110"],
    others: ["111 111 111"],
  },
  {
    kind: "ru_snils",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3}-\d{3}-\d{3}[ -]\d{2}/y,
    check: (digits) =>
      (weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === Number(digits.slice(9)) &&
      !isFiller(digits),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["112-233-445 95"],
    others: ["112-233-445 96"],
  },
  {
    kind: "ru_inn",
    group: "national_id",
    heads: "d12 d10",
    shape: /\d{12}|\d{10}/y,
    check: isInn,
    need: "topic",
    topics: TOPIC.id,
    examples: ["7707083893", "500100732259"],
    others: ["7707083894"],
  },
  {
    kind: "tr_kimlik",
    group: "national_id",
    heads: "d11",
    shape: /[1-9]\d{10}/y,
    check: isKimlik,
    need: "alone",
    topics: TOPIC.id,
    examples: ["10000000146"],
    others: ["10000000145"],
  },
  {
    kind: "tr_number_plate",
    group: "licence_plate",
    heads: "d2+",
    shape: /(?:0[1-9]|[1-7]\d|8[01]) (?:[A-Za-z] \d{2,5}|[A-Za-z]{2} \d{2,4}|[A-Za-z]{3} \d{2,4})/y,
    need: "alone",
    topics: TOPIC.plate,
    examples: ["34 ABC 1234", "01 A 12"],
    others: ["99 ABC 123", "34 ABCD 123"],
  },
];

/** Ten digits have one check, twelve two (order of the Russian tax service). */
function isInn(digits: string): boolean {
  const long = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
  if (digits.length === 10) return (weighted(digits, long.slice(2)) % 11) % 10 === digitAt(digits, 9);
  const first = (weighted(digits, long.slice(1)) % 11) % 10 === digitAt(digits, 10);
  return first && (weighted(digits, long) % 11) % 10 === digitAt(digits, 11);
}

/** The tenth digit from odd and even places, the eleventh from the sum of the ten. */
function isKimlik(digits: string): boolean {
  const odd = weighted(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weighted(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return tenth === digitAt(digits, 9) && (odd + even + tenth) % 10 === digitAt(digits, 10);
}
