// From bytes to text: UTF-8 only, no byte order mark, no character that hides or that YAML does not allow unescaped.

import { quoteUntrusted } from "../escape.ts";
import { err, ok, type Result } from "../result.ts";
import type { LanguageError } from "./language-error.ts";
import { DOCUMENT_BYTES_MAX } from "./limits.ts";
import { lineIndex } from "./line-index.ts";

// YAML 1.2.2 production [1] c-printable, less what can make a line look like another one: a lone CR, NEL, line and
// paragraph separators, bidi controls, byte order marks. All of them can be written escaped inside double quotes.
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\r(?!\n)/u;

/** The text of `bytes`, or the one thing that is wrong with it and where. */
export function decodeText(bytes: Uint8Array): Result<string, LanguageError> {
  if (bytes.length > DOCUMENT_BYTES_MAX) {
    return err({
      line: 1,
      column: 1,
      message: `the document has ${bytes.length} bytes: limit is ${DOCUMENT_BYTES_MAX}`,
      hint: "split it, or remove what is not needed",
    });
  }
  const text = decode(bytes, bytes.length);
  if (text === null) {
    const valid = decode(bytes, longestValidPrefix(bytes)) ?? "";
    const position = lineIndex(valid).at(valid.length);
    return err({ ...position, message: "the document is not valid UTF-8", hint: "save it as UTF-8" });
  }
  const found = FORBIDDEN.exec(text);
  if (found === null) return ok(text);
  return err({ ...lineIndex(text).at(found.index), ...describe(found[0], found.index) });
}

function describe(character: string, offset: number): { readonly message: string; readonly hint: string } {
  if (character === "\ufeff" && offset === 0) {
    return { message: "the document starts with a byte order mark", hint: "save it as UTF-8 without one" };
  }
  return {
    message: `the character ${quoteUntrusted(character)} is not allowed in a document`,
    hint: 'remove it, or write it escaped inside double quotes, such as "\\u202e"',
  };
}

function decode(bytes: Uint8Array, length: number): string | null {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes.subarray(0, length), { stream: length < bytes.length });
  } catch {
    return null; // The decoder throws for nothing else than invalid input.
  }
}

// A prefix of an invalid prefix may be valid, a longer one never is: so the boundary can be bisected.
function longestValidPrefix(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (decode(bytes, middle) === null) high = middle - 1;
    else low = middle;
  }
  return low;
}
