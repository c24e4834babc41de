// HTTP credentials: `Basic` and `Bearer` in headers and wherever they are written, `curl -u`, JSON Web Tokens.
import { base64Text } from "./base64-text.ts";
import { isJsonWebToken } from "./json-web-token.ts";
import { wordnessOf } from "./letter-model.ts";
import { isPlaceholder } from "./placeholder.ts";
import type { Found, Rule } from "./rule.ts";
import { isVaried } from "./token-check.ts";

export const authorization: readonly Rule[] = [
  { keywords: ["basic ", "basic%20"], find: basic },
  { keywords: ["bearer ", "bearer%20", "bearer+"], find: bearer },
  { keywords: ["ntlm tlrmtvntuaad"], find: ntlm },
  { keywords: ["eyj", "ewog"], find: jwt },
  { keywords: ["curl ", "wget ", "httpie "], find: curlUser },
];

/** RFC 7617, section 2. */
const BASIC = /[A-Za-z0-9+/_-]{6,400}={0,2}/y;

function basic(text: string, start: number, end: number): Found | null {
  BASIC.lastIndex = end;
  if (!BASIC.test(text)) return null;
  const pair = base64Text(text.slice(end, BASIC.lastIndex));
  if (pair === null || !/^[\x20-\x7e\x80-\xff]{0,200}:[\x20-\x7e\x80-\xff]{1,200}$/.test(pair)) return null;
  return isPlaceholder(pair.slice(pair.indexOf(":") + 1))
    ? null
    : { kind: "basic_authorization", start, end: BASIC.lastIndex };
}

/** RFC 6750, section 2.1. */
const BEARER = /[ \t]{0,3}([A-Za-z0-9._~+/-]{8,160})/y;
/** What of a token goes beyond what is judged. */
const REST = /[A-Za-z0-9._~+/-]{0,8192}={0,2}/y;
/** Bits by which letters are likelier words than chance above which a token is prose or a name. */
const WORDY = 0.6;

function bearer(text: string, start: number, end: number): Found | null {
  BEARER.lastIndex = end;
  const token = BEARER.exec(text)?.[1];
  if (token === undefined || isPlaceholder(token) || !isVaried(token) || /^[A-Za-z.]+$/.test(token))
    return null;
  const digits = (token.match(/\d/g) ?? []).length;
  if (digits < 2 && token.length < 20) return null;
  const stop = BEARER.lastIndex;
  if (wordnessOf(text, stop - token.length, stop).mean >= WORDY) return null;
  REST.lastIndex = stop;
  REST.test(text);
  return { kind: "bearer_token", start, end: REST.lastIndex };
}

/** The third message of NTLM holds the response to guess the password by (MS-NLMP, section 2.2.1.3). */
const NTLM = /NTLM TlRMTVNTUAAD[A-Za-z0-9+/]{40,4000}={0,2}/iy;

function ntlm(text: string, start: number): Found | null {
  NTLM.lastIndex = start;
  return NTLM.test(text) ? { kind: "ntlm_response", start, end: NTLM.lastIndex } : null;
}

/** RFC 7515, section 7.1, and RFC 7516, section 7.1; the signature may be missing. */
const JWT =
  /(?<!(?<!\\)[A-Za-z0-9_-])((?:eyJ|ewog)[A-Za-z0-9_-]{6,4000})={0,2}\.([A-Za-z0-9_-]{0,8000})={0,2}(?:\.[A-Za-z0-9_-]{0,8000}){0,3}/y;

function jwt(text: string, start: number): Found | null {
  JWT.lastIndex = start;
  const token = JWT.exec(text);
  if (token === null) return null;
  const [whole, header = "", payload = ""] = token;
  return isJsonWebToken(header, payload, whole) ? { kind: "jwt", start, end: start + whole.length } : null;
}

/** curl(1), `-u, --user <user:password>`; HTTPie's `-a`. */
const USER =
  /\s(?:-u|-a|--user|--proxy-user|--auth|-U)(?: {0,3}|=)["']?([^\s:"'<>{}]{1,80}):([^\s"'<>]{1,120})/;
const WINDOW = 400;

function curlUser(text: string, _start: number, end: number): Found | null {
  const window = text.slice(end - 1, end + WINDOW);
  const match = USER.exec(window);
  const password = match?.[2] ?? "";
  if (match === null || isPlaceholder(password) || /[${}[\]]/.test(password)) return null;
  return {
    kind: "curl_user",
    start: end - 1 + match.index + 1,
    end: end - 1 + match.index + match[0].length,
  };
}
