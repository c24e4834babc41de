// Reads one YAML 1.2 or JSON document strictly: bounds first, then a tree of plain nodes with their places. Not a schema:
// which keys and values are allowed is not known here.
import { BrokenInvariant } from "../assert.ts";
import type { BootClock } from "../ports.ts";
import { err, type Result } from "../result.ts";
import { composeTree } from "./compose-tree.ts";
import { decodeText } from "./decode-text.ts";
import type { DocumentNode } from "./document-node.ts";
import type { LanguageError } from "./language-error.ts";
import { DEADLINE_MS } from "./limits.ts";
import { lineIndex } from "./line-index.ts";
import { scanLexemes } from "./scan-lexemes.ts";

export interface ReadOptions {
  readonly clock: BootClock;
  /** Milliseconds; default 1000. */
  readonly deadline?: number;
}

/**
 * The tree of `input`, or what is wrong with it: never a partial tree, and nothing is thrown for any input. Refused beside
 * malformed YAML: tags, anchors, aliases, merge keys, directives, more than one document, duplicate or non-text keys,
 * byte order marks, invalid UTF-8, control and bidi characters, and everything over the bounds of limits.ts. JSON is read
 * as the part of YAML 1.2 that it is.
 */
export function readDocument(
  input: string | Uint8Array,
  options: ReadOptions,
): Result<DocumentNode, readonly LanguageError[]> {
  const end = options.clock() + (options.deadline ?? DEADLINE_MS);
  const late = (): boolean => options.clock() > end;
  const decoded = decodeText(typeof input === "string" ? new TextEncoder().encode(input) : input);
  if (!decoded.ok) return err([decoded.error]);
  const text = decoded.value;
  const lines = lineIndex(text);
  try {
    const token = scanLexemes(text, lines, late);
    if (!token.ok) return err([token.error]);
    return composeTree(token.value, text, lines, late);
  } catch (cause) {
    if (cause instanceof BrokenInvariant) throw cause;
    // Fail closed: whatever the YAML package throws for, this document is not read.
    return err([{ ...lines.at(0), message: "the document cannot be read as YAML", hint: null }]);
  }
}
