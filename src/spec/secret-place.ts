// Where in a request a secret stands, as one word of the spec language: `bearer`, `basic`, `header NAME`, `json KEY`. Not
// the putting in, which the gate does.
import { err, ok, type Result } from "../stdx/result.ts";
import { type WordProblem, word } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";

/** A place taken apart: `bearer` and `basic` are the whole Authorization value. */
export type PlaceParts =
  | { readonly kind: "bearer" | "basic" }
  | { readonly kind: "header" | "json"; readonly name: string };

/**
 * Headers that frame a message or say where it goes (RFC 9110 sections 7 and 8, RFC 9112): a credential in one of them is
 * none. Lower case.
 */
export const FRAMING_HEADERS: readonly string[] = [
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const HINT = "write `bearer`, `basic`, `header X-Api-Key` or `json api_key`";

/** The `place` of a secret, a header's name in lower case (RFC 9110 section 5.1: it has none). */
export function secretPlace(): Schema<string> {
  return word({
    noun: "a place",
    json: { type: "string", pattern: "^(bearer|basic|header [!-~]+|json [!-~]+)$" },
    parse: parsePlace,
  });
}

/**
 * The parts of a canonical place.
 *
 * @example placeParts("header x-api-key") // { kind: "header", name: "x-api-key" }
 */
export function placeParts(place: string): PlaceParts {
  const space = place.indexOf(" ");
  if (space === -1) return { kind: place === "basic" ? "basic" : "bearer" };
  return { kind: place.startsWith("json ") ? "json" : "header", name: place.slice(space + 1) };
}

function parsePlace(text: string): Result<string, WordProblem> {
  if (text === "bearer" || text === "basic") return ok(text);
  if (text.startsWith("header ")) return headerPlace(text.slice("header ".length).toLowerCase());
  if (!text.startsWith("json ")) return err({ expected: "no place of a request", hint: HINT });
  return /^json [A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/u.test(text)
    ? ok(text)
    : err({ expected: "a key is 1 to 64 letters, digits or `.` `_` `-`", hint: HINT });
}

function headerPlace(name: string): Result<string, WordProblem> {
  // RFC 9110 section 5.6.2, without what no header's name has in practice.
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/u.test(name)) {
    return err({ expected: "a header's name is 1 to 64 letters, digits, `_` or `-`", hint: HINT });
  }
  return FRAMING_HEADERS.includes(name)
    ? err({ expected: "a header that frames the message carries no credential", hint: HINT })
    : ok(`header ${name}`);
}
