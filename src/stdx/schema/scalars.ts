// Leaf schemas: words, enumerations, numbers, quantities, booleans. Every message names the field, shows what was found
// and says what is accepted.

import { didYouMean } from "../did-you-mean.ts";
import type { DocumentNode, ScalarNode } from "../document/document-node.ts";
import { quoteUntrusted } from "../escape.ts";
import type { JsonObject } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import {
  formatQuantity,
  parseQuantity,
  type QuantityKind,
  quantityExpectation,
  quantityPattern,
} from "../units.ts";
import { INVALID, type Invalid, type Reading, report, type Schema, subject } from "./schema.ts";

/** Why a word is not accepted: what is expected, and what to do about it. */
export interface WordProblem {
  readonly expected: string;
  readonly hint?: string;
}

export interface WordOptions<T extends string> {
  /** For messages about values that are not text: `a name`. */
  readonly noun: string;
  readonly parse: (text: string, reading: Reading) => Result<T, WordProblem>;
  readonly json: JsonObject;
}

/** Text that `parse` turns into its canonical form. Parsing a canonical form gives it back. */
export function word<T extends string = string>(options: WordOptions<T>): Schema<T> {
  return {
    members: null,
    json: options.json,
    write: (value) => ({ kind: "text", text: value }),
    read(node, reading) {
      const scalar = textNode(node, options.noun, reading);
      if (scalar === INVALID) return INVALID;
      const parsed = options.parse(scalar.text, reading);
      if (parsed.ok) return parsed.value;
      const message = `${subject(reading)} is ${quoteUntrusted(scalar.text)}: ${parsed.error.expected}`;
      report(reading, scalar, message, parsed.error.hint ?? null);
      return INVALID;
    },
  };
}

export interface TextOptions {
  readonly noun: string;
  /** UTF-16 units. */
  readonly min: number;
  readonly max: number;
  /** `line`: no control, format or separator characters but U+0020. `lines`: line feeds and tabs too, and format
   * characters, as in the words of a person. `argument`: everything but NUL. */
  readonly characters: "line" | "lines" | "argument";
}

const CHARACTERS = {
  line: /[\p{C}\p{Zl}\p{Zp}]/u,
  lines: /(?![\n\t])\p{Cc}/u,
  argument: /\0/u,
} as const;

/** Free text within bounds. It is never an input to a limit. */
export function text(options: TextOptions): Schema<string> {
  const { noun, min, max, characters } = options;
  return word({
    noun,
    json: { type: "string", minLength: min, maxLength: max },
    parse(value) {
      if (value.length < min) return err({ expected: `${noun} is not empty` });
      if (value.length > max)
        return err({ expected: `${noun} has ${value.length} characters: limit is ${max}` });
      const found = CHARACTERS[characters].exec(value);
      if (found === null) return ok(value);
      return err({ expected: `${noun} holds no ${quoteUntrusted(found[0])}` });
    },
  });
}

/** A word of letters, digits and `. _ -` that does not start with a dot or hyphen, at most 64 long: what specs and tasks name
 * things with. */
export function identifier(noun: string): Schema<string> {
  return pattern(
    noun,
    "^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$",
    "is 1 to 64 letters, digits or `.` `_` `-`, and starts with none of `.` `-`",
  );
}

/** Text that matches `source`, an ECMA-262 pattern anchored at both ends. */
export function pattern(noun: string, source: string, rule: string): Schema<string> {
  const expression = new RegExp(source, "u");
  return word({
    noun,
    json: { type: "string", pattern: source },
    parse: (value) => (expression.test(value) ? ok(value) : err({ expected: `${noun} ${rule}` })),
  });
}

/** One of `values`. `refused` are words of the language that this version does not enforce. */
export function enumeration<const T extends string>(
  values: readonly T[],
  refused: readonly string[] = [],
): Schema<T> {
  const listed = values
    .map((value) => `\`${value}\``)
    .join(", ")
    .replace(/, (?=[^,]*$)/u, " or ");
  return {
    members: null,
    json: { enum: values },
    write: (value) => ({ kind: "text", text: value }),
    read(node, reading) {
      const scalar = textNode(node, `one of ${listed}`, reading);
      if (scalar === INVALID) return INVALID;
      const found = values.find((value) => value === scalar.text);
      if (found !== undefined) return found;
      if (refused.includes(scalar.text)) {
        report(reading, scalar, `\`${scalar.text}\` is not enforced by this version`, `write ${listed}`);
        return INVALID;
      }
      const near = didYouMean(scalar.text, values);
      const hint = near === null ? null : `did you mean \`${near}\`?`;
      report(
        reading,
        scalar,
        `${subject(reading)} is ${quoteUntrusted(scalar.text)}: expected ${listed}`,
        hint,
      );
      return INVALID;
    },
  };
}

