// readValue over small schemas: names in messages, places of problems, what lists do with duplicates.
import { expect, test } from "vitest";
import { languageErrorLine } from "../document/language-error.ts";
import { readDocument } from "../document/read-document.ts";
import { enforcedBy, notEnforced, optional, required } from "./field.ts";
import { leaves } from "./leaves.ts";
import { entries, ranking, sequence, set, wordOrSet } from "./lists.ts";
import { object } from "./object.ts";
import { type PathProblem, type ReadValueOptions, readValue } from "./read-value.ts";
import { boolean, count, identifier, quantity, text } from "./scalars.ts";
import type { Schema } from "./schema.ts";

interface Item {
  readonly name: string;
  readonly size: number | null;
}
interface Root {
  readonly items: readonly Item[];
  readonly words: readonly string[];
  readonly on: boolean;
}

const held = enforcedBy("decide", "max");
const item: Schema<Item> = object<Item>({
  name: required(identifier("a name"), held, "what it is called"),
  size: optional(quantity("bytes"), null, held, "how large it is"),
});
const root: Schema<Root> = object<Root>(
  {
    items: optional(entries(item, { key: ({ name }) => name, order: "key" }), [], null, "things"),
    words: optional(set(identifier("a word")), ["x"], held, "words"),
    on: optional(boolean(), false, held, "a switch"),
  },
  { notEnforced: { later: notEnforced("scan", "passes") }, never: { parent: "is not yours" } },
);

test("readValue gives the value, sorted by key, and fills in defaults", () => {
  expect(read(root, "items: [{ name: b }, { name: a, size: 1 B }]\nlater: []\n")).toEqual({
    ok: true,
    value: {
      items: [
        { name: "a", size: 1 },
        { name: "b", size: null },
      ],
      words: ["x"],
      on: false,
    },
  });
});

test("readValue places problems of the whole value where their part was written, whatever the order is now", () => {
  const source = "items:\n  - { name: b, size: 2 B }\n  - { name: a }\nwords: [q, p]\n";
  const at = (path: PathProblem["path"]): string => {
    const result = read(root, source, { check: () => [{ path, message: "m", hint: "h" }] });
    return result.ok ? "" : result.error.map((error) => `${languageErrorLine(error)} ${error.hint}`).join();
  };
  expect(at([])).toBe("1:1: m h");
  expect(at(["items"])).toBe("2:3: m h");
  expect(at(["items", 0])).toBe("3:5: m h");
  expect(at(["items", 0, "name"])).toBe("3:13: m h");
  expect(at(["items", 0, "size"])).toBe("3:5: m h");
  expect(at(["items", 1, "size"])).toBe("2:22: m h");
  expect(at(["items", 7, "size"])).toBe("2:3: m h");
  expect(at(["words", 0])).toBe("4:8: m h");
  expect(at(["on"])).toBe("1:1: m h");
  expect(at(["nowhere", "at", "all"])).toBe("1:1: m h");
});

test("readValue does not check a value that could not be read", () => {
  const check = (): readonly PathProblem[] => {
    throw new Error("checked");
  };
  expect(read(root, "on: maybe\n", { check })).toMatchObject({ ok: false });
});

test("readValue calls fields as its caller calls them", () => {
  const result = read(root, "on: maybe\nwords: [a b]\n", { nameOf: (path) => `--${path}` });
  expect(result.ok ? [] : result.error.map(languageErrorLine)).toEqual([
    "1:5: `--on` is `maybe`: expected `true` or `false`",
    "2:9: `--words[0]` is `a b`: a word is 1 to 64 letters, digits or `.` `_` `-`, and starts with none of `.` `-`",
  ]);
});

test("readValue stops after fifty errors", () => {
  const source = `words: [${"'', ".repeat(80)}]\n`;
  const result = read(root, source);
  expect(result.ok ? 0 : result.error.length).toBe(50);
});

test("object refuses what is not its own, and does not take inherited names for known ones", () => {
  const messages = (source: string): readonly string[] => {
    const result = read(root, source);
    return result.ok ? [] : result.error.map((error) => `${languageErrorLine(error)} | ${error.hint}`);
  };
  expect(messages("later: [x]\n")).toEqual(["1:1: `later` is not enforced by this version | remove `later`"]);
  expect(messages("later: {}\n")).toEqual(["1:1: `later` is not enforced by this version | remove `later`"]);
  expect(messages("parent: 1\n")).toEqual(["1:1: `parent` is not yours | remove `parent`"]);
  expect(messages("itmes: []\n")).toEqual(["1:1: unknown key `itmes` | did you mean `items`?"]);
  expect(messages("toString: 1\n")).toEqual([
    "1:1: unknown key `toString` | known here: `items`, `words`, `on`",
  ]);
  expect(messages("constructor: 1\n")).toHaveLength(1);
  expect(messages("__proto__: { on: true }\n")).toHaveLength(1);
});

test("lists merge, refuse or keep what stands twice", () => {
  const list = (schema: Schema<readonly string[]>): unknown => {
    const whole = object<{ readonly l: readonly string[] }>({ l: required(schema, held, "a list") });
    const result = read(whole, "l: [b, a, b]\n");
    return result.ok ? result.value.l : result.error.map(languageErrorLine);
  };
  const argument = text({ noun: "a word", min: 0, max: 9, characters: "argument" });
  expect(list(set(argument))).toEqual(["a", "b"]);
  expect(list(wordOrSet(argument))).toEqual(["a", "b"]);
  expect(list(sequence(argument, 1))).toEqual(["b", "a", "b"]);
  expect(list(ranking(argument, 1))).toEqual(["1:11: `l` has `b` twice: first on line 1"]);
});

test("the JSON Schema of an object names its members, what is needed, and nothing else", () => {
  expect(item.json).toEqual({
    type: "object",
    properties: {
      name: {
        description: "what it is called",
        type: "string",
        pattern: "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$",
      },
      size: {
        description: "how large it is",
        type: "string",
        pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(TiB|TB|GiB|GB|MiB|MB|KiB|kB|B)$",
      },
    },
    required: ["name"],
    additionalProperties: false,
  });
  expect(root.json).toMatchObject({
    properties: {
      items: { type: "array", uniqueItems: true },
      later: { type: "array", maxItems: 0 },
      on: { type: "boolean" },
    },
    additionalProperties: false,
  });
  expect(root.json).not.toHaveProperty("required");
  expect(count({ min: 1, max: 9 }).json).toEqual({ type: "integer", minimum: 1, maximum: 9 });
  expect(quantity("cpu", { min: 1, max: 4000 }).json).toEqual({ type: "number", minimum: 0.001, maximum: 4 });
});

test("leaves lists every leaf with its path", () => {
  expect(leaves(root).map(({ path }) => path)).toEqual(["items[].name", "items[].size", "words", "on"]);
});

function read<T extends object>(
  schema: Schema<T>,
  source: string,
  options: Partial<ReadValueOptions<T>> = {},
) {
  const document = readDocument(source, { clock: () => 0 });
  if (!document.ok) throw new Error(JSON.stringify(document.error));
  return readValue(schema, document.value, { directory: null, ...options });
}
