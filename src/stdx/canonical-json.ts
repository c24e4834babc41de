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
  let text = "[";
  let between = "";
  for (const item of items) {
    text += between + canonicalJson(item);
    between = ",";
  }
  return `${text}]`;
}

function canonicalObject(value: { readonly [key: string]: Json | undefined }): string {
  const { keys, texts } = shapeOf(Object.keys(value));
  let text = "{";
  let between = "";
  for (let at = 0; at < keys.length; at += 1) {
    const member = value[keys[at] ?? ""];
    if (member === undefined) continue;
    text += between + (texts[at] ?? "") + canonicalJson(member);
    between = ",";
  }
  return `${text}}`;
}

/** Keys as an object has them, and in order with their texts. */
interface Shape {
  readonly given: readonly string[];
  readonly keys: readonly string[];
  /** `"key":` each. */
  readonly texts: readonly string[];
}

/** Objects of a language have a few hundred shapes; of others no more than these are kept, and none with a long key. */
const SHAPES_MAX = 1024;
/** Shapes that begin with the same key, at most: each is compared with. */
const ALIKE_MAX = 16;
const SHAPE_KEYS_MAX = 64;
const KEY_LENGTH_MAX = 64;
/** By first key. */
const shapes = new Map<string, Shape[]>();
let shapesKept = 0;

/** Ordering the keys and writing them is the dearest part of a text, and the same for all objects of a shape. */
function shapeOf(given: readonly string[]): Shape {
  const first = given[0] ?? "";
  const alike = shapes.get(first);
  if (alike !== undefined) for (const shape of alike) if (isSame(shape.given, given)) return shape;
  const keys = given.toSorted();
  const shape = { given, keys, texts: keys.map((key) => `${canonicalString(key)}:`) };
  if (shapesKept < SHAPES_MAX && (alike?.length ?? 0) < ALIKE_MAX && isShort(given)) {
    shapesKept += 1;
    if (alike === undefined) shapes.set(first, [shape]);
    else alike.push(shape);
  }
  return shape;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

function isShort(keys: readonly string[]): boolean {
  return keys.length <= SHAPE_KEYS_MAX && keys.every((key) => key.length <= KEY_LENGTH_MAX);
}
