// What is wrong with a spec or task, and where. A value: the caller decides what an invalid document means.
import type { Position } from "./document-node.ts";

/** One line each, lower case, no final period; input is escaped and in backticks. `hint` says what to do; null: nothing more. */
export interface LanguageError extends Position {
  readonly message: string;
  readonly hint: string | null;
}

/** Reading stops after this many errors; the rest would say little more. */
export const LANGUAGE_ERRORS_MAX = 50;

/**
 * The error on one line, as compilers write it.
 *
 * @example languageErrorLine({ line: 12, column: 3, message: "…", hint: null }) === "12:3: …"
 */
export function languageErrorLine(error: LanguageError): string {
  return `${error.line}:${error.column}: ${error.message}`;
}
