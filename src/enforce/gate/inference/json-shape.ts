// Looks over JSON text for what parsers disagree on: a key given twice in one object, and nesting too deep to walk.
// Not a validator: JSON.parse judges the syntax afterwards, and both must agree before anything is forwarded.
import { DEPTH_MAX } from "./bounds.ts";

/** What was found; `key` is the duplicate as written. */
export type JsonShape =
  | { readonly kind: "plain" }
  | { readonly kind: "duplicate"; readonly key: string }
  | { readonly kind: "deep" };

/**
 * Scans `text` once. RFC 8259 section 4 leaves duplicate names to the receiver: some servers keep the first, some the
 * last, so a request with one would be judged by one value and served by the other. For text that is not JSON the
 * answer means nothing, and it never throws.
 */
export function jsonShape(text: string): JsonShape {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "{" || char === "[") {
      if (open.length >= DEPTH_MAX) return { kind: "deep" };
      open.push(char === "{" ? new Set() : null);
    } else if (char === "}" || char === "]") {
      open.pop();
    } else if (char === '"') {
      const end = stringEnd(text, at);
      const key = isKey(text, end) ? unescaped(text.slice(at, end + 1)) : null;
      const keys = open.at(-1) ?? null;
      if (key !== null && keys?.has(key) === true) return { kind: "duplicate", key };
      if (key !== null) keys?.add(key);
      at = end;
    }
  }
  return { kind: "plain" };
}

/** Index of the closing quote of the string that opens at `start`; the text's last index if there is none. */
function stringEnd(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return quote;
    quote = text.indexOf('"', quote + 1);
  }
  return text.length - 1;
}

/** A string before a colon is a key. */
function isKey(text: string, end: number): boolean {
  let next = end + 1;
  while (/^[ \t\r\n]$/.test(text[next] ?? "")) next++;
  return text[next] === ":";
}

/** `"m\u006fdel"` and `"model"` are one key. */
function unescaped(literal: string): string {
  if (!literal.includes("\\")) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    // Not a JSON string: JSON.parse of the whole text will refuse it.
    return literal;
  }
}
