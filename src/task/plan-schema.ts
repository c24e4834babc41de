// The plan language as one value: what `writ submit` takes beside a task. What holds between entries is in parse-plan.ts.

import { err, ok } from "../stdx/result.ts";
import { enforcedBy, optional, required } from "../stdx/schema/field.ts";
import { entries, wordOrSet } from "../stdx/schema/lists.ts";
import { object } from "../stdx/schema/object.ts";
import { count, identifier, text, word } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { parseQuantity } from "../stdx/units.ts";
import { type Plan, type PlanEntry, PRIORITY_MAX, RETRIES_DEFAULT, RETRIES_MAX } from "./plan.ts";
import { taskSchema } from "./task-schema.ts";

/** What a text that is no deadline is answered. */
export const DEADLINE_EXPECTED =
  "expected a time from now, such as 2 h, or an instant, such as 2030-01-31T18:00:00Z";

/** UTF-16 units. */
const NAME_MAX = 200;
/** RFC 3339 section 5.6, with seconds. */
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/u;

/** What a deadline says: ms after submission, or ms since 1970 (ECMA-262, time values); null: it is none. */
export function readDeadline(text: string): { readonly after: number } | { readonly at: number } | null {
  const at = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return { at };
  const after = parseQuantity("duration", text);
  return after.ok && after.value > 0 ? { after: after.value } : null;
}

const deadline: Schema<string> = word({
  noun: "a deadline",
  json: { type: "string" },
  parse(value) {
    return readDeadline(value) === null ? err({ expected: DEADLINE_EXPECTED }) : ok(value);
  },
});

function entrySchema(directory: string): Schema<PlanEntry> {
  return object<PlanEntry>({
    id: required(identifier("an id"), enforcedBy("governor", "neutral"), "what other entries call this one"),
    after: optional(
      wordOrSet(identifier("an id")),
      [],
      enforcedBy("governor", "need"),
      "entries that have to be done first, each with exit code 0",
    ),
    priority: optional(
      count({ max: PRIORITY_MAX }),
      0,
      enforcedBy("governor", "need"),
      "among the waiting tasks of one principal the highest goes first",
    ),
    deadline: optional(
      deadline,
      null,
      enforcedBy("governor", "need"),
      "the latest start: a time after submission, or an instant",
    ),
    retries_max: optional(
      count({ max: RETRIES_MAX }),
      RETRIES_DEFAULT,
      enforcedBy("governor", "need"),
      "how often it is started again when a passing cause ended it",
    ),
    task: required(taskSchema(directory), null, "the task, as in a task file"),
  });
}

/** A plan whose relative paths start from `directory`, an absolute path. */
export function planSchema(directory: string): Schema<Plan> {
  return object<Plan>({
    plan: required(
      text({ noun: "a name", min: 1, max: NAME_MAX, characters: "line" }),
      enforcedBy("cli", "neutral"),
      "what people call this plan",
    ),
    tasks: required(
      entries(entrySchema(directory), { key: (entry) => entry.id, order: "written", min: 1 }),
      null,
      "the tasks, in any order",
    ),
  });
}
