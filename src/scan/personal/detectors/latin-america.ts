// Identifiers of Latin America. Algorithms: Receita Federal (CPF, CNPJ), RENAPO (CURP), SAT (RFC), SII (RUT), AFIP (CUIT).
import { isYmd } from "../checks/calendar.ts";
import { digitAt, isFiller, weighted } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

export const LATIN_AMERICA: readonly Detector[] = [
  {
    kind: "br_cpf",
    group: "national_id",
    heads: "d3+",
    shape: /\d{3}\.\d{3}\.\d{3}-\d{2}/y,
    check: isCpf,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["529.982.247-25"],
    others: ["529.982.247-26", "111.111.111-11"],
  },
  {
    kind: "br_cpf",
    group: "national_id",
    heads: "d11",
    shape: /\d{11}/y,
    check: isCpf,
    need: "alone",
    topics: TOPIC.id,
    examples: ["52998224725"],
    others: ["52998224726"],
  },
  {
    kind: "br_cnpj",
    group: "national_id",
    heads: "d2+",
    shape: /\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}/y,
    check: isCnpj,
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["11.222.333/0001-81"],
    others: ["11.222.333/0001-82"],
  },
  {
    kind: "br_cnpj",
    group: "national_id",
    heads: "d14",
    shape: /\d{14}/y,
    check: isCnpj,
    need: "alone",
    topics: TOPIC.id,
    examples: ["11222333000181"],
    others: ["11222333000182"],
  },
  {
    kind: "mx_curp",
    group: "national_id",
    heads: "m18",
    shape: /[A-Za-z][AEIOUXaeioux][A-Za-z]{2}\d{6}[HMXhmx][A-Za-z]{5}[0-9A-Za-z]\d/y,
    check: (compact) => isYmd(compact, 4),
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["BOXW310820HNERXN09"],
    others: ["BOXW311320HNERXN09", "BZXW310820HNERXN09"],
  },
  {
    kind: "mx_rfc",
    group: "national_id",
    heads: "m12..13",
    shape: /[A-Z&]{3,4}\d{6}[A-Z0-9]{2}[0-9A]/y,
    check: (compact) => isYmd(compact, compact.length - 9),
    need: "alone",
    topics: TOPIC.id,
    examples: ["GODE561231GR8"],
    others: ["GODE561331GR8"],
  },
  {
    kind: "ar_cuit",
    group: "national_id",
    heads: "d2+ d11",
    shape: /(?:20|2[34567]|3[034])-\d{8}-\d/y,
    check: (digits) => {
      const rest = (11 - (weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return rest === digitAt(digits, 10);
    },
    need: "no_veto",
    topics: TOPIC.id,
    examples: ["20-05536168-2"],
    others: ["20-05536168-3"],
  },
  {
    kind: "cl_rut",
    group: "national_id",
    heads: "d1+ d2+ d7..8+",
    shape: /(?:\d{1,2}\.\d{3}\.\d{3}|\d{7,8})-[\dKk]/y,
    check: (compact, raw) => isRut(compact) && raw.includes("-"),
    need: "alone",
    topics: TOPIC.id,
    examples: ["12.531.909-2"],
    others: ["12.531.909-3"],
  },
];

function isCpf(digits: string): boolean {
  return !isFiller(digits) && checksOf(digits, [9, 10], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
}

function isCnpj(digits: string): boolean {
  return !isFiller(digits) && checksOf(digits, [12, 13], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
}

/** Each check digit is the weighted sum of all before it, mod 11, from 11; ten and eleven count as 0. */
function checksOf(digits: string, places: readonly number[], weights: readonly number[]): boolean {
  return places.every((place) => {
    const rest = weighted(digits, weights.slice(weights.length - place)) % 11;
    return (rest < 2 ? 0 : 11 - rest) === digitAt(digits, place);
  });
}

function isRut(compact: string): boolean {
  const digits = compact.slice(0, -1).padStart(8, "0");
  const check = (11 - (weighted(digits, [3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return compact.endsWith(check === 10 ? "K" : String(check));
}
