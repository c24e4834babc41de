// Writes a value as YAML that people like to read: two spaces, one entry a line, short lists of words in brackets. Not a
// general YAML writer: only what schemas write.
import { plainType } from "../document/core-schema.ts";
import type { Written } from "./schema.ts";

/** The text of `value`, ending in a line feed. Reading it gives the same tree. */
export function writeYaml(value: Written): string {
  return `${block(value, "").join("\n")}\n`;
}

// The lines of a value that starts on a line of its own.
function block(value: Written, indent: string): readonly string[] {
  if (value.kind === "map" && value.entries.length > 0) {
    return value.entries.flatMap(([key, member]) => entryLines(`${indent}${key}:`, member, indent));
  }
  if (value.kind === "list" && !isInline(value)) {
    return value.items.flatMap((item) => itemLines(item, indent));
  }
  return [`${indent}${inline(value)}`];
}

function entryLines(head: string, value: Written, indent: string): readonly string[] {
  return isInline(value) ? [`${head} ${inline(value)}`] : [head, ...block(value, `${indent}  `)];
}

function itemLines(item: Written, indent: string): readonly string[] {
  const [first = "", ...rest] = block(item, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

function isInline(value: Written): boolean {
  if (value.kind === "map") return value.entries.length === 0;
  return value.kind !== "list" || value.items.every((item) => item.kind === "plain" || item.kind === "text");
}

function inline(value: Written): string {
  switch (value.kind) {
    case "plain":
      return value.text;
    case "text":
      return scalarText(value.text);
    case "list":
      return `[${value.items.map((item) => inline(item)).join(", ")}]`;
    case "map":
      return "{}";
  }
}

// Plain only where no YAML reader, 1.1 included, could take it for anything but this text.
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./-]*$/u;
const WORDS_OF_YAML_1_1 = /^(?:y|yes|n|no|on|off)$/iu;

function scalarText(text: string): string {
  if (PLAIN.test(text) && plainType(text) === "text" && !WORDS_OF_YAML_1_1.test(text)) return text;
  return JSON.stringify(text).replaceAll(ESCAPED, escapeUnit);
}

// Beside what JSON escapes: what a document may not hold unescaped (decode-text.ts), and everything invisible.
const ESCAPED =
  /[\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\uffff]/gu;

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
