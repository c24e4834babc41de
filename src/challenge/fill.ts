// Puts values in the place of names: `<NAME>` or `<NAME|base64|gzip>` in the texts of a case. A text that is nothing but a
// number's name becomes the number. Not a language: nothing is evaluated.
import type { Json } from "../stdx/json.ts";
import { ENCODINGS } from "./encodings.ts";

export type Values = Readonly<Record<string, string | number>>;

const NAMED = /<([A-Z][A-Z0-9_]{0,40})((?:\|[a-z0-9]{1,20}){0,8})>/gu;

/** `text` with every name replaced. Throws `UnknownName` for one that `values` or the encodings lack. */
export function fillText(text: string, values: Values): string {
  return filled(text, values, 0);
}

/** A value of `let` may itself be written with names, this deep. */
const DEPTH_MAX = 4;

function filled(text: string, values: Values, depth: number): string {
  return text.replace(NAMED, (_all, name: string, ways: string) => {
    if (!Object.hasOwn(values, name)) throw new UnknownName(name);
    if (depth === DEPTH_MAX) throw new UnknownName(`${name} within itself`);
    const value = filled(String(values[name]), values, depth + 1);
    return encoded(value, ways.split("|").slice(1));
  });
}

/** The last way decides the form: bytes that are no text are given as Latin-1. */
function encoded(value: string, ways: readonly string[]): string {
  if (ways.length === 0) return value;
  let bytes: Buffer = Buffer.from(value);
  for (const way of ways) {
    const encode = Object.hasOwn(ENCODINGS, way) ? ENCODINGS[way] : undefined;
    if (encode === undefined) throw new UnknownName(`|${way}`);
    bytes = encode(bytes);
  }
  return bytes.toString("utf8");
}

/** `value` with every text filled; keys as well. */
export function fill(value: Json, values: Values): Json {
  if (typeof value === "string") return wholeNumber(value, values) ?? fillText(value, values);
  if (Array.isArray(value)) return value.map((item: Json) => fill(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [fillText(key, values), fill(item ?? null, values)]),
  );
}

function wholeNumber(text: string, values: Values): number | null {
  const [, name = ""] = /^<([A-Z][A-Z0-9_]{0,40})>$/u.exec(text) ?? [];
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return typeof value === "number" ? value : null;
}

/** A name that nothing has: the suite is wrong, not the governor. */
export class UnknownName extends Error {
  constructor(name: string) {
    super(`nothing is called \`<${name}>\``);
  }
}
