// Escapes that stand inside text: percent, quoted-printable, `\u`, `\x`, octal, character references. Decodes in place, with
// the text around, since a key before a value matters. Not for runs that are encoded as a whole.
import type { Decoder } from "./decoder.ts";
import { ViewWriter } from "./view-writer.ts";

/** One round of every kind of escape in one reading; pieces of text without any are left out. */
export const undoEscapes: Decoder = function* (input) {
  const { bytes, survey, budget } = input;
  const { counts } = survey;
  const signs = SIGNS.filter((sign) => (counts[sign] ?? 0) > 0);
  if (signs.length === 0) return;
  budget.spend(bytes.length);
  let name = "";
  const writer = new ViewWriter();
  let copied = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (STARTS[bytes[at] ?? 0] === 0 || !mayStart(bytes, at)) continue;
    const sign = bytes[at] === BACKSLASH ? SIMPLE[bytes[at + 1] ?? 0] : undefined;
    let length = 2;
    if (sign === undefined) {
      ESCAPE.lastIndex = at;
      length = ESCAPE.exec(input.text)?.[0].length ?? 0;
      if (length === 0) continue;
    }
    const decoded = sign ?? undoOne(input.text.slice(at, at + length));
    if (decoded === null) continue;
    name = name === "" || name === decoded.name ? decoded.name : "escapes";
    budget.spend(length);
    copied = copyAround(writer, bytes, { copied, at, quiet: decoded.quiet });
    writer.put(decoded.bytes, at, at + length);
    if (decoded.bytes.length === 0 || !decoded.quiet) writer.explain(at, at + length);
    copied = at + length;
    at = copied - 1;
  }
  if (name === "") return;
  writer.copy(bytes, copied, afterEnd(bytes, copied, false));
  yield writer.done(name);
};

/** Copies what stands before an escape and after the last one, or all between them; gives where it ends. */
function copyAround(
  writer: ViewWriter,
  bytes: Uint8Array,
  { copied, at, quiet }: { readonly copied: number; readonly at: number; readonly quiet: boolean },
): number {
  const after = copied === 0 ? 0 : afterEnd(bytes, copied, quiet);
  const before = beforeStart(bytes, at, quiet);
  if (before <= after + GAP_MIN) writer.copy(bytes, copied, at);
  else {
    writer.copy(bytes, copied, after);
    writer.gap(before);
    writer.copy(bytes, before, at);
  }
  return at;
}

/** Bytes of text that are kept before and after an escape, and of one that says little; then to the end of the word. */
const CONTEXT = 96;
const QUIET_CONTEXT = 32;
/** Bytes of a word that are kept beyond that: a key, or a token. */
const WORD_MAX = 1024;
/** Bytes that are not worth leaving out. */
const GAP_MIN = 16;

function afterEnd(bytes: Uint8Array, from: number, quiet: boolean): number {
  let at = Math.min(bytes.length, from + (quiet ? QUIET_CONTEXT : CONTEXT));
  const end = Math.min(bytes.length, at + WORD_MAX);
  while (at < end && (bytes[at] ?? 0) > 0x22) at++;
  return at;
}

function beforeStart(bytes: Uint8Array, to: number, quiet: boolean): number {
  let at = Math.max(0, to - (quiet ? QUIET_CONTEXT : CONTEXT));
  const start = Math.max(0, at - WORD_MAX);
  while (at > start && (bytes[at - 1] ?? 0) > 0x22) at--;
  return at;
}

/** `%`, `=`, `\`, `&`. */
const SIGNS: readonly number[] = [0x25, 0x3d, 0x5c, 0x26];
const STARTS: Uint8Array = new Uint8Array(256).fill(1, 0x25, 0x27).fill(1, 0x3d, 0x3e).fill(1, 0x5c, 0x5d);

/** A look at the next bytes, since most of these signs start nothing. */
function mayStart(bytes: Uint8Array, at: number): boolean {
  const [sign, next, third] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  if (sign === 0x5c) return true;
  if (sign === 0x26) return next === 0x23 || isLetter(next);
  if (sign === 0x25) return next === 0x75 || (isHex(next) && isHex(third));
  if (next === 0x0d || next === 0x0a) return !isCode(bytes, at);
  return next < 0x47 && isHex(next) && isHex(third);
}

/** A soft line end that is none: padding of base64, and an assignment that goes on in the next line. */
function isCode(bytes: Uint8Array, at: number): boolean {
  const before = bytes[at - 1] ?? 0;
  if (before === 0x3d) return true;
  const next = bytes[at + (bytes[at + 1] === 0x0d ? 3 : 2)] ?? 0;
  return before === 0x20 && (next === 0x20 || next === 0x09);
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte < 0x3a) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/**
 * Percent (RFC 3986 section 2.1, and `%u` of old JavaScript), quoted-printable (RFC 2045 section 6.7, capitals only, and its
 * soft line ends), JSON (RFC 8259 section 7), `\x`, `\u{}`, `\U`, octal of programming languages, CSS, and the references of
 * XML 1.0 section 4.6. Each alternative is bounded.
 */
const ESCAPE =
  /%u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|(?:\\u[0-9a-fA-F]{4})+|\\u\{[0-9a-fA-F]{1,6}\}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2}|\\x\{[0-9a-fA-F]{1,6}\}|\\[0-3]?[0-7]{2}(?![0-9])|\\["'\\/bfnrtv0]|&#[xX]0{0,4}[0-9a-fA-F]{1,6};?|&#0{0,4}[0-9]{1,7};?|&[a-zA-Z]{2,6};|(?:=[0-9A-F]{2}){3,}|(?:=[89A-F][0-9A-F]){2}|=3D|=20(?=\r?\n)|=\r?\n|\\[0-9a-fA-F]{2,6} ?/y;

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

const BACKSLASH = 0x5c;

/** Escapes of one letter that starts no longer one, by that letter. */
const SIMPLE: readonly (Undone | undefined)[] = simpleEscapes();

function simpleEscapes(): readonly (Undone | undefined)[] {
  const simple = Array.from({ length: 256 }, (): Undone | undefined => undefined);
  for (const [letter, code] of LETTERS) {
    if (letter !== "0") {
      simple[letter.charCodeAt(0)] = { name: "backslash", bytes: new Uint8Array([code]), quiet: true };
    }
  }
  return simple;
}

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
