// The second pass: from syntax tokens, already within bounds, to the tree. The package `yaml` composes with its failsafe
// schema, so that nothing is converted on the way; its errors get words of our own.
import {
  Composer,
  type CST,
  type ErrorCode,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
} from "yaml";
import { quoteUntrusted } from "../escape.ts";
import { err, ok, type Result } from "../result.ts";
import { plainType } from "./core-schema.ts";
import type { DocumentNode, MapEntry, MapNode, Position, ScalarNode } from "./document-node.ts";
import { LANGUAGE_ERRORS_MAX, type LanguageError } from "./language-error.ts";
import { ENTRIES_MAX } from "./limits.ts";
import type { LineIndex } from "./line-index.ts";
import { TOO_MANY_ENTRIES, TOO_SLOW } from "./scan-lexemes.ts";

/** The tree of the one document in `tokens`, or every error found in it, in the order of the text. */
export function composeTree(
  tokens: readonly CST.Token[],
  text: string,
  lines: LineIndex,
  late: () => boolean,
): Result<DocumentNode, readonly LanguageError[]> {
  const composer = new Composer({ schema: "failsafe", version: "1.2", uniqueKeys: false, merge: false });
  const [document] = [...composer.compose(tokens, true, text.length)];
  if (late()) return err([{ ...lines.at(0), ...TOO_SLOW }]);
  const malformed = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  if (malformed.length > 0) {
    const errors = malformed.map((error) => ({
      ...lines.at(error.pos[0]),
      message: SYNTAX[error.code],
      hint: null,
    }));
    return err(errors.slice(0, LANGUAGE_ERRORS_MAX));
  }
  const contents = document?.contents ?? null;
  if (contents === null || isNothing(contents)) {
    return err([{ line: 1, column: 1, message: "the document is empty", hint: null }]);
  }
  const tree: Tree = { errors: [], at: (node) => lines.at(node.range?.[0] ?? 0) };
  const root = toNode(contents, tree);
  return tree.errors.length === 0 ? ok(root) : err(tree.errors.slice(0, LANGUAGE_ERRORS_MAX));
}

/** What the passes over one document share. */
interface Tree {
  readonly errors: LanguageError[];
  readonly at: (node: Node) => Position;
}

function isNothing(node: Node): boolean {
  return isScalar(node) && node.type === Scalar.PLAIN && node.source === "";
}

function toNode(node: Node, tree: Tree): DocumentNode {
  const position = tree.at(node);
  if (isMap(node)) return toMap(node.items, position, tree);
  if (isSeq(node)) {
    const items = node.items.map((item) => toNode(item as Node, tree));
    const over = items[ENTRIES_MAX];
    if (over !== undefined) tree.errors.push({ line: over.line, column: over.column, ...TOO_MANY_ENTRIES });
    return { kind: "list", ...position, items };
  }
  if (isScalar(node)) return toScalar(node, position, tree);
  tree.errors.push({ ...position, message: "aliases are not allowed", hint: null });
  return { kind: "scalar", ...position, type: "null", text: "" };
}

function toScalar(node: Scalar, position: Position, tree: Tree): ScalarNode {
  const text = String(node.value);
  if (!text.isWellFormed()) {
    tree.errors.push({
      ...position,
      message: "the text holds half of a surrogate pair",
      hint: "remove the `\\u` escape",
    });
  }
  return { kind: "scalar", ...position, type: node.type === Scalar.PLAIN ? plainType(text) : "text", text };
}

function toMap(pairs: readonly Pair[], position: Position, tree: Tree): MapNode {
  const entries = new Map<string, MapEntry>();
  for (const [index, pair] of pairs.entries()) {
    const keyNode = pair.key as Node;
    const at = tree.at(keyNode);
    if (index === ENTRIES_MAX) tree.errors.push({ ...at, ...TOO_MANY_ENTRIES });
    const key = toNode(keyNode, tree);
    const value: DocumentNode =
      pair.value === null
        ? { kind: "scalar", ...at, type: "null", text: "" }
        : toNode(pair.value as Node, tree);
    const problem = keyProblem(key, entries);
    if (problem === null && key.kind === "scalar") entries.set(key.text, { key: at, value });
    else tree.errors.push({ ...at, message: problem ?? NOT_TEXT, hint: null });
  }
  return { kind: "map", ...position, entries };
}

const NOT_TEXT = "a key is not text: keys are words such as `name`";

function keyProblem(key: DocumentNode, entries: ReadonlyMap<string, MapEntry>): string | null {
  if (key.kind !== "scalar") return NOT_TEXT;
  if (key.type !== "text")
    return `the key ${quoteUntrusted(key.text)} is not text: keys are words such as \`name\``;
  if (key.text === "<<") return "merge keys are not allowed: `<<`";
  const first = entries.get(key.text);
  if (first === undefined) return null;
  return `duplicate key ${quoteUntrusted(key.text)}: first on line ${first.key.line}`;
}

/** One line for each way in which YAML can be malformed. */
const SYNTAX: { readonly [code in ErrorCode]: string } = {
  ALIAS_PROPS: "aliases are not allowed",
  BAD_ALIAS: "aliases are not allowed",
  BAD_COLLECTION_TYPE: "tags are not allowed",
  BAD_DIRECTIVE: "directives are not allowed",
  BAD_DQ_ESCAPE: "unknown escape in double quotes",
  BAD_INDENT: "wrong indentation, or a bracket that is not closed",
  BAD_PROP_ORDER: "anchors and tags are not allowed",
  BAD_SCALAR_START: "a plain text cannot start with this character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "a nested map cannot start on the line of its key",
  BLOCK_IN_FLOW: "a block list or map cannot stand inside `[]` or `{}`",
  DUPLICATE_KEY: "duplicate key",
  IMPOSSIBLE: "malformed YAML",
  KEY_OVER_1024_CHARS: "a key has more than 1024 characters: that is the limit",
  MISSING_CHAR: "malformed YAML: a quote, bracket, comma, colon or space is missing",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line",
  MULTIPLE_ANCHORS: "anchors are not allowed",
  MULTIPLE_DOCS: "a second document starts here: a file holds one",
  MULTIPLE_TAGS: "tags are not allowed",
  NON_STRING_KEY: NOT_TEXT,
  RESOURCE_EXHAUSTION: "the document is too complex",
  TAB_AS_INDENT: "tabs are not allowed as indentation",
  TAG_RESOLVE_FAILED: "tags are not allowed",
  UNEXPECTED_TOKEN: "malformed YAML: this does not belong here",
};
