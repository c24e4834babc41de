// Escapes that stand inside text: percent, quoted-printable, `\u`, `\x`, octal, character references. Decodes in place, with
// the text around, since a key before a value matters. Not for runs that are encoded as a whole.
import type { Decoder } from "./decoder.ts";
import { ViewWriter } from "./view-writer.ts";

/** One round of every kind of escape in one reading; pieces of text without any are left out. */
export const undoEscapes: Decoder = function* ({ bytes, text, survey, budget }) {
  const { counts } = survey;
  const signs = SIGNS.filter((sign) => (counts[sign] ?? 0) > 0);
  if (signs.length === 0) return;
  budget.spend(bytes.length);
  const names = new Set<string>();
  const writer = new ViewWriter();
  let [copied, kept] = [0, 0];
  ESCAPE.lastIndex = 0;
  for (let match = ESCAPE.exec(text); match !== null; match = ESCAPE.exec(text)) {
    const escape = match[0];
    const at = match.index;
    const decoded = undoOne(escape);
    if (decoded === null) continue;
    names.add(decoded.name);
    budget.spend(escape.length);
    if (at - copied > 2 * CONTEXT) {
      writer.copy(bytes, copied, Math.min(copied + CONTEXT, at));
      writer.gap(at - CONTEXT);
      copied = at - CONTEXT;
    }
    writer.copy(bytes, copied, at);
    writer.put(decoded.bytes, at, at + escape.length);
    if (decoded.bytes.length === 0 || !decoded.quiet) writer.explain(at, at + escape.length);
    copied = at + escape.length;
    kept++;
  }
  if (kept === 0) return;
  writer.copy(bytes, copied, Math.min(bytes.length, copied + CONTEXT));
  yield writer.done(names.size === 1 ? ([...names][0] ?? "escapes") : "escapes");
};

/** Bytes of text that are kept before and after an escape: longer than any context that a detector looks at. */
const CONTEXT = 384;

/** `%`, `=`, `\`, `&`. */
const SIGNS: readonly number[] = [0x25, 0x3d, 0x5c, 0x26];

/**
 * Percent (RFC 3986 section 2.1, and `%u` of old JavaScript), quoted-printable (RFC 2045 section 6.7, capitals only, and its
 * soft line ends), JSON (RFC 8259 section 7), `\x`, `\u{}`, `\U`, octal of programming languages, CSS, and the references of
 * XML 1.0 section 4.6. Each alternative is bounded.
 */
const ESCAPE =
  /%u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|(?:\\u[0-9a-fA-F]{4})+|\\u\{[0-9a-fA-F]{1,6}\}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2}|\\x\{[0-9a-fA-F]{1,6}\}|\\[0-3]?[0-7]{2}(?![0-9])|\\["'\\/bfnrtv0]|&#[xX]0{0,4}[0-9a-fA-F]{1,6};?|&#0{0,4}[0-9]{1,7};?|&[a-zA-Z]{2,6};|(?:=[0-9A-F]{2}){3,}|(?:=[89A-F][0-9A-F]){2}|=3D|=20(?=\r?\n)|=\r?\n|\\[0-9a-fA-F]{2,6} ?/g;

interface Undone {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** An escape of a sign or of white space explains nothing by itself. */
  readonly quiet: boolean;
}

function undoOne(escape: string): Undone | null {
  if (escape.startsWith("%u")) return unit("percent", escape.slice(2));
  if (escape.startsWith("%")) return byte("percent", escape.slice(1));
  if (escape.startsWith("=")) return quotedPrintable(escape);
  if (escape.startsWith("&#")) return point("character reference", escape.replace(/[&#;]/g, ""));
  if (escape.startsWith("&")) return named(escape);
  return undoBackslash(escape);
}

/** Several in a row, or one of a sign that it always escapes: `count=20` is none. */
function quotedPrintable(escape: string): Undone {
  const name = "quoted-printable";
  if (escape.includes("\n")) return { name, bytes: EMPTY, quiet: true };
  return {
    name,
    bytes: Uint8Array.from(escape.slice(1).split("="), (pair) => Number.parseInt(pair, 16)),
    quiet: false,
  };
}

const EMPTY: Uint8Array = new Uint8Array();

function undoBackslash(escape: string): Undone | null {
  const body = escape.slice(1);
  if (body.startsWith("u{") || body.startsWith("x{")) return point("unicode escape", `x${body.slice(2, -1)}`);
  if (body.startsWith("u")) return utf8("unicode escape", unitsOf(escape));
  if (body.startsWith("U")) return point("unicode escape", `x${body.slice(1)}`);
  if (body.startsWith("x")) return byte("hex escape", body.slice(1));
  if (/^[0-7]{2,3}$/.test(body)) return value("octal escape", Number.parseInt(body, 8));
  const letter = LETTERS.get(body);
  if (letter !== undefined) return { name: "backslash", bytes: new Uint8Array([letter]), quiet: true };
  return /^[0-9a-fA-F]{2,6} ?$/.test(body) ? point("CSS escape", `x${body.trim()}`) : null;
}

const LETTERS: ReadonlyMap<string, number> = new Map([
  ['"', 0x22],
  ["'", 0x27],
  ["\\", 0x5c],
  ["/", 0x2f],
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
  ["0", 0],
]);

function unitsOf(escape: string): string {
  return escape.replace(/\\u([0-9a-fA-F]{4})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function named(escape: string): Undone | null {
  const code = NAMED.get(escape.slice(1, -1));
  return code === undefined ? null : { ...utf8("character reference", code), quiet: true };
}

/** The ones of XML, and those of HTML that stand for ASCII (HTML Living Standard, 13.5). */
const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
  ["num", "#"],
  ["dollar", "$"],
  ["percnt", "%"],
  ["lpar", "("],
  ["rpar", ")"],
  ["ast", "*"],
  ["plus", "+"],
  ["comma", ","],
  ["period", "."],
  ["sol", "/"],
  ["colon", ":"],
  ["semi", ";"],
  ["equals", "="],
  ["quest", "?"],
  ["excl", "!"],
  ["commat", "@"],
  ["lsqb", "["],
  ["lbrack", "["],
  ["rsqb", "]"],
  ["rbrack", "]"],
  ["bsol", "\\"],
  ["Hat", "^"],
  ["lowbar", "_"],
  ["grave", "`"],
  ["lcub", "{"],
  ["lbrace", "{"],
  ["rcub", "}"],
  ["rbrace", "}"],
  ["verbar", "|"],
  ["vert", "|"],
  ["Tab", "\t"],
  ["hyphen", "-"],
  ["dash", "-"],
  ["shy", ""],
]);

function byte(name: string, digits: string): Undone | null {
  return value(name, Number.parseInt(digits, 16));
}

function value(name: string, code: number): Undone | null {
  return code > 255 ? null : { name, bytes: new Uint8Array([code]), quiet: false };
}

function unit(name: string, digits: string): Undone | null {
  return utf8(name, String.fromCharCode(Number.parseInt(digits, 16)));
}

/** A code point, `x` before hexadecimal digits; what is none stays as written. */
function point(name: string, digits: string): Undone | null {
  const code = /^[xX]/.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10);
  return code <= 0x10ffff ? utf8(name, String.fromCodePoint(code)) : null;
}

function utf8(name: string, text: string): Undone {
  return { name, bytes: ENCODER.encode(text), quiet: false };
}

const ENCODER = new TextEncoder();
