// Canonical JSON (RFC 8785, JCS): one byte string for one value, so that hashes and signatures mean something.
// Not a general serialiser: what JSON cannot hold faithfully is a broken invariant, never dropped.
import { assert } from "./assert.ts";
import type { Json } from "./json.ts";

/**
 * The RFC 8785 text of `value`. Keys are ordered by UTF-16 code units (section 3.2.3), numbers print as ECMAScript
 * prints them (3.2.2.3). Members that are `undefined` are absent. Non-finite numbers and lone surrogates throw
 * `BrokenInvariant`: callers bound and check their input first.
 *
 * @example canonicalJson({ b: 1, a: "x" }) === '{"a":"x","b":1}'
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    assert(Number.isFinite(value), "canonical JSON holds only finite numbers");
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    assert(value.isWellFormed(), "canonical JSON holds only well-formed Unicode");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(",")}]`;
  return canonicalObject(value as { readonly [key: string]: Json | undefined });
}

function canonicalObject(value: { readonly [key: string]: Json | undefined }): string {
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${canonicalJson(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}
