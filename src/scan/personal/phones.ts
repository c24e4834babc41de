// Telephone numbers: E.164 with a country code, national numbers as people write them.
import type { Candidate } from "./candidate.ts";
import { TOPIC } from "./context-words.ts";

/**
 * The number that starts at `start` (a digit, `+` or `(`), or null. Looks at 40 bytes.
 *
 * An international number with a known code and an American one in its usual groups suffice; a national one with a trunk 0 or a
 * mobile's shape must stand alone or near a word for it; any other 7 to 15 digits need that word.
 */
export function phoneAt(text: string, start: number): Candidate | null {
  WRITTEN.lastIndex = start;
  const found = WRITTEN.exec(text)?.[0];
  if (found === undefined) return null;
  const digits = found.replace(EXTENSION, "").replace(/\D/g, "");
  if (digits.length < 7 || digits.length > 15 || /^(\d)\1+$/.test(digits) || !isSet(found)) return null;
  const need = needOf(found, digits);
  const topics = need === "alone" && NUMBERED.test(found) ? TOPIC.phone | TOPIC.number : TOPIC.phone;
  return { kind: "phone", start, end: start + found.length, need, topics };
}

function needOf(found: string, digits: string): Candidate["need"] {
  if (found.startsWith("+")) return isInternational(digits) ? "no_veto" : "topic";
  if (/^00[1-9]/.test(digits) && isInternational(digits.slice(2)) && digits.length >= 11) return "alone";
  if (AMERICAN.test(found)) return "no_veto";
  if (/^0[1-9]\d{8,9}$/.test(digits) && (/\D/.test(found) || MOBILE.test(digits))) return "alone";
  if (DOTTED_TURKISH.test(found) || (digits.length === 9 && NUMBERED.test(found))) return "alone";
  return "topic";
}

/** E.164: a code in use and 7 to 15 digits with it. One digit for the zones 1 and 7, two for the listed, else three. */
function isInternational(digits: string): boolean {
  const zone = digits.charAt(0);
  if (zone === "0") return false;
  if (zone === "1") return /^1[2-9]\d{2}[2-9]\d{6}$/.test(digits);
  if (zone === "7") return digits.length === 11;
  const two = TWO_DIGITS.includes(` ${digits.slice(0, 2)} `);
  const national = digits.length - (two ? 2 : 3);
  return digits.length >= 9 && national >= 6 && national <= 12;
}

/** Brackets closed, and no more groups than anyone writes. */
function isSet(found: string): boolean {
  const open = found.indexOf("(");
  return (
    open < 0 === !found.includes(")") &&
    (open < 0 || found.indexOf(")") > open) &&
    found.split(/\D+/).length <= 9
  );
}

/** A plus or a bracket, groups of digits with one or two separators between, and an extension. */
const WRITTEN =
  /\+?(?:\(\+?\d{1,5}\)|\d{1,15})(?:(?:[ .-]|\) ?|[ .-]?\(|\/){0,2}\d{1,12}){0,8}\)?(?: ?(?:x|ext\.?|#) ?\d{1,6})?/y;
const EXTENSION = / ?(?:x|ext\.?|#) ?\d{1,6}$/;
/** NANP: area and exchange from 2, in brackets or with dashes or dots; ATIS's "(NXX) NXX-XXXX". */
const AMERICAN =
  /^(?:1[ .-])?(?:\([2-9]\d{2}\) ?[2-9]\d{2}[ .-]\d{4}|[2-9]\d{2}([-.])[2-9]\d{2}\1\d{4})(?: ?(?:x|ext).{1,8})?$/;
const DOTTED_TURKISH = /^0?5\d{2}\.\d{3}\.\d{2}\.\d{2}$/;
/** Trunk 0 and the prefixes that most national plans give to mobiles. */
const MOBILE = /^0(?:[5-9]|1[5-7])/;
/** Written in groups, so that the word `number` suffices. */
const NUMBERED = /^0\d{1,4}[-)]/;
/** ITU-T E.164: country codes of two digits. */
const TWO_DIGITS =
  " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 ";