/** `true` or `false`, not in quotes. */
export function boolean(): Schema<boolean> {
  return {
    members: null,
    json: { type: "boolean" },
    write: (value) => ({ kind: "plain", text: String(value) }),
    read(node, reading) {
      if (node.kind === "scalar" && node.type === "boolean") return node.text.toLowerCase() === "true";
      return unexpected(node, "`true` or `false`", reading);
    },
  };
}

/** `true`, the only value there is; `reason` says why `false` is none, and `hint` what to write. */
export function onlyTrue(reason: string, hint: string): Schema<true> {
  return {
    members: null,
    json: { const: true },
    write: () => ({ kind: "plain", text: "true" }),
    read(node, reading) {
      if (node.kind !== "scalar" || node.type !== "boolean") return unexpected(node, "`true`", reading);
      if (node.text.toLowerCase() === "true") return true;
      report(reading, node, `${subject(reading)} is \`false\`: ${reason}`, hint);
      return INVALID;
    },
  };
}

export interface Range {
  /** Inclusive, in base units. */
  readonly min?: number;
  readonly max?: number;
}

/**
 * A quantity in base units, written with its unit (`cpu` and `count`: a bare decimal number), within `range`; the range
 * never reaches below 0 or above 2^53 − 1.
 */
export function quantity(kind: QuantityKind, range: Range = {}): Schema<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  const bare = quantityPattern(kind) === null;
  return {
    members: null,
    json: quantityJson(kind, min, max),
    write: (value) => ({ kind: "plain", text: formatQuantity(kind, value) }),
    read(node, reading) {
      const expected = quantityExpectation(kind);
      if (node.kind !== "scalar" || node.type === "null") return unexpected(node, expected, reading);
      const parsed = parseQuantity(kind, node.text);
      if (parsed.ok && bare && node.type === "text") {
        return unexpected(node, `${expected}, without quotes`, reading);
      }
      if (!parsed.ok) {
        report(reading, node, `${subject(reading)} is ${quoteUntrusted(node.text)}: ${parsed.error}`);
        return INVALID;
      }
      const bound = outside(parsed.value, min, max);
      if (bound === null) return parsed.value;
      const limit = formatQuantity(kind, bound.limit);
      report(
        reading,
        node,
        `${subject(reading)} is ${quoteUntrusted(node.text)}: ${bound.side} is \`${limit}\``,
      );
      return INVALID;
    },
  };
}

/** A whole number, written as its decimal digits. */
export function count(range: Range = {}): Schema<number> {
  return quantity("count", range);
}

function outside(
  value: number,
  min: number,
  max: number,
): { readonly side: string; readonly limit: number } | null {
  if (value < min) return { side: "least", limit: min };
  return value > max ? { side: "limit", limit: max } : null;
}

function quantityJson(kind: QuantityKind, min: number, max: number): JsonObject {
  const expression = quantityPattern(kind);
  if (expression !== null) return { type: "string", pattern: expression };
  const scale = kind === "cpu" ? 1000 : 1;
  return { type: kind === "cpu" ? "number" : "integer", minimum: min / scale, maximum: max / scale };
}

/** The scalar, if it is text; else an error that says how to make it one. */
function textNode(node: DocumentNode, noun: string, reading: Reading): ScalarNode | Invalid {
  if (node.kind !== "scalar" || node.type === "null") return unexpected(node, noun, reading);
  if (node.type === "text") return node;
  const kind = node.type === "boolean" ? "true or false" : "a number";
  const message = `${subject(reading)} is ${quoteUntrusted(node.text)}, which YAML reads as ${kind}: expected ${noun}`;
  report(reading, node, message, "put it in quotes to make it text");
  return INVALID;
}

/** Reports that `node` is of another kind than `expected`. */
export function unexpected(node: DocumentNode, expected: string, reading: Reading): Invalid {
  const found = describeNode(node);
  const hint = found === "empty" ? "give it a value, or remove it" : null;
  report(reading, node, `${subject(reading)} is ${found}: expected ${expected}`, hint);
  return INVALID;
}

function describeNode(node: DocumentNode): string {
  switch (node.kind) {
    case "list":
      return "a list";
    case "map":
      return "a map";
    case "scalar":
      return node.type === "null" ? "empty" : quoteUntrusted(node.text);
  }
}
