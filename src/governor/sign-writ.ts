// Signs writs. Not their verification (enforce/writ/verify-writ.ts), which the executor does with the public key alone.
import type { KeyObject } from "node:crypto";
import { CompactSign } from "jose";
import type { WritClaims } from "../enforce/writ/claims.ts";
import { WRIT_HEADER } from "../enforce/writ/header.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { Json } from "../stdx/json.ts";

/** ms from signing to expiry: a writ is used at once or never. */
export const WRIT_LIFE_MS = 10_000;

/**
 * The token of a writ: RFC 7515 compact form, signed with Ed25519 (RFC 8032), claims in canonical JSON.
 *
 * @example const token = await signWrit(claims, key.private_key);
 */
export function signWrit(claims: WritClaims, key: KeyObject): Promise<string> {
  const payload = new TextEncoder().encode(canonicalJson(claims as unknown as Json));
  return new CompactSign(payload).setProtectedHeader({ ...WRIT_HEADER }).sign(key);
}
