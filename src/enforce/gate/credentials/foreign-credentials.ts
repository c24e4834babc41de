// What else on a request authenticates: on a credentialed endpoint only the gate does, so that an allowed host does not
// take somebody else's account. By name; what a value means is not asked.
import type { Field } from "../http/fields.ts";

/** Where the gate authenticates; header fields in lower case, as the spec spells them. */
export interface GatePlaces {
  /** That the gate filled in this request. */
  readonly own: ReadonlySet<string>;
  /** That it fills on some request to this endpoint. */
  readonly bound: ReadonlySet<string>;
}

/** Query keys that carry an account, without their hyphens and underscores, in lower case. */
const ACCOUNT_QUERY_KEYS: ReadonlySet<string> = new Set([
  "key",
  "apikey",
  "accesskey",
  "accesstoken",
  "accountkey",
  "auth",
  "authorization",
  "authtoken",
  "awsaccesskeyid",
  "bearer",
  "clientsecret",
  "idtoken",
  "jwt",
  "oauthtoken",
  "password",
  "passwd",
  "privatetoken",
  "pwd",
  "secret",
  "sessionid",
  "sessiontoken",
  "sig",
  "signature",
  "subscriptionkey",
  "token",
  "xamzcredential",
  "xamzsecuritytoken",
  "xamzsignature",
  "xgoogcredential",
  "xgoogsignature",
]);

/**
 * What on the request authenticates otherwise than the gate does, as it may be shown (`header cookie`, `query key token`),
 * or null. A field that the gate fills is there once, in whichever spelling: of two, a server might take the other.
 */
export function foreignCredential(
  fields: readonly Field[],
  query: string,
  { own, bound }: GatePlaces,
): string | null {
  const places = new Set([...bound].map(folded));
  const seen = new Set<string>();
  for (const [name] of fields) {
    const key = folded(name);
    const isPlace = places.has(key);
    if (isPlace && seen.has(key)) return `header ${key}`;
    seen.add(key);
    if ((isPlace || isAccountField(key)) && !own.has(name.toLowerCase())) return `header ${key}`;
  }
  // Some servers split at a semicolon too.
  for (const part of query.replace(/^\?/, "").split(/[&;]/)) {
    const key = decoded(part.split("=")[0] ?? "")
      .toLowerCase()
      .replace(/[-_\s]|\[.*$/g, "");
    if (ACCOUNT_QUERY_KEYS.has(key)) return `query key ${key}`;
  }
  return null;
}

/** Some servers read an underscore as a hyphen (CGI, RFC 3875 section 4.1.18). */
function folded(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

function isAccountField(key: string): boolean {
  return !HARMLESS_FIELDS.has(key) && key.split("-").some((word) => ACCOUNT_WORD.test(word));
}

/** A word of a header field's name by which it carries an account; also where it is run together with another one. */
const ACCOUNT_WORD =
  /^(?:api|access|app|auth|client|id|private|secret|session|user)?(?:auth|authentication|authorization|bearer|cookie2?|credentials?|jwt|key|passwd|password|secret|session|sessionid|sid|token)$/;

/** Fields with such a word that open no account: a request's own number, a handshake's, and a client's word of itself. */
const HARMLESS_FIELDS: ReadonlySet<string> = new Set([
  "idempotency-key",
  "x-idempotency-key",
  "sec-websocket-key",
  "npm-auth-type",
  "npm-session",
  "x-claude-code-session-id",
]);

/** Percent escapes undone byte by byte: what is not UTF-8 must not hide the rest. */
function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
