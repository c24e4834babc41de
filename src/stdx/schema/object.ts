// Objects with known members. Unknown keys are errors with a suggestion; members that no room enforces are errors too.

import { canonicalJson } from "../canonical-json.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { DocumentNode, MapNode } from "../document/document-node.ts";
import { quoteUntrusted } from "../escape.ts";
import type { Json, JsonObject } from "../json.ts";
import type { NotEnforced } from "./field.ts";
import { unexpected } from "./scalars.ts";
import {
  type Defaults,
  type Field,
  INVALID,
  type Invalid,
  type Reading,
  report,
  type Schema,
  subject,
  type Written,
  within,
} from "./schema.ts";

/** One field for each member of T. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

export interface ObjectOptions<T> {
  /** Members of the language that are refused because no room enforces them. */
  readonly notEnforced?: { readonly [name: string]: NotEnforced };
  /** Members that are never written, with the sentence that says why. */
  readonly never?: { readonly [name: string]: string };
  /** What holds between members: a message for each that does not, and the member it is about. */
  readonly check?: (value: T) => readonly MemberProblem[];
}

export interface MemberProblem {
  readonly member: string;
  readonly message: string;
  readonly hint?: string;
}

/** An object of exactly `fields`. Reads every member, so that all errors are found at once. */
export function object<T extends object>(fields: Fields<T>, options: ObjectOptions<T> = {}): Schema<T> {
  const listed = Object.entries(fields) as readonly (readonly [string, Field<unknown>])[];
  return {
    members: listed.map(([name, field]) => ({ name, field })),
    json: objectJson(listed, options.notEnforced ?? {}),
    write: (value, defaults) => writeObject(value, listed, defaults),
    read(node, reading) {
      if (node.kind !== "map") return unexpected(node, "a map", reading);
      const foreign = refuseForeignKeys(node, listed, options, reading);
      const value = readMembers(node, listed, reading);
      if (value === INVALID || foreign) return INVALID;
      reading.session.origins.set(value, node);
      const problems = options.check?.(value as T) ?? [];
      for (const problem of problems) {
        const at = node.entries.get(problem.member)?.value ?? node;
        report(
          reading,
          at,
          `${subject(within(reading, problem.member))} ${problem.message}`,
          problem.hint ?? null,
        );
      }
      return problems.length === 0 ? (value as T) : INVALID;
    },
  };
}

function readMembers(
  node: MapNode,
  fields: readonly (readonly [string, Field<unknown>])[],
  reading: Reading,
): object | Invalid {
  const value: Record<string, unknown> = {};
  let invalid = false;
  for (const [name, field] of fields) {
    const entry = node.entries.get(name);
    const member =
      entry === undefined
        ? absent(node, name, field, reading)
        : readMember(entry.value, name, field, reading);
    if (member === INVALID) invalid = true;
    else value[name] = member;
  }
  return invalid ? INVALID : value;
}

function readMember(node: DocumentNode, name: string, field: Field<unknown>, reading: Reading): unknown {
  return field.schema.read(node, within(reading, name));
}

function absent(node: MapNode, name: string, field: Field<unknown>, reading: Reading): unknown {
  if (!field.absent.required) return field.absent.value;
  report(reading, node, `${subject(within(reading, name))} is missing`, `add \`${name}\`: ${field.about}`);
  return INVALID;
}

function refuseForeignKeys<T>(
  node: MapNode,
  fields: readonly (readonly [string, Field<unknown>])[],
  options: ObjectOptions<T>,
  reading: Reading,
): boolean {
  const known = fields.map(([name]) => name);
  let found = false;
  for (const [key, entry] of node.entries) {
    if (known.includes(key)) continue;
    const problem = foreignKey(key, entry.value, known, options);
    if (problem === null) continue;
    found = true;
    report(reading, entry.key, problem.message, problem.hint);
  }
  return found;
}

function foreignKey<T>(
  key: string,
  value: DocumentNode,
  known: readonly string[],
  options: ObjectOptions<T>,
): { readonly message: string; readonly hint: string | null } | null {
  const planned = own(options.notEnforced, key);
  if (planned !== undefined) {
    if (planned.empty === "passes" && value.kind === "list" && value.items.length === 0) return null;
    return { message: `\`${key}\` is not enforced by this version`, hint: `remove \`${key}\`` };
  }
  const never = own(options.never, key);
  if (never !== undefined) return { message: `\`${key}\` ${never}`, hint: `remove \`${key}\`` };
  const near = didYouMean(key, known);
  const hint =
    near === null
      ? `known here: ${known.map((name) => `\`${name}\``).join(", ")}`
      : `did you mean \`${near}\`?`;
  return { message: `unknown key ${quoteUntrusted(key)}`, hint };
}

function own<V>(record: { readonly [name: string]: V } | undefined, key: string): V | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function writeObject(
  value: object,
  fields: readonly (readonly [string, Field<unknown>])[],
  defaults: Defaults,
): Written {
  const entries: (readonly [string, Written])[] = [];
  const members = value as { readonly [name: string]: unknown };
  for (const [name, field] of fields) {
    const member = members[name];
    if (member === null || (defaults === "omitted" && isDefault(member, field))) continue;
    entries.push([name, field.schema.write(member, defaults)]);
  }
  return { kind: "map", entries };
}

function isDefault(value: unknown, field: Field<unknown>): boolean {
  if (field.absent.required) return false;
  return canonicalJson(value as Json) === canonicalJson(field.absent.value as Json);
}

function objectJson(
  fields: readonly (readonly [string, Field<unknown>])[],
  planned: { readonly [name: string]: NotEnforced },
): JsonObject {
  const properties: Record<string, Json> = {};
  for (const [name, field] of fields) properties[name] = { description: field.about, ...field.schema.json };
  for (const [name, { empty }] of Object.entries(planned)) {
    if (empty === "passes") {
      properties[name] = { description: "Not enforced by this version.", type: "array", maxItems: 0 };
    }
  }
  const needed = fields.filter(([, field]) => field.absent.required).map(([name]) => name);
  return {
    type: "object",
    properties,
    ...(needed.length > 0 ? { required: needed } : {}),
    additionalProperties: false,
  };
}
