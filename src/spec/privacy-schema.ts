// The privacy part of the spec language: labels, what carries them, and what may not meet.
import { enforcedBy, optional, required } from "../stdx/schema/field.ts";
import { entries, ranking } from "../stdx/schema/lists.ts";
import { type MemberProblem, object } from "../stdx/schema/object.ts";
import { enumeration, identifier, onlyTrue } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { detectorsSchema } from "./detectors-schema.ts";
import { absolutePath, pathPattern } from "./name-words.ts";
import type { Privacy, ProtectedFile, RefuseWhen, Source } from "./spec.ts";

const source: Schema<Source> = object<Source>({
  path: required(
    pathPattern(),
    enforcedBy("decide", "key"),
    "an absolute path, or `path/**` for all below it",
  ),
  label: required(identifier("a label"), enforcedBy("decide", "ladder"), "the label of what is read there"),
  trust: optional(
    enumeration(["trusted", "untrusted"]),
    "trusted",
    enforcedBy("decide", "guard"),
    "whether strangers can write there",
  ),
});

const protectedFile: Schema<ProtectedFile> = object<ProtectedFile>({
  file: required(
    absolutePath(),
    enforcedBy("enforce/gate", "rules"),
    "a file of what never leaves, whatever its encoding",
  ),
  as: optional(
    enumeration(["values", "document"]),
    "values",
    enforcedBy("enforce/gate", "frozen"),
    "`values`: each line, or the value of each `KEY=VALUE`; `document`: any passage of the text",
  ),
});

const refuseWhen: Schema<RefuseWhen> = object<RefuseWhen>(
  {
    untrusted: optional(
      onlyTrue("reading only trusted content is no danger", "write `untrusted: true`, or remove it"),
      null,
      enforcedBy("decide", "rules"),
      "the task reads untrusted content: `true`, or left out",
    ),
    label_min: optional(
      identifier("a label"),
      null,
      enforcedBy("decide", "rules"),
      "the task's label is this or higher",
    ),
    control_not: optional(
      enumeration(["owned", "contracted", "uncontrolled"]),
      null,
      enforcedBy("decide", "rules"),
      "the task calls somebody further away than this",
    ),
  },
  { check: checkRefuseWhen },
);

function checkRefuseWhen(value: RefuseWhen): readonly MemberProblem[] {
  if (value.untrusted !== null || value.label_min !== null || value.control_not !== null) return [];
  return [
    {
      member: "untrusted",
      message: "is missing, and so are `label_min` and `control_not`: a rule names at least one",
      hint: "name what may not meet, or remove the rule",
    },
  ];
}

function refuseWhenKey(rule: RefuseWhen): string {
  return `untrusted ${rule.untrusted}, label_min ${rule.label_min}, control_not ${rule.control_not}`;
}

/** `privacy:` of a spec. */
export const privacySchema: Schema<Privacy> = object<Privacy>({
  ladder: required(
    ranking(identifier("a label"), 1),
    enforcedBy("decide", "frozen"),
    "labels, from the least to the most private",
  ),
  default_label: required(
    identifier("a label"),
    enforcedBy("decide", "ladder"),
    "the label of what no source names",
  ),
  sources: optional(
    entries(source, { key: (entry) => entry.path, order: "key" }),
    [],
    null,
    "labelled places; the highest label that covers a path holds",
  ),
  protected: optional(
    entries(protectedFile, { key: (entry) => entry.file, order: "key" }),
    [],
    null,
    "files of what never leaves",
  ),
  detectors: optional(
    detectorsSchema,
    null,
    null,
    "what is done about what is found on its way to hosts that are not `owned`; without it, it is counted",
  ),
  refuse_when: optional(
    entries(refuseWhen, { key: refuseWhenKey, order: "key" }),
    [],
    null,
    "what may not meet: all conditions that a rule names together refuse",
  ),
});
