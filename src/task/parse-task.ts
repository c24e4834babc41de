// From the text of a task file to the canonical task and its digest. What the task asks for is not judged here.

import { assert } from "../stdx/assert.ts";
import type { LanguageError } from "../stdx/document/language-error.ts";
import { readDocument } from "../stdx/document/read-document.ts";
import type { BootClock, Sha256 } from "../stdx/ports.ts";
import { ok, type Result } from "../stdx/result.ts";
import { readValue } from "../stdx/schema/read-value.ts";
import type { Task } from "./task.ts";
import { canonicalTask } from "./task-digest.ts";
import { taskSchema } from "./task-schema.ts";

export interface TaskOptions {
  /** What relative paths start from: the folder of the task file. Absolute. */
  readonly directory: string;
  readonly sha256: Sha256;
  readonly clock: BootClock;
  /** Milliseconds that reading may take; default 1000. */
  readonly deadline?: number;
}

export interface ParsedTask {
  readonly task: Task;
  /** RFC 8785. */
  readonly canonical: string;
  /** SHA-256 of `canonical`. */
  readonly digest: string;
}

/**
 * The task that `input` says (YAML or JSON), or every error found, by line and column. Nothing is skipped or guessed.
 * Never throws for any input.
 *
 * @example parseTask("task: t\nrun: { command: [true] }", { directory: "/home/me", sha256, clock })
 */
export function parseTask(
  input: string | Uint8Array,
  options: TaskOptions,
): Result<ParsedTask, readonly LanguageError[]> {
  const { directory, sha256 } = options;
  assert(directory.startsWith("/"), "the directory of a task is absolute");
  const document = readDocument(input, options);
  if (!document.ok) return document;
  const read = readValue(taskSchema(directory), document.value, { directory });
  if (!read.ok) return read;
  const canonical = canonicalTask(read.value);
  return ok({ task: read.value, canonical, digest: sha256(canonical) });
}
