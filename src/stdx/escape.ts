// Shows text that somebody else wrote: one line, no control characters, nothing invisible, bounded. Not for shells and
// not for HTML.

/** What is shown unless a caller says otherwise: about two lines of a terminal. */
export const SHOWN_MAX = 160;

/** The marker of a cut is a backslash and this, followed by how many characters are missing. */
const CUT = "\\…+";

/**
 * `text` on one line in at most `maxLength` UTF-16 units (20 at least). Backslash, backtick, newline, tab, control, format, bidi,
 * zero-width and other invisible characters, every space but U+0020, private, unassigned and lone surrogate code points
 * appear as `\\`, `\x60`, `\n`, `\r`, `\t`, `\xNN` or `\u{N}`; what is cut appears as `\…+N`, N code points. A backslash in
 * the result always starts one of these, so no two texts that fit look the same and no text can pretend to be cut.
 *
 * @example escapeUntrusted("a\u001b[31m") === "a\\x1b[31m"
 */
export function escapeUntrusted(text: string, maxLength: number = SHOWN_MAX): string {
  const shown: string[] = [];
  let length = 0;
  let kept = 0;
  let keptLength = 0;
  const room = maxLength - CUT.length - String(text.length).length;
  for (const character of text) {
    const part = escapeCharacter(character);
    length += part.length;
    shown.push(part);
    if (length <= room) {
      kept += 1;
      keptLength = length;
    }
    if (length > maxLength) break;
  }
  if (length <= maxLength) return shown.join("");
  const missing = countCodePoints(text) - kept;
  return `${shown.join("").slice(0, keptLength)}${CUT}${missing}`;
}

/** `text` escaped and in backticks, for messages. */
export function quoteUntrusted(text: string, maxLength: number = SHOWN_MAX): string {
  return `\`${escapeUntrusted(text, maxLength)}\``;
}

// Default_Ignorable_Code_Point (UAX 44) covers fillers, variation selectors and tag characters; U+2800 is a blank that
// Unicode calls a symbol.
const HIDDEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;

function escapeCharacter(character: string): string {
  switch (character) {
    case " ":
      return " ";
    case "\\":
      return "\\\\";
    case "`":
      return "\\x60";
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    case "\t":
      return "\\t";
    default:
      break;
  }
  if (!HIDDEN.test(character)) return character;
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u{${code}}`;
}

function countCodePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return count;
}
