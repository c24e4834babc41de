// What a client sent, read by the languages' parsers: a value, or one operating error that names every problem.
import { type ParsedSpec, parseSpec } from "../spec/parse-spec.ts";
import { type LanguageError, languageErrorLine } from "../stdx/document/language-error.ts";
import { type ErrorCode, WritError } from "../stdx/writ-error.ts";
import { type ParsedTask, parseTask } from "../task/parse-task.ts";
import type { TaskInput } from "./governor.ts";
import { PORTS } from "./ports.ts";

/** The task of `input`. Throws WRIT_TASK_INVALID; its cause is one line for each problem, with line and column. */
export function taskOf(input: TaskInput): ParsedTask {
  const parsed = parseTask(input.text, { directory: input.directory, ...PORTS });
  if (parsed.ok) return parsed.value;
  throw invalid("WRIT_TASK_INVALID", input.source, parsed.error);
}

/** The spec that `bytes` say. Throws WRIT_SPEC_INVALID in the same way. */
export function specOf(bytes: Uint8Array, source: string): ParsedSpec {
  const parsed = parseSpec(bytes, PORTS);
  if (parsed.ok) return parsed.value;
  throw invalid("WRIT_SPEC_INVALID", source, parsed.error);
}

function invalid(code: ErrorCode, source: string, errors: readonly LanguageError[]): WritError {
  const lines = errors.map((error) => languageErrorLine(error));
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const hint = errors.find((error) => error.hint !== null)?.hint ?? "mend the line that is named";
  return new WritError(code, `${source}:${lines[0] ?? "no reason"}${more}`, { hint, cause: lines });
}
