// The path of a URL in one form, so that the path that was judged is the path that is sent. Not a file path (path.ts).
import { err, ok, type Result } from "../stdx/result.ts";
import type { NameError, NameErrorCode } from "./name-error.ts";

/** The longest path in characters: RFC 9110 section 4.1 asks that 8000 octets of URI be supported. */
export const URL_PATH_LENGTH_MAX = 8000;

/**
 * The canonical form of an absolute URL path (RFC 3986 section 6.2.2): dot segments resolved, escapes in upper case,
 * escaped unreserved characters written plainly; an empty path is `/`. Refuses what servers read in different ways:
 * escaped or plain backslash, escaped slash, escaped controls and NUL, escaped percent (decoded twice it says something
 * else), empty segments, and parameters on dot segments (`..;x`). Idempotent.
 *
 * @example canonicalUrlPath("/v1/./a/%7e/../b") // { ok: true, value: "/v1/a/b" }
 */
export function canonicalUrlPath(text: string): Result<string, NameError> {
  if (text.length === 0) return ok("/");
  if (text.length > URL_PATH_LENGTH_MAX) {
    return refuse("too_long", `a path longer than ${URL_PATH_LENGTH_MAX} characters`, "shorten the path");
  }
  const plain = normalisedEscapes(text);
  if (!plain.ok) return plain;
  if (!text.startsWith("/"))
    return refuse("not_absolute", "a path that does not start with `/`", "start it with `/`");
  const fault = segmentFault(plain.value);
  return fault === null ? ok(withoutDotSegments(plain.value)) : fault;
}

/** Characters that stand for themselves in a path: RFC 3986 section 3.3, `pchar` and the slash. */
const PLAIN = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/]$/;
/** RFC 3986 section 2.3. */
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

function normalisedEscapes(text: string): Result<string, NameError> {
  let plain = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character !== "%") {
      if (!PLAIN.test(character)) return badCharacter(character);
      plain += character;
      continue;
    }
    const digits = text.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) {
      return refuse(
        "bad_percent",
        "a percent sign without two hexadecimal digits",
        "write `%` followed by two digits",
      );
    }
    const escaped = normalisedEscape(digits);
    if (!escaped.ok) return escaped;
    plain += escaped.value;
    at += 2;
  }
  return ok(plain);
}

function normalisedEscape(digits: string): Result<string, NameError> {
  const code = Number.parseInt(digits, 16);
  if (code < 0x20 || code === 0x7f) {
    return refuse("encoded_control", "an escaped control character in the path", "write the path without it");
  }
  const character = String.fromCharCode(code);
  if (character === "/" || character === "\\") {
    return refuse(
      "encoded_separator",
      "an escaped slash or backslash in the path",
      "write the path without it",
    );
  }
  if (character === "%") {
    return refuse("encoded_percent", "an escaped percent sign in the path", "write the path without it");
  }
  return ok(UNRESERVED.test(character) ? character : `%${digits.toUpperCase()}`);
}

function segmentFault(path: string): Result<never, NameError> | null {
  if (path.includes("//")) return refuse("empty_segment", "an empty segment in the path", "write one slash");
  if (/\/\.{1,2};/.test(path)) {
    return refuse("path_parameter", "a parameter on a dot segment of the path", "write the path without `;`");
  }
  return null;
}

/** RFC 3986 section 5.2.4; what would climb above the root stays at the root. */
function withoutDotSegments(path: string): string {
  const segments = path.split("/").slice(1);
  const last = segments.at(-1);
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  const joined = `/${kept.join("/")}`;
  // A path that ends in a dot segment names the folder, with its slash.
  return (last === "." || last === "..") && joined !== "/" ? `${joined}/` : joined;
}

function badCharacter(character: string): Result<never, NameError> {
  const control = /[\u0000-\u001f\u007f-\u009f]/.test(character);
  return control
    ? refuse("control_character", "a control character in the path", "write the path without it")
    : refuse(
        "bad_character",
        "a character that must be escaped in a path",
        "write it as `%` and its UTF-8 bytes",
      );
}

function refuse(code: NameErrorCode, detail: string, hint: string): Result<never, NameError> {
  return err({ code, detail, hint });
}
