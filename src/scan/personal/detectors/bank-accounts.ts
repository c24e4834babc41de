// Bank accounts: IBAN (ISO 13616, the SWIFT registry's lengths) and American routing numbers.
import { remainder } from "../checks/iso7064.ts";
import { isFiller, weighted } from "../checks/luhn.ts";
import { TOPIC } from "../context-words.ts";
import type { Detector } from "../detector.ts";

/** Country and length, from the registry (release 99) and countries that follow it in practice. */
const LENGTHS =
  "AD24AE23AL28AO25AT20AZ28BA20BE16BF28BG22BH22BI27BJ28BR29BY28CF27CG27CH21CI28CM27CR22CV25CY28CZ24DE22DJ27DK18DO28DZ26EE20EG29ES24FI18FK18FO18FR27" +
  "GA27GB22GE22GI23GL18GQ27GR27GT28GW25HN28HR21HU28IE22IL23IQ23IR26IS26IT27JO30KM27KW30KZ20LB28LC32LI21LT20LU20LV21LY25MA28MC27MD24ME22MG27MK19ML28" +
  "MN20MR27MT31MU30MZ25NE28NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SN28SO23ST25SV28TD27TG28TL23TN24TR26UA29VA22" +
  "VG24XK20YE30";

export const BANK_ACCOUNTS: readonly Detector[] = [
  {
    kind: "iban",
    group: "iban",
    heads: "m15..33 m4+",
    shape: new RegExp(shapeOfIban("A-Z"), "y"),
    check: isIban,
    need: "nothing",
    topics: TOPIC.bank,
    examples: ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "NO93-8601-1117-947"],
    others: ["GB82 WEST 1234 5698 7654 33", "DE8937040044053201300", "XX82WEST12345698765432"],
  },
  {
    kind: "iban",
    group: "iban",
    heads: "m15..33 m4+",
    shape: new RegExp(shapeOfIban("A-Za-z"), "y"),
    check: isIban,
    need: "alone",
    topics: TOPIC.bank,
    examples: ["gb82west12345698765432"],
    others: ["gb82west12345698765433"],
  },
  {
    kind: "us_bank_routing",
    group: "bank_account",
    heads: "d9",
    shape: /(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}/y,
    check: (digits) => weighted(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 && !isFiller(digits),
    need: "alone",
    topics: TOPIC.bank,
    examples: ["021000021", "121000358"],
    others: ["021000022", "991000021"],
  },
];

/** Per country two letters, two digits and the rest in one run or in fours: bounded to the registry's longest, 33. */
function shapeOfIban(letters: string): string {
  const rest = `[0-9${letters}]`;
  const countries = new Map<number, string[]>();
  for (const [, country = "", length = ""] of LENGTHS.matchAll(/([A-Z]{2})(\d\d)/g)) {
    countries.set(Number(length), [...(countries.get(Number(length)) ?? []), country]);
  }
  const shapes = Array.from(countries, ([length, names]) => {
    const fours = Math.floor((length - 4) / 4);
    const left = length - 4 - fours * 4;
    const tail = left === 0 ? "" : `\\1${rest}{${left}}`;
    const grouped = `([ -])(?:${rest}{4}\\1){${fours - 1}}${rest}{4}${tail}`.replaceAll("\\1", "[ -]");
    return `(?:${names.map((name) => caseless(name, letters)).join("|")})\\d\\d(?:${rest}{${length - 4}}|${grouped})`;
  });
  return `(?:${shapes.join("|")})(?![0-9A-Za-z])`;
}

function caseless(name: string, letters: string): string {
  return letters.includes("a") ? Array.from(name, (one) => `[${one}${one.toLowerCase()}]`).join("") : name;
}

function isIban(compact: string): boolean {
  return remainder(compact.slice(4) + compact.slice(0, 4), 97) === 1;
}
