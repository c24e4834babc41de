// Canonical JSON (RFC 8785, JCS): one byte string for one value, so that hashes and signatures mean something.
// Not a general serialiser: what JSON cannot hold faithfully is a broken invariant, never dropped.
import { assert } from "./assert.ts";
import type { Json } from "./json.ts";

/**
 * A value whose canonical text is known, for what is hashed and recorded too: it stands in a value of `canonicalJson` for what it was
 * made of, and is worked out once.
 */
export class CanonicalText {
  readonly text: string;

  constructor(value: Json) {
    this.text = canonicalJson(value);
  }

  /** What it was made of, for whoever writes or copies it as JSON. */
  toJSON(): Json {
    return JSON.parse(this.text) as Json;
  }

  /** Itself, where a value is asked for that only `canonicalJson` will read. */
  asJson(): Json {
    return this as unknown as Json;
  }
}

/**
 * The RFC 8785 text of `value`. Keys are ordered by UTF-16 code units (section 3.2.3), numbers print as ECMAScript
 * prints them (3.2.2.3). Members that are `undefined` are absent. Non-finite numbers and lone surrogates throw
 * `BrokenInvariant`: callers bound and check their input first.
 *
 * @example canonicalJson({ b: 1, a: "x" }) === '{"a":"x","b":1}'
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "string") return canonicalString(value);
  if (typeof value === "number") {
    assert(Number.isFinite(value), "canonical JSON holds only finite numbers");
    return String(value);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (value instanceof CanonicalText) return value.text;
  return Array.isArray(value)
    ? canonicalArray(value)
    : canonicalObject(value as { readonly [key: string]: Json | undefined });
}

/** Printable ASCII without the quote and the backslash: what JSON writes as it stands. */
const PLAIN = /^[ !#-[\]-~]*$/;

function canonicalString(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  assert(value.isWellFormed(), "canonical JSON holds only well-formed Unicode");
  return JSON.stringify(value);
}

function canonicalArray(items: readonly Json[]): string {
  let text = "";
  for (const item of items) text += text === "" ? canonicalJson(item) : `,${canonicalJson(item)}`;
  return `[${text}]`;
}

function canonicalObject(value: { readonly [key: string]: Json | undefined }): string {
  let text = "";
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    const entry = `${canonicalString(key)}:${canonicalJson(member)}`;
    text += text === "" ? entry : `,${entry}`;
  }
  return `{${text}}`;
}
