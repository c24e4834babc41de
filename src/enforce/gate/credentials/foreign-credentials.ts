// What else on a request authenticates: on a credentialed endpoint only the gate does, so that an allowed host does not
// take somebody else's account. By name; what a value means is not asked.
import type { Field } from "../http/fields.ts";

/** Header fields that carry an account, in lower case: HTTP's own, and those that large services document. */
const ACCOUNT_FIELDS: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "cookie2",
  "api-key",
  "apikey",
  "x-api-key",
  "x-apikey",
  "x-api-token",
  "x-access-token",
  "x-auth-key",
  "x-auth-token",
  "x-authorization",
  "x-session-token",
  "x-amz-security-token",
  "x-aws-ec2-metadata-token",
  "x-functions-key",
  "x-gitlab-token",
  "x-goog-api-key",
  "x-goog-iam-authorization-token",
  "x-ms-authorization-auxiliary",
  "x-shopify-access-token",
  "x-token",
  "x-vault-token",
  "private-token",
  "job-token",
  "deploy-token",
  "ocp-apim-subscription-key",
  "dd-api-key",
  "dd-application-key",
  "circle-token",
]);

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
 * or null. `own`: the header fields that the gate filled, in lower case.
 */
export function foreignCredential(
  fields: readonly Field[],
  query: string,
  own: ReadonlySet<string>,
): string | null {
  for (const [name] of fields) {
    const key = name.toLowerCase();
    // Some servers read an underscore as a hyphen (CGI, RFC 3875 section 4.1.18).
    const folded = key.replaceAll("_", "-");
    if (ACCOUNT_FIELDS.has(folded) && !own.has(key)) return `header ${folded}`;
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

/** Percent escapes undone byte by byte: what is not UTF-8 must not hide the rest. */
function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
