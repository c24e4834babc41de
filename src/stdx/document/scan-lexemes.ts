// The first pass: lexeme by lexeme, refusing what the languages do not have and what is over a bound before a tree is
// built, under a deadline. The lexer and the syntax parser come from the package `yaml`.
import { CST, Lexer, Parser } from "yaml";
import { quoteUntrusted } from "../escape.ts";
import { err, ok, type Result } from "../result.ts";
import type { LanguageError } from "./language-error.ts";
import { DEPTH_MAX, ENTRIES_MAX, ENTRIES_TOTAL_MAX } from "./limits.ts";
import type { LineIndex } from "./line-index.ts";

/** The clock is asked once in this many lexemes. */
const LEXEMES_BETWEEN_CLOCKS = 32;

type LexemeType = CST.TokenType | "scalar content" | null;

/** What is wrong, at an offset. */
interface Problem {
  readonly offset: number;
  readonly message: string;
  readonly hint: string | null;
}

/** All syntax tokens of `text`, of which at most one is a document, or the first problem. */
export function scanLexemes(
  text: string,
  lines: LineIndex,
  late: () => boolean,
): Result<readonly CST.Token[], LanguageError> {
  const scan = scanning(text, late);
  if (scan.ok) return scan;
  const { offset, message, hint } = scan.error;
  return err({ ...lines.at(offset), message, hint });
}

function scanning(text: string, late: () => boolean): Result<readonly CST.Token[], Problem> {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  let atScalar = false;
  let entries = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const type: LexemeType = atScalar ? "scalar content" : CST.tokenType(lexeme);
    atScalar = type === "scalar";
    const { offset } = parser;
    const problem = forbidden(type, lexeme, offset);
    if (problem !== null) return err(problem);
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (type === "seq-item-ind" || type === "map-value-ind" || type === "comma") entries += 1;
    const over = overBounds(parser, entries, offset);
    if (over !== null) return err(over);
    count += 1;
    if (count % LEXEMES_BETWEEN_CLOCKS === 0 && late()) return err({ offset, ...TOO_SLOW });
  }
  tokens.push(...parser.end());
  const documents = tokens.filter((token) => token.type === "document");
  const second = documents[1];
  if (second !== undefined) return err({ offset: second.offset, ...SECOND_DOCUMENT });
  return ok(tokens);
}

/** The message of a passed deadline. */
export const TOO_SLOW = {
  message: "the document takes too long to read",
  hint: "make it smaller or simpler",
} as const;

const SECOND_DOCUMENT = {
  message: "a second document starts here: a file holds one",
  hint: "put it into a file of its own",
} as const;

function forbidden(type: LexemeType, lexeme: string, offset: number): Problem | null {
  const construct = type === null ? undefined : FORBIDDEN.get(type);
  if (construct === undefined) return null;
  return {
    offset,
    message: `${construct.noun} are not allowed: ${quoteUntrusted(lexeme)}`,
    hint: construct.hint,
  };
}

/** Parts of YAML that the languages do not have: each makes one text stand for another. */
const FORBIDDEN: ReadonlyMap<LexemeType, { readonly noun: string; readonly hint: string }> = new Map([
  ["anchor", { noun: "anchors", hint: "put a text that starts with `&` in quotes" }],
  ["alias", { noun: "aliases", hint: 'put a text that starts with `*` in quotes, such as "*.home.arpa"' }],
  ["tag", { noun: "tags", hint: "put a text that starts with `!` in quotes" }],
  ["directive-line", { noun: "directives", hint: "remove the line" }],
]);

// Collections being built stand on the parser's stack, the document below them.
function overBounds(parser: Parser, entries: number, offset: number): Problem | null {
  if (parser.stack.length > DEPTH_MAX) {
    const depth = parser.stack.filter((token) => CST.isCollection(token)).length;
    if (depth > DEPTH_MAX) {
      return {
        offset,
        message: `lists and maps are nested ${depth} deep: limit is ${DEPTH_MAX}`,
        hint: "flatten it",
      };
    }
  }
  if (entries > ENTRIES_TOTAL_MAX) {
    return {
      offset,
      message: `the document has over ${ENTRIES_TOTAL_MAX} entries: that is the limit`,
      hint: "split it",
    };
  }
  // Entries are only ever added to the innermost collection. One more may stand there for a comment that waits for its
  // entry; the tree is counted exactly.
  const inner = parser.stack.findLast((token) => CST.isCollection(token));
  if (inner !== undefined && CST.isCollection(inner) && inner.items.length > ENTRIES_MAX + 1) {
    return { offset: firstOver(inner) ?? offset, ...TOO_MANY_ENTRIES };
  }
  return null;
}

/** The message of a list or map over its bound. */
export const TOO_MANY_ENTRIES: { readonly message: string; readonly hint: string } = {
  message: `more than ${ENTRIES_MAX} entries in one list or map: that is the limit`,
  hint: "split it",
};

function firstOver(token: CST.BlockMap | CST.BlockSequence | CST.FlowCollection): number | undefined {
  const item = token.items[ENTRIES_MAX];
  return item?.key?.offset ?? item?.value?.offset ?? item?.start[0]?.offset;
}
