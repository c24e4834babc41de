// What a client sent, read by the languages' parsers: a value, or one operating error that names every problem.
import { type ParsedSpec, parseSpec } from "../spec/parse-spec.ts";
import { type LanguageError, languageErrorLine } from "../stdx/document/language-error.ts";
import { type ErrorCode, WritError } from "../stdx/writ-error.ts";
import { isPlan, parsePlan } from "../task/parse-plan.ts";
import { type ParsedTask, parseTask } from "../task/parse-task.ts";
import type { ParsedPlan } from "../task/plan.ts";
import { PORTS } from "./ports.ts";
import type { TaskInput } from "./task-input.ts";

/** The task of `input`. Throws WRIT_TASK_INVALID; its cause is one line for each problem, with line and column. */
export function taskOf(input: TaskInput): ParsedTask {
  const parsed = parseTask(input.text, { directory: input.directory, ...PORTS });
  if (parsed.ok) return parsed.value;
  const errors = input.source === COMMAND_LINE ? parsed.error.map(namingFlags) : parsed.error;
  throw invalid("WRIT_TASK_INVALID", input.source, errors);
}

/** The plan of `input`; null: it is a task. Throws WRIT_TASK_INVALID as `taskOf`. */
export function planOf(input: TaskInput): ParsedPlan | null {
  const options = { directory: input.directory, ...PORTS };
  // Cheap and certain: without the word there is no member of that name.
  if (!input.text.includes("plan") || !isPlan(input.text, options)) return null;
  const parsed = parsePlan(input.text, options);
  if (parsed.ok) return parsed.value;
  throw invalid("WRIT_TASK_INVALID", input.source, parsed.error);
}

/** The spec that `bytes` say. Throws WRIT_SPEC_INVALID in the same way. */
export function specOf(bytes: Uint8Array, source: string): ParsedSpec {
  const parsed = parseSpec(bytes, PORTS);
  if (parsed.ok) return parsed.value;
  throw invalid("WRIT_SPEC_INVALID", source, parsed.error);
}

/** What a task's source is called when it was put together from flags, whose text has no lines to point at. */
const COMMAND_LINE = "command line";

/** The parts of a task that a flag says, by the flag. */
const FLAGS: Readonly<Record<string, string>> = {
  reads: "--read",
  writes: "--write",
  calls: "--call",
  memory: "--memory",
  cpu: "--cpu",
  time: "--time",
  processes: "--processes",
  submits: "--submits",
};

function namingFlags(error: LanguageError): LanguageError {
  const named = (text: string): string =>
    text.replaceAll(
      /\bneeds\.([a-z]+)\b(?:\[\d+\])?(?:\.[a-z_]+)?/g,
      (path, part: string) => FLAGS[part] ?? path,
    );
  return { ...error, message: named(error.message), hint: error.hint === null ? null : named(error.hint) };
}

function remedyOf(code: ErrorCode, source: string): string {
  if (source === COMMAND_LINE) return "writ run --help";
  if (code === "WRIT_SPEC_INVALID")
    return "correct the named line of the spec; docs/SPEC.md lists every field";
  return "correct the named line of the task; docs/SPEC.md lists every field";
}

function invalid(code: ErrorCode, source: string, errors: readonly LanguageError[]): WritError {
  const isTyped = source === COMMAND_LINE;
  const lines = errors.map((error) => (isTyped ? error.message : languageErrorLine(error)));
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const hint = errors.find((error) => error.hint !== null)?.hint ?? remedyOf(code, source);
  return new WritError(code, `${source}:${isTyped ? " " : ""}${lines[0] ?? "no reason"}${more}`, {
    hint,
    cause: lines,
  });
}
