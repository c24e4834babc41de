// What a schema is: one description of a field from which reading, writing and the JSON Schema follow. Types only, beside
// the few words that every schema shares.
import type { DocumentNode, Position } from "../document/document-node.ts";
import type { LanguageError } from "../document/language-error.ts";
import type { JsonObject } from "../json.ts";

/** Reading failed; why stands among the errors of the session. */
export const INVALID: unique symbol = Symbol("invalid");
export type Invalid = typeof INVALID;

/** One reading of one document. */
export interface Session {
  readonly errors: LanguageError[];
  /** Where each object and list of the value was written. */
  readonly origins: Map<object, DocumentNode>;
  /** What relative paths start from; null: paths are absolute. */
  readonly directory: string | null;
  /** How a dotted path is called in messages. */
  readonly nameOf: (path: string) => string;
}

/** Where in the document a schema reads. `path` is dotted, empty at the root. */
export interface Reading {
  readonly path: string;
  readonly session: Session;
}

/** A value on its way to text. `plain` needs no quotes, `text` gets them where YAML needs them. */
export type Written =
  | { readonly kind: "plain" | "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly Written[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Written])[] };

/** Whether members that equal their default are written. */
export type Defaults = "written" | "omitted";

/** One field type: reads nodes into canonical values of type T, and writes these so that reading gives them back. */
export interface Schema<T> {
  /** The value, or INVALID after at least one error went to the session. Never throws for any node. */
  read(node: DocumentNode, reading: Reading): T | Invalid;
  write(value: T, defaults: Defaults): Written;
  /** Draft 2020-12, for editors: it accepts everything that `read` accepts, and somewhat more. */
  readonly json: JsonObject;
  /** Members that carry limits of their own; null: this is a leaf. */
  readonly members: readonly Member[] | null;
}

/** A named member of an object, for listings: tests, documents, comparison. */
interface Member {
  readonly name: string;
  readonly field: Field<unknown>;
}

/** A member: its schema, what its absence means, and who holds it. */
export interface Field<T> {
  readonly schema: Schema<T>;
  readonly absent: { readonly required: true } | { readonly required: false; readonly value: T };
  /** null: the members of this one carry it. */
  readonly enforcement: Enforcement | null;
  /** One sentence for readers. */
  readonly about: string;
}

/** The rooms that hold a field to its word. */
export type Room =
  | "spec"
  | "task"
  | "decide"
  | "facts"
  | "enforce/gate"
  | "enforce/sandbox"
  | "governor"
  | "scan"
  | "measure"
  | "cli";

/** How two values of a field are ordered from tighter to looser; `need` is a task's, and not compared. */
export type Comparison =
  | "neutral"
  | "max"
  | "min"
  | "guard"
  | "ladder"
  | "default"
  | "frozen"
  | "allow-set"
  | "rules"
  | "key"
  | "window"
  | "need";

export interface Enforcement {
  /** null: no room of this version does, so that using the field is an error. */
  readonly enforced_by: Room | null;
  /** The room that will; only where `enforced_by` is null. */
  readonly planned: Room | null;
  readonly comparison: Comparison;
}

/** Adds an error at `at`. */
export function report(reading: Reading, at: Position, message: string, hint: string | null = null): void {
  reading.session.errors.push({ line: at.line, column: at.column, message, hint });
}

/** The name of what is being read, in backticks. */
export function subject(reading: Reading): string {
  return `\`${reading.session.nameOf(reading.path)}\``;
}

/** The reading of a member. */
export function within(reading: Reading, name: string): Reading {
  return { ...reading, path: reading.path === "" ? name : `${reading.path}.${name}` };
}

/** The reading of a list item. */
export function withinItem(reading: Reading, index: number): Reading {
  return { ...reading, path: `${reading.path}[${index}]` };
}
