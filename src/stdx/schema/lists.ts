// Lists: of entries with a key each, of words that form a set, and of command arguments in their order.
import type { DocumentNode, ListNode } from "../document/document-node.ts";
import { quoteUntrusted } from "../escape.ts";
import type { JsonObject } from "../json.ts";
import { unexpected } from "./scalars.ts";
import { INVALID, type Invalid, type Reading, report, type Schema, subject, withinItem } from "./schema.ts";

export interface EntriesOptions<T> {
  /** What no two entries share, as shown in messages. */
  readonly key: (entry: T) => string;
  /** `key`: order means nothing, the canonical list is sorted by key. `written`: order is kept. */
  readonly order: "key" | "written";
  /** At least this many; default 0. */
  readonly min?: number;
}

/** A list of entries. Two with the same key are an error, as one of them would be forgotten. */
export function entries<T extends object>(item: Schema<T>, options: EntriesOptions<T>): Schema<readonly T[]> {
  return listOf(item, { ...options, duplicates: "refused" });
}

/** Words that form a set: sorted, each once. */
export function set<T extends string>(item: Schema<T>, min = 0): Schema<readonly T[]> {
  return listOf(item, { key: (value) => value, order: "key", duplicates: "merged", min });
}

/** Distinct words whose order means something. */
export function ranking(item: Schema<string>, min: number): Schema<readonly string[]> {
  return listOf(item, { key: (value) => value, order: "written", duplicates: "refused", min });
}

/** Words in their order, the same one as often as it stands. */
export function sequence(item: Schema<string>, min: number): Schema<readonly string[]> {
  return listOf(item, { key: (value) => value, order: "written", duplicates: "kept", min });
}

/** A set that may be written as its only word. */
export function wordOrSet(item: Schema<string>): Schema<readonly string[]> {
  const list = set(item);
  return {
    members: null,
    json: { anyOf: [item.json, list.json] },
    write(value, defaults) {
      const [only] = value;
      return value.length === 1 && only !== undefined
        ? item.write(only, defaults)
        : list.write(value, defaults);
    },
    read(node, reading) {
      if (node.kind === "list") return list.read(node, reading);
      const value = item.read(node, reading);
      return value === INVALID ? INVALID : [value];
    },
  };
}

interface ListOptions<T> extends EntriesOptions<T> {
  readonly duplicates: "refused" | "merged" | "kept";
}

function listOf<T>(item: Schema<T>, options: ListOptions<T>): Schema<readonly T[]> {
  const { min = 0, key, order } = options;
  return {
    members: item.members,
    json: listJson(item.json, min, options.duplicates),
    write: (value, defaults) => ({ kind: "list", items: value.map((entry) => item.write(entry, defaults)) }),
    read(node, reading) {
      if (node.kind !== "list") return unexpected(node, "a list", reading);
      if (node.items.length < min) return unexpected(node, `a list of at least ${min}`, reading);
      const values = readItems(item, node, options, reading);
      if (values === INVALID) return INVALID;
      if (order === "key") values.sort((a, b) => compareText(key(a), key(b)));
      reading.session.origins.set(values, node);
      return values;
    },
  };
}

function readItems<T>(
  item: Schema<T>,
  node: ListNode,
  options: ListOptions<T>,
  reading: Reading,
): T[] | Invalid {
  const values: T[] = [];
  const seen = new Map<string, DocumentNode>();
  let invalid = false;
  for (const [index, itemNode] of node.items.entries()) {
    const value = item.read(itemNode, withinItem(reading, index));
    if (value === INVALID) {
      invalid = true;
      continue;
    }
    const key = options.key(value);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, itemNode);
    if (first === undefined || options.duplicates === "kept") values.push(value);
    else if (options.duplicates === "refused") {
      invalid = true;
      report(
        reading,
        itemNode,
        `${subject(reading)} has ${quoteUntrusted(key)} twice: first on line ${first.line}`,
      );
    }
  }
  return invalid ? INVALID : values;
}

// By UTF-16 code units, as RFC 8785 orders keys.
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function listJson(item: JsonObject, min: number, duplicates: ListOptions<unknown>["duplicates"]): JsonObject {
  return {
    type: "array",
    items: item,
    ...(min > 0 ? { minItems: min } : {}),
    ...(duplicates === "refused" ? { uniqueItems: true } : {}),
  };
}
