// Identifiers of China, Taiwan, Hong Kong, Japan and Korea. Algorithms: GB 11643, Taiwan's MOI, ordinance 85 of 2014 (My Number),
// Korea's resident registration act (before the random numbers of 2020).
import { isFullYmd, isYmd } from "../checks/calendar.ts";
import { mod11v2 } from "../checks/iso7064.ts";
import { digitAt, isFiller, weighted } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const EAST_ASIA: readonly Detector[] = [
  {
    kind: "cn_resident_id",
    group: "national_id",
    heads: "d18 m18",
    shape: /[1-9]\d{16}[\dXx]/y,
    check: (compact) => isFullYmd(compact, 6) && mod11v2(compact),
    need: "nothing",
    topics: TOPIC.id,
    examples: ["11010519491231002X"],
    others: ["110105194912310021", "11010519491331002X"],
  },
  {
    kind: "tw_id",
    group: "national_id",
    heads: "m10",
    shape: /[A-Z][1289]\d{8}/y,
    check: isTaiwanese,
    need: "alone",
    topics: TOPIC.id,
    examples: ["A123456789"],
    others: ["A123456788"],
  },
  {
    kind: "hk_id",
    group: "national_id",
    heads: "m7..8+",
    shape: /[A-Z]{1,2}\d{6}\([\dA]\)/y,
    check: isHongKong,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["A123456(3)"],
    others: ["A123456(4)"],
  },
  {
    kind: "jp_my_number",
    group: "national_id",
    heads: "d12 d4+",
    shape: /\d{12}|\d{4}([ -])\d{4}\1\d{4}/y,
    check: (digits) => {
      const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest < 2 ? 0 : 11 - rest) === digitAt(digits, 11) && !isFiller(digits);
    },
    need: "topic",
    topics: TOPIC.id,
    examples: ["123456789018"],
    others: ["123456789012"],
  },
  {
    kind: "kr_rrn",
    group: "national_id",
    heads: "d6+",
    shape: /\d{6}-[1-8]\d{6}/y,
    check: (digits) => isYmd(digits) && (korean(digits) || isRandomised(digits)),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["960121-1021413"],
    others: ["961321-1021413", "960121-9021413"],
  },
  {
    kind: "kr_rrn",
    group: "national_id",
    heads: "d6+",
    shape: /\d{6}-[1-8]\d{6}/y,
    check: (digits) => isYmd(digits),
    need: "alone",
    topics: TOPIC.id,
    examples: ["000505-3637892"],
    others: ["001305-3637892"],
  },
  {
    kind: "kr_rrn",
    group: "national_id",
    heads: "d13",
    shape: /\d{6}[1-8]\d{6}/y,
    check: (digits) => isYmd(digits) && (korean(digits) || /[5-8]/.test(digits.charAt(6))),
    need: "alone",
    topics: TOPIC.id,
    examples: ["9601211021413"],
    others: ["9613211021413"],
  },
  {
    kind: "kr_brn",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3}-\d{2}-\d{5}/y,
    check: isBusiness,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["220-81-62517"],
    others: ["220-81-62518"],
  },
  {
    kind: "kr_driver_licence",
    group: "document",
    heads: "d2+",
    shape: /(?:1[1-9]|2[0-68])([- ])\d{2}\1\d{6}\1\d{2}/y,
    need: "no_veto",
    topics: TOPIC.licence,
    examples: ["13-22-123456-12"],
    others: ["33-22-123456-12"],
  },
  {
    kind: "kr_passport",
    group: "document",
    heads: "m9",
    shape: /[MSRODGmsrodg](?:\d{8}|\d{3}[A-Z]\d{4})/y,
    need: "alone",
    topics: TOPIC.passport,
    examples: ["M12345678", "M123A4567"],
    others: ["M1234567", "M12A45678"],
  },
  {
    kind: "jp_passport",
    group: "document",
    heads: "m9",
    shape: /[A-Z]{2}\d{7}/y,
    need: "topic",
    topics: TOPIC.passport,
    examples: ["TK1234567"],
    others: ["TK123456"],
  },
];

/** Letter to two digits, weights 1 9 8 7 6 5 4 3 2 1 1, mod 10. */
function isTaiwanese(compact: string): boolean {
  const letter = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(compact.charAt(0));
  return weighted(`${letter}${compact.slice(1)}`, [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]) % 10 === 0;
}

/** Letters count from 10, a missing first one as 36; weights 9 down to 2, check from 11, ten is A. */
function isHongKong(compact: string): boolean {
  const text = compact.length === 8 ? ` ${compact}` : compact;
  let sum = 0;
  for (let at = 0; at < 8; at++)
    sum += (text[at] === " " ? 36 : Number.parseInt(text.charAt(at), 36)) * (9 - at);
  const check = (11 - (sum % 11)) % 11;
  return text.endsWith(check === 10 ? "A" : String(check));
}

function korean(digits: string): boolean {
  const sum = weighted(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
  const foreign = digits.charAt(6) >= "5" ? 13 : 11;
  return (foreign - (sum % 11)) % 10 === digitAt(digits, 12);
}

/** Numbers given since October 2020, and foreigners', carry no check. */
function isRandomised(digits: string): boolean {
  const century = digits.charAt(6);
  return /[5-8]/.test(century) || (/[34]/.test(century) && digits.slice(0, 4) >= "2010");
}

function isBusiness(digits: string): boolean {
  const ninth = digitAt(digits, 8) * 5;
  const sum = weighted(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor(ninth / 10);
  return (10 - (sum % 10)) % 10 === digitAt(digits, 9);
}
