// `scheme://user:password@host` in any scheme. What follows `@` and what the scheme is does not matter: the password is there.
import { isPlaceholder } from "./placeholder.ts";
import type { Found, Rule } from "./rule.ts";

/** RFC 3986, section 3.1; longer than any scheme in use. */
const SCHEME_MAX = 40;
/** Bytes of an authority that are looked at. */
const AUTHORITY_MAX = 320;

export const urlCredential: Rule = { keywords: ["://"], find };

function find(text: string, start: number, end: number): Found | null {
  const authority = text.slice(end, authorityEnd(text, end));
  // Of several `@` the last one ends the password: people do not encode it.
  const at = authority.lastIndexOf("@");
  const colon = authority.indexOf(":");
  if (at <= 0 || colon < 0 || colon > at) return null;
  const user = authority.slice(0, colon);
  const password = authority.slice(colon + 1, at);
  // A host, or what a template puts there.
  if (!/^[A-Za-z0-9[$%{]/.test(authority.slice(at + 1))) return null;
  if (user.length > 100 || /[\s(){}<>|,]/.test(user)) return null;
  if (isPlaceholder(password) || password === user || password.includes("://")) return null;
  return { kind: "url_credentials", start: schemeStart(text, start), end: end + at };
}

function schemeStart(text: string, start: number): number {
  let at = start;
  while (at > 0 && start - at < SCHEME_MAX && /[A-Za-z0-9+.-]/.test(text[at - 1] ?? "")) at -= 1;
  return at;
}

/** White space, a quote, `/`, `?`, `#`, `<`, `\` or a control character ends it. */
function authorityEnd(text: string, start: number): number {
  const limit = Math.min(text.length, start + AUTHORITY_MAX);
  let at = start;
  while (at < limit && !ENDS.has(text.charCodeAt(at)) && text.charCodeAt(at) > 32) at += 1;
  return at;
}

const ENDS: ReadonlySet<number> = new Set(Array.from("\"'`/?#<\\", (character) => character.charCodeAt(0)));
