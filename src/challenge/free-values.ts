// Schemas of what a suite states freely: any JSON, maps of names to texts, one or several words. Bounds are those of the
// document; what the values mean is case-schema.ts's.
import type { DocumentNode } from "../stdx/document/document-node.ts";
import type { Json } from "../stdx/json.ts";
import { unexpected } from "../stdx/schema/scalars.ts";
import { INVALID, type Invalid, type Reading, report, type Schema, subject } from "../stdx/schema/schema.ts";

/** Reads a node into a value; case files are read and never written. */
type Read<T> = (node: DocumentNode, reading: Reading) => T | Invalid;

/** A schema out of a reading alone. Its `write` gives an empty text: nothing writes a suite. */
export function reads<T>(read: Read<T>): Schema<T> {
  return { members: null, json: {}, write: () => ({ kind: "text", text: "" }), read };
}

/** Any JSON that YAML's core schema says. */
export const anyValue: Schema<Json> = reads((node) => jsonOf(node));

function jsonOf(node: DocumentNode): Json {
  switch (node.kind) {
    case "list":
      return node.items.map(jsonOf);
    case "map":
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, jsonOf(value)]));
    case "scalar":
      return scalarOf(node.type, node.text);
  }
}

function scalarOf(type: "text" | "integer" | "float" | "boolean" | "null", text: string): Json {
  switch (type) {
    case "null":
      return null;
    case "boolean":
      return text.toLowerCase() === "true";
    case "text":
      return text;
    default: {
      const value = Number(text);
      return Number.isFinite(value) ? value : text;
    }
  }
}

/** A map whose values `item` reads. */
export function mapOf<T>(item: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return reads((node, reading) => {
    if (node.kind !== "map") return unexpected(node, "a map", reading);
    const values: Record<string, T> = {};
    let invalid = false;
    for (const [key, { value }] of node.entries) {
      const read = item.read(value, { ...reading, path: `${reading.path}.${key}` });
      if (read === INVALID) invalid = true;
      else values[key] = read;
    }
    return invalid ? INVALID : values;
  });
}

/** Text, also a number or a boolean as it is written. */
export const anyText: Schema<string> = reads((node, reading) =>
  node.kind === "scalar" && node.type !== "null" ? node.text : unexpected(node, "a text", reading),
);

/** Text, or null. */
export const textOrNull: Schema<string | null> = reads((node, reading) =>
  node.kind === "scalar" && node.type === "null" ? null : anyText.read(node, reading),
);

/** One text, or a list of them. */
export const textOrTexts: Schema<readonly string[]> = manyOf(anyText);

/** One whole number, or a list of them. */
export const numberOrNumbers: Schema<readonly number[]> = manyOf(
  reads((node, reading) => {
    if (node.kind === "scalar" && node.type === "integer" && /^[0-9]{1,9}$/u.test(node.text))
      return Number(node.text);
    report(reading, node, `${subject(reading)} is no whole number`);
    return INVALID;
  }),
);

/** What `item` reads, or a list of it. */
export function manyOf<T>(item: Schema<T>): Schema<readonly T[]> {
  return reads((node, reading) => {
    const nodes = node.kind === "list" ? node.items : [node];
    const values: T[] = [];
    for (const one of nodes) {
      const read = item.read(one, reading);
      if (read === INVALID) return INVALID;
      values.push(read);
    }
    return values;
  });
}
