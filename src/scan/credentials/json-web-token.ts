// Is what looks like a JSON Web Token one? Signatures are not checked: nobody here has the key.
import { base64Text } from "./base64-text.ts";

/**
 * True if the header is base64url of a JSON object with `alg` (RFC 7515, section 4.1.1), and what follows it is what the
 * header says: a signed one's claims are a JSON object (RFC 7519, section 3) or detached (RFC 7797); one with `alg: none` is signed by
 * nobody and opens nothing (RFC 7519, section 6). An encrypted one (RFC 7516) says nothing without its key: where it stands
 * as a credential, its header or its name tells it.
 */
export function isJsonWebToken(header: string, payload: string, whole: string): boolean {
  const claims = headerOf(header);
  if (claims === null || typeof claims["alg"] !== "string") return false;
  if (claims["alg"].toLowerCase() === "none" || /^[^.]*\.[^.]*\.$/.test(whole)) return false;
  if ("enc" in claims) return false;
  return OBJECT.test(payload) || claims["b64"] === false;
}

/** Base64 of `{`, whatever follows. */
const OBJECT = /^e[w-z0-3]/;

function headerOf(segment: string): Readonly<Record<string, unknown>> | null {
  const text = base64Text(segment);
  if (text === null) return null;
  try {
    const header: unknown = JSON.parse(text);
    return typeof header === "object" && header !== null
      ? (header as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}
