// The parts of the spec language that watch a node nobody looks at: whom it tells (`notify:`), how often it attacks itself
// (`challenge:`) and who is sent what is measured (`export:`). Types of them are spec.ts's; the doing is the governor's.
import { enforcedBy, optional, required } from "../stdx/schema/field.ts";
import { set } from "../stdx/schema/lists.ts";
import { object } from "../stdx/schema/object.ts";
import { enumeration, quantity } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { absolutePath } from "./name-words.ts";
import type { MetricsExport, NoticeKind, Notify, ScheduledChallenge } from "./spec.ts";

/** Everything that is told, sorted. */
export const NOTICES: readonly NoticeKind[] = [
  "alarm",
  "challenge",
  "coverage",
  "digest",
  "disk",
  "gate",
  "narrowed",
];

const HOUR = 3_600_000;
/** Of a challenge that is named without a time, ms. */
const EVERY_DEFAULT: number = 24 * HOUR;

/** `notify:` of a spec. */
export const notifySchema: Schema<Notify> = object<Notify>({
  task: required(
    absolutePath(),
    enforcedBy("governor", "frozen"),
    "the file of the task that is run with a notice on its standard input; nobody but the governor's user and root may write it",
  ),
  on: optional(set(enumeration(NOTICES)), NOTICES, enforcedBy("governor", "rules"), "what is told"),
});

/** `challenge:` of a spec. */
export const challengeSchema: Schema<ScheduledChallenge> = object<ScheduledChallenge>({
  every: optional(
    quantity("duration", { min: HOUR }),
    EVERY_DEFAULT,
    enforcedBy("governor", "max"),
    "how often a served governor fires the light challenge of its own build; at least `1 h`",
  ),
});

const MINUTE = 60_000;
/** Of an export that is named without a time, ms. */
const EXPORT_EVERY: number = 5 * MINUTE;

/** `export:` of a spec. */
export const exportSchema: Schema<MetricsExport> = object<MetricsExport>({
  task: required(
    absolutePath(),
    enforcedBy("governor", "frozen"),
    "the file of the task that is run with an OTLP request on its standard input; nobody but the governor's user and root may write it",
  ),
  every: optional(
    quantity("duration", { min: MINUTE }),
    EXPORT_EVERY,
    enforcedBy("governor", "min"),
    "how often a served governor runs it; at least `1 m`",
  ),
});
