// What a command prints: results to standard output, everything else to standard error as `writ: error:` and
// `writ: hint:` lines. Decides on colour; knows nothing of what it prints.
import type { CliContext } from "./context.ts";

export type Format = "human" | "json";

/** Writes one line of the result. */
export function line(context: CliContext, text: string): void {
  context.process.stdout.write(`${plain(text)}\n`);
}

/** Writes one line of the result that is to be copied as it stands: a tab in it stays one. */
export function copiedLine(context: CliContext, text: string): void {
  context.process.stdout.write(`${text.split("\t").map(plain).join("\t")}\n`);
}

/** Writes the result as one JSON document that names its schema. */
export function json(context: CliContext, schema: string, value: object): void {
  context.process.stdout.write(`${JSON.stringify({ schema, ...value }, null, 2)}\n`);
}

/** Writes a line that is not the result. */
export function note(context: CliContext, kind: "error" | "hint" | "note", text: string): void {
  context.process.stderr.write(`writ: ${kind}: ${plain(text)}\n`);
}

/**
 * The last guard of the terminal: `text` with every control, format and line-breaking character as `\xNN` or `\u{N}`.
 * Untrusted text is escaped where it enters a message; a path, say, may reach this line without that.
 */
export function plain(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u{${code}}`;
  });
}

/** Bold, when the stream is a terminal that has not asked for plain text (no-color.org). */
export function strong(context: CliContext, stream: "stdout" | "stderr", text: string): string {
  const colourless = !context.process[stream].isTTY || (context.process.env["NO_COLOR"] ?? "") !== "";
  return colourless ? text : `\u001b[1m${text}\u001b[22m`;
}
