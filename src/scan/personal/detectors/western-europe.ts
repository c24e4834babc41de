// Identifiers of France, Spain, Italy, Portugal, the Netherlands, Belgium and Greece. Algorithms: INSEE (NIR), Ministerio del
// Interior (DNI, NIE), Agenzia delle Entrate (codice fiscale), Rijksregister, RvIG (BSN), AT (NIF), IDIKA (AMKA).
import { isDmy, isYmd } from "../checks/calendar.ts";
import { remainder } from "../checks/iso7064.ts";
import { digitAt, isFiller, luhn, weighted } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";
import { isFiscalCode } from "./fiscal-code.ts";

const FISCAL_CODE =
  /[A-Za-z]{6}[\dL-VI-Vl-v]{2}[A-EHLMPR-Ta-ehlmpr-t][\dL-Vl-v]{2}[A-Za-z][\dL-Vl-v]{3}[A-Za-z]/y;

export const WESTERN_EUROPE: readonly Detector[] = [
  {
    kind: "fr_nir",
    group: "national_id",
    heads: "d1+ d13+",
    shape:
      /[1-478](?:([ .])\d{2}\1(?:0[1-9]|1[0-2]|[2-9]\d)\1(?:\d{2}|2[AB])\1\d{3}\1\d{3}[ .]\d{2}|\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{6}[ ]\d{2})/y,
    check: isNir,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["2 55 08 14 168 025 38", "2550814168025 38"],
    others: ["255081416802539", "255001416802538"],
  },
  {
    kind: "fr_nir",
    group: "national_id",
    heads: "d15 m15",
    shape: /[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{8}/y,
    check: isNir,
    need: "alone",
    topics: TOPIC.id,
    examples: ["255081416802538"],
    others: ["255081416802539", "255001416802538"],
  },
  {
    kind: "fr_siret",
    group: "national_id",
    heads: "d14 d9 d3+",
    shape: /\d{3}([ ]?)\d{3}\1\d{3}(?:\1\d{5})?/y,
    check: (digits) => luhn(digits) && !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["732829320", "73282932000074"],
    others: ["732829321"],
  },
  {
    kind: "es_dni",
    group: "national_id",
    heads: "m9 d8+",
    shape: /\d{8}[- ]?[A-HJ-NP-TV-Z]/y,
    check: isDni,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["12345678Z", "54362315-K"],
    others: ["12345678A"],
  },
  {
    kind: "es_nie",
    group: "national_id",
    heads: "m9 m8+ l1+",
    shape: /[XYZ][- ]?\d{7}[- ]?[A-HJ-NP-TV-Z]/y,
    check: (compact) => isDni(String("XYZ".indexOf(compact.charAt(0))) + compact.slice(1)),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["X2482300W", "Z8078221M"],
    others: ["X2482300A"],
  },
  {
    kind: "es_dni",
    group: "national_id",
    heads: "m9",
    shape: /[xyzXYZ\d]\d{7}[a-zA-Z]/y,
    check: (compact) => isDni(compact.replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)))),
    need: "alone",
    topics: TOPIC.id,
    examples: ["12345678z"],
    others: ["12345678a"],
  },
  {
    kind: "es_passport",
    group: "document",
    heads: "m9",
    shape: /[A-Za-z]{3}\d{6}/y,
    need: "alone",
    topics: TOPIC.passport,
    examples: ["AAA123456"],
    others: ["AA123456", "AAA1234567"],
  },
  {
    kind: "it_codice_fiscale",
    group: "national_id",
    heads: "m16 l16",
    shape: FISCAL_CODE,
    check: isFiscalCode,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["RCCMNL83S18D969H"],
    others: ["RCCMNL83S18D969G"],
  },
  {
    kind: "it_codice_fiscale",
    group: "national_id",
    heads: "m16",
    shape: FISCAL_CODE,
    check: (compact) => /\d/.test(compact),
    need: "alone",
    topics: TOPIC.id,
    examples: ["RCCMNL83S18D969G"],
    others: ["RCCMNL83Z18D969G"],
  },
  {
    kind: "it_partita_iva",
    group: "national_id",
    heads: "d11",
    shape: /\d{11}/y,
    check: (digits) => luhn(digits) && !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["00743110157"],
    others: ["00743110158"],
  },
  {
    kind: "it_document",
    group: "document",
    heads: "m9..10 l2+",
    shape:
      /[A-Za-z]{2}(?:\d{7}[A-Za-z]?| \d{7}|\d{5}[A-Za-z]{2})|\d{7}[A-Za-z]{2}|[Uu]1[A-Za-z0-9]{7}[A-Za-z]/y,
    need: "alone",
    topics: TOPIC.passport | TOPIC.licence,
    examples: ["AA0123456B", "CA00000AA", "aa 1234567"],
    others: ["AA012345", "AAA0123456"],
  },
  {
    kind: "pt_nif",
    group: "national_id",
    heads: "d9 d3+",
    shape: /[1235689]\d{2}( ?)\d{3}\1\d{3}/y,
    check: (digits) => {
      const rest = weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest < 2 ? 0 : 11 - rest) === digitAt(digits, 8) && !isFiller(digits);
    },
    need: "topic",
    topics: TOPIC.id,
    examples: ["501964843"],
    others: ["501964842"],
  },
  {
    kind: "nl_bsn",
    group: "national_id",
    heads: "d9 d4+",
    shape: /\d{9}|\d{4}([. ])\d{2}\1\d{3}/y,
    check: (digits) => weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !isFiller(digits),
    need: "topic",
    topics: TOPIC.id,
    examples: ["111222333", "1112.22.333"],
    others: ["111222334"],
  },
  {
    kind: "be_national",
    group: "national_id",
    heads: "d2+",
    shape: /\d{2}\.\d{2}\.\d{2}-\d{3}[.-]\d{2}/y,
    check: isBelgian,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["85.07.30-033.28"],
    others: ["85.07.30-033.29", "85.13.30-033.28"],
  },
  {
    kind: "be_national",
    group: "national_id",
    heads: "d11",
    shape: /\d{11}/y,
    check: isBelgian,
    need: "alone",
    topics: TOPIC.id,
    examples: ["85073003328"],
    others: ["85.07.30-033.29", "85.13.30-033.28"],
  },
  {
    kind: "gr_amka",
    group: "national_id",
    heads: "d11",
    shape: /\d{11}/y,
    check: (digits) => isDmy(digits) && luhn(digits),
    need: "alone",
    topics: TOPIC.id,
    examples: ["01013099997"],
    others: ["01013099998"],
  },
];

/** 97 less the number mod 97; Corsica's 2A and 2B stand for 19 and 18. */
function isNir(compact: string): boolean {
  const number = compact.slice(0, 13).replace("2A", "19").replace("2B", "18");
  return 97 - remainder(number, 97) === Number(compact.slice(13));
}

function isDni(compact: string): boolean {
  return "TRWAGMYFPDXBNJZSQVHLCKE"[Number(compact.slice(0, 8)) % 23] === compact[8];
}

/** 97 less the first nine mod 97; who is born from 2000 on has a 2 before them. */
function isBelgian(digits: string): boolean {
  const check = Number(digits.slice(9));
  const number = digits.slice(0, 9);
  const held = check === 97 - remainder(number, 97) || check === 97 - remainder(`2${number}`, 97);
  return held && isYmd(digits, 0, [0, 20, 40]);
}
