// Readings of a text whose characters stand for themselves or are escaped: percent, JSON and character references, line
// wraps. Text is Latin-1, one character a byte, before and after.

/**
 * One round of escapes undone: percent (RFC 3986), JSON (RFC 8259 section 7), `\x41`, `\u{41}` and `\0` of programming
 * languages, numeric character references and those of XML 1.0 section 4.6. All in one pass, so that texts with several
 * kinds do not multiply. The same text where there is none. `check` is called every few thousand escapes, and may throw.
 *
 * @example undoEscapes("%41\\u0042&#67;") === "ABC"
 */
export function undoEscapes(text: string, check: () => void = nothing): string {
  if (!/[%\\&]/.test(text)) return text;
  // Not `replace`: that first gathers every match, and a large text may have millions.
  const parts: string[] = [];
  let pieces: string[] = [];
  let at = 0;
  ESCAPE.lastIndex = 0;
  for (let match = ESCAPE.exec(text); match !== null; match = ESCAPE.exec(text)) {
    pieces.push(text.slice(at, match.index), undoOne(match[0]));
    at = ESCAPE.lastIndex;
    if (pieces.length < PIECES_MAX) continue;
    parts.push(pieces.join(""));
    pieces = [];
    check();
  }
  parts.push(pieces.join(""), text.slice(at));
  return parts.join("");
}

/** Pieces of text that are joined at once. */
const PIECES_MAX = 8192;

function nothing(): void {
  // Without a bound there is nothing to check.
}

/** Without white space: wrapped base64, folded fields, one character a line. The same text where there is none. */
export function unwrap(text: string): string {
  if (!/[\t\n\v\f\r ]/.test(text)) return text;
  // In place: a large text may have millions of pieces.
  const bytes = Buffer.from(text, "latin1");
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) bytes[length++] = byte;
  }
  return bytes.toString("latin1", 0, length);
}

/** Last character first. */
export function turn(text: string): string {
  return Buffer.from(text, "latin1").reverse().toString("latin1");
}

/** The bytes of `text` in UTF-8, one character each. */
export function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Runs of `\uXXXX` together, since two of them may be one character. */
const ESCAPE =
  /%[0-9a-f]{2}|(?:\\u[0-9a-f]{4})+|\\u\{[0-9a-f]{1,6}\}|\\x[0-9a-f]{2}|\\["'\\/bfnrtv0]|&#x[0-9a-f]{1,6};?|&#[0-9]{1,7};?|&(?:amp|lt|gt|quot|apos|nbsp);/gi;

function undoOne(escape: string): string {
  const kind = escape.slice(0, 2).toLowerCase();
  if (kind.startsWith("%")) return codePoint(escape.slice(1), 16, escape, false);
  if (kind === "\\x") return codePoint(escape.slice(2), 16, escape, false);
  if (kind === "\\u") {
    return escape.includes("{")
      ? codePoint(escape.slice(3, -1), 16, escape, true)
      : latin1(JSON.parse(`"${escape.replaceAll("\\U", "\\u")}"`) as string);
  }
  if (kind === "&#") {
    const hex = /^&#x/i.test(escape);
    return codePoint(escape.replace(/[&#x;]/gi, ""), hex ? 16 : 10, escape, true);
  }
  return NAMED.get(escape.toLowerCase()) ?? escape.slice(1);
}

/** The character of a code point in UTF-8, or of a byte as it is; what is none stays as written. */
function codePoint(digits: string, base: number, written: string, wide: boolean): string {
  const code = Number.parseInt(digits, base);
  if (code > 0x10ffff) return written;
  return wide ? latin1(String.fromCodePoint(code)) : String.fromCharCode(code);
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["\\b", "\b"],
  ["\\f", "\f"],
  ["\\n", "\n"],
  ["\\r", "\r"],
  ["\\t", "\t"],
  ["\\v", "\v"],
  ["\\0", "\0"],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&apos;", "'"],
  ["&nbsp;", " "],
]);
