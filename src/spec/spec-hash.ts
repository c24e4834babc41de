// The identity of a spec: its canonical form and the hash of that. Bytes that differ only in layout, order of sets or
// spelled-out defaults have the same identity.
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { Json } from "../stdx/json.ts";
import type { Sha256 } from "../stdx/ports.ts";
import type { Spec } from "./spec.ts";

/** The canonical form (RFC 8785) of `spec`: what is hashed, evaluated and recorded. */
export function canonicalSpec(spec: Spec): string {
  return canonicalJson(spec as unknown as Json);
}

/** Lower-case hexadecimal SHA-256 of the canonical form in UTF-8. */
export function specHash(spec: Spec, sha256: Sha256): string {
  return sha256(canonicalSpec(spec));
}
