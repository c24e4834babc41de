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

/** Objects that stand in many values and never change, and their texts: each is worked out once. */
const lasting = new WeakMap<object, CanonicalText>();

/** `value`, which from here on nobody changes, with its canonical text kept as long as it lives itself. */
export function lastingText(value: object): CanonicalText {
  const known = lasting.get(value);
  if (known !== undefined) return known;
  const made = new CanonicalText(value as unknown as Json);
  lasting.set(value, made);
  return made;
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
    return `${value}`;
  }
  if (value === null || typeof value === "boolean") return `${value}`;
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
  for (const key of orderedKeys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    text += text === "" ? keyText(key) + canonicalJson(member) : `,${keyText(key)}${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** What was read from canonical text stands in order already; sorting is the dearest part of the rest. */
function orderedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  for (let at = 1; at < keys.length; at += 1) {
    if ((keys[at - 1] ?? "") > (keys[at] ?? "")) return keys.sort();
  }
  return keys;
}

/** Keys are the languages' own words, a few hundred; of others no more than this is kept, and none that is long. */
const KEYS_MAX = 4096;
const KEY_LENGTH_MAX = 64;
const keyTexts = new Map<string, string>();

function keyText(key: string): string {
  const known = keyTexts.get(key);
  if (known !== undefined) return known;
  const text = `${canonicalString(key)}:`;
  if (keyTexts.size < KEYS_MAX && key.length <= KEY_LENGTH_MAX) keyTexts.set(key, text);
  return text;
}
