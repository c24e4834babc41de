// The case format as one value: what a file of a suite may say. Where its rows become cases is read-suite.ts.
import { optional, required } from "../stdx/schema/field.ts";
import { entries } from "../stdx/schema/lists.ts";
import { object } from "../stdx/schema/object.ts";
import { boolean, count, enumeration, identifier, pattern, quantity } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import {
  BOUNDS,
  type Effects,
  type Expected,
  FAMILIES,
  type Family,
  INTENSITIES,
  type Intensity,
  MACHINE_NEEDS,
  type MachineNeed,
  type Mutation,
  OPERATORS,
  type Step,
  type UpstreamEffect,
} from "./case.ts";
import { anyText, manyOf, mapOf, textOrNull, textOrTexts } from "./free-values.ts";
import { stepsSchema } from "./step-schema.ts";

/** A case as it stands in a file: with rows, not yet multiplied. */
export interface WrittenCase {
  readonly id: string;
  readonly expected: Expected;
  readonly why: string;
  readonly place: string | null;
  readonly fresh: boolean;
  readonly from: Intensity;
  readonly timeout: number;
  readonly let: Readonly<Record<string, string>>;
  /** One case for each row: its name behind the id, its values like `let`. */
  readonly each: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly mutate: readonly Mutation[];
  readonly programs: readonly string[];
  readonly machine: readonly MachineNeed[];
  readonly files: Readonly<Record<string, string>>;
  readonly put_back: readonly string[];
  readonly steps: readonly Step[];
  readonly effects: Effects;
}

/** One file of a suite. */
export interface CaseFile {
  /** The version of the format. */
  readonly challenge: number;
  readonly family: Family;
  /** For cases that name none. */
  readonly place: string;
  readonly cases: readonly WrittenCase[];
}

/** A machine with work of its own starts a program in seconds, and a case starts several. */
const TIMEOUT_DEFAULT_MS = 120_000;

/** Nothing is looked at. */
export const NO_EFFECTS: Effects = {
  upstream: null,
  files: {},
  holds: {},
  unchanged: [],
  processes: false,
  window_calls_max: null,
  ledger: null,
};

const upstreamEffect = object<UpstreamEffect>({
  requests_min: optional(count(), null, null, "requests that arrived at least"),
  requests_max: optional(count(), null, null, "requests that arrived at most"),
  connections_max: optional(count(), null, null, "connections that were made at most"),
  bytes_max: optional(count(), null, null, "bytes that arrived at most, of all kinds"),
  has: optional(textOrTexts, [], null, "parts of what arrived"),
  lacks: optional(textOrTexts, [], null, "what did not arrive, in any of the usual encodings"),
});

const effects: Schema<Effects> = object<Effects>({
  upstream: optional(upstreamEffect, null, null, "what the servers outside saw"),
  files: optional(mapOf(textOrNull), {}, null, "exact text of files; null: not there"),
  holds: optional(mapOf(anyText), {}, null, "a part that a file has"),
  unchanged: optional(textOrTexts, [], null, "files that have the bytes they had"),
  processes: optional(boolean(), false, null, "no process of the case is left"),
  window_calls_max: optional(count(), null, null, "external calls in the fullest window at most"),
  ledger: optional(enumeration(["verifies", "broken"]), null, null, "what verification says"),
});

const id = pattern(
  "an id",
  "^[a-z0-9][a-z0-9._-]{0,99}$",
  "is 1 to 100 lower-case letters, digits or `.` `_` `-`",
);

const mutation = object<Mutation>({
  operator: required(enumeration(OPERATORS), null, "spelling, encoding, splitting, nesting or renaming"),
  of: optional(anyText, "", null, "the name that it works on"),
});

const writtenCase: Schema<WrittenCase> = object<WrittenCase>(
  {
    id: required(id, null, "its name, unique in a run"),
    expected: required(
      enumeration(["stopped", "passed"]),
      null,
      "`stopped` for attacks, `passed` for ordinary work",
    ),
    why: optional(anyText, "", null, "why, or where it comes from"),
    place: optional(identifier("a place"), null, null, "the place whose spec it meets"),
    fresh: optional(boolean(), false, null, "a home of its own"),
    from: optional(enumeration(INTENSITIES), "light", null, "the least intensity that fires it"),
    timeout: optional(
      quantity("duration", { min: 1, max: BOUNDS.timeout_ms }),
      TIMEOUT_DEFAULT_MS,
      null,
      "what it may take",
    ),
    let: optional(mapOf(anyText), {}, null, "names that its texts use as <NAME>"),
    each: optional(mapOf(mapOf(anyText)), {}, null, "rows: one case each"),
    mutate: optional(
      entries(mutation, { key: ({ operator, of }) => `${operator} ${of}`, order: "written" }),
      [],
      null,
      "operators that multiply it",
    ),
    programs: optional(textOrTexts, [], null, "programs of the system that it needs"),
    machine: optional(manyOf(enumeration(MACHINE_NEEDS)), [], null, "what else it needs of the machine"),
    files: optional(mapOf(anyText), {}, null, "files made before it"),
    put_back: optional(textOrTexts, [], null, "what is afterwards as it was before"),
    steps: required(stepsSchema, null, "what is done"),
    effects: optional(effects, NO_EFFECTS, null, "what is looked for afterwards"),
  },
  { check: checked },
);

function checked(one: WrittenCase): readonly { readonly member: string; readonly message: string }[] {
  if (one.expected === "stopped" && !looksAtEffects(one))
    return [
      {
        member: "effects",
        message: "is empty: an attack counts as stopped only by an effect that was looked at",
      },
    ];
  if (
    one.expected === "passed" &&
    !looksAtEffects(one) &&
    !one.steps.some(({ answer }) => expectsSomething(answer))
  )
    return [{ member: "steps", message: "expects nothing: such a case cannot fail" }];
  return [];
}

function looksAtEffects({ effects: looked, steps }: WrittenCase): boolean {
  if (steps.some(({ action }) => action.kind === "words" || action.kind === "remedies")) return true;
  const { upstream, files, holds, unchanged, processes, window_calls_max, ledger } = looked;
  const tables = [files, holds].some((table) => Object.keys(table).length > 0);
  return (
    upstream !== null ||
    tables ||
    unchanged.length > 0 ||
    processes ||
    window_calls_max !== null ||
    ledger !== null
  );
}

function expectsSomething({ outcome, cause, exit, status, says, lacks }: Step["answer"]): boolean {
  return [outcome, cause, exit, status].some((one) => one !== null) || says.length + lacks.length > 0;
}

/** A file of a suite. */
export const caseFileSchema: Schema<CaseFile> = object<CaseFile>({
  challenge: required(count({ min: 1, max: 1 }), null, "the version of the format: 1"),
  family: required(enumeration(FAMILIES), null, "one of the nine"),
  place: required(identifier("a place"), null, "the place whose spec its cases meet"),
  cases: required(
    entries(writtenCase, { key: (one) => one.id, order: "written", min: 1 }),
    null,
    "the cases",
  ),
});
