// From the text of a plan file to its tasks, each behind all that it comes after. Whether any of them may run is not judged
// here.
import { assert } from "../stdx/assert.ts";
import { didYouMean } from "../stdx/did-you-mean.ts";
import type { DocumentNode } from "../stdx/document/document-node.ts";
import type { LanguageError } from "../stdx/document/language-error.ts";
import { readDocument } from "../stdx/document/read-document.ts";
import { err, ok, type Result } from "../stdx/result.ts";
import { readValue } from "../stdx/schema/read-value.ts";
import type { TaskOptions } from "./parse-task.ts";
import type { ParsedPlan, Plan, PlanEntry } from "./plan.ts";
import { planSchema } from "./plan-schema.ts";
import { canonicalTask } from "./task-digest.ts";

/** Whether a document is a plan and not a task: it has the member `plan`. A text that is no document is none. */
export function isPlan(input: string | Uint8Array, options: TaskOptions): boolean {
  const document = readDocument(input, options);
  return document.ok && document.value.kind === "map" && document.value.entries.has("plan");
}

/**
 * The plan that `input` says, or every error found, by line and column: an unknown id, an entry after itself, a circle.
 * Never throws for any input.
 */
export function parsePlan(
  input: string | Uint8Array,
  options: TaskOptions,
): Result<ParsedPlan, readonly LanguageError[]> {
  const { directory, sha256 } = options;
  assert(directory.startsWith("/"), "the directory of a plan is absolute");
  const document = readDocument(input, options);
  if (!document.ok) return document;
  const read = readValue(planSchema(directory), document.value, { directory });
  if (!read.ok) return read;
  const { plan, tasks } = read.value;
  const errors = unknownIds(read.value, document.value);
  if (errors.length > 0) return err(errors);
  const ordered = inOrder(tasks);
  if (!ordered.ok) return err([circleError(ordered.error, document.value)]);
  const entries = ordered.value.map(({ task, ...entry }) => {
    const canonical = canonicalTask(task);
    return { ...entry, parsed: { task, canonical, digest: sha256(canonical) } };
  });
  return ok({ name: plan, entries });
}

function unknownIds({ tasks }: Plan, document: DocumentNode): readonly LanguageError[] {
  const known = new Set(tasks.map(({ id }) => id));
  return tasks.flatMap(({ id, after }, at) =>
    after
      .filter((earlier) => !known.has(earlier))
      .map((earlier) => {
        const near = didYouMean(earlier, [...known].slice(0, SUGGESTED_MAX));
        return {
          ...placeOf(document, at),
          message: `\`${id}\` comes after \`${earlier}\`, which this plan does not have`,
          hint: near === null ? "name an entry by its `id`" : `did you mean \`${near}\`?`,
        };
      }),
  );
}

/** Ids that a mistyped one is compared with. */
const SUGGESTED_MAX = 1000;

/** The entries so that each stands behind those it comes after, else as written; or the ids of a circle. */
function inOrder(tasks: readonly PlanEntry[]): Result<readonly PlanEntry[], readonly string[]> {
  const missing = new Map(tasks.map(({ id, after }) => [id, after.length]));
  const dependants = new Map<string, PlanEntry[]>();
  for (const entry of tasks) {
    for (const earlier of entry.after) {
      const list = dependants.get(earlier) ?? [];
      list.push(entry);
      dependants.set(earlier, list);
    }
  }
  const ready = tasks.filter(({ after }) => after.length === 0);
  // Grows while it is walked.
  for (const { id } of ready) {
    for (const later of dependants.get(id) ?? []) {
      const left = (missing.get(later.id) ?? 0) - 1;
      missing.set(later.id, left);
      if (left === 0) ready.push(later);
    }
  }
  return ready.length === tasks.length ? ok(ready) : err(circleOf(tasks, missing));
}

/** Walks from an entry that is never ready to one it waits for, until one comes twice. */
function circleOf(tasks: readonly PlanEntry[], missing: ReadonlyMap<string, number>): readonly string[] {
  const stuck = (id: string): boolean => (missing.get(id) ?? 0) > 0;
  const byId = new Map(tasks.map((entry) => [entry.id, entry]));
  const walked: string[] = [];
  const seen = new Set<string>();
  let at = tasks.find(({ id }) => stuck(id));
  while (at !== undefined && !seen.has(at.id)) {
    seen.add(at.id);
    walked.push(at.id);
    at = byId.get(at.after.find(stuck) ?? "");
  }
  assert(at !== undefined, "who is never ready waits for one that is never ready");
  return [...walked.slice(walked.indexOf(at.id)), at.id];
}

/** Ids of a circle that are named. */
const NAMED_MAX = 8;

function circleError(circle: readonly string[], document: DocumentNode): LanguageError {
  const named = circle.length > NAMED_MAX ? [...circle.slice(0, NAMED_MAX - 1), "…", circle.at(-1)] : circle;
  return {
    line: document.line,
    column: document.column,
    message: `entries wait for each other: ${named.map((id) => `\`${id}\``).join(" after ")}`,
    hint: "take one of these out of the other's `after`",
  };
}

function placeOf(document: DocumentNode, entry: number): { readonly line: number; readonly column: number } {
  const tasks = document.kind === "map" ? document.entries.get("tasks")?.value : undefined;
  const node = (tasks?.kind === "list" ? tasks.items[entry] : undefined) ?? document;
  return { line: node.line, column: node.column };
}
