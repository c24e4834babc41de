// Decisions whose answers are known, shipped as data (answers/known-answers.json): a changed build answers them before it
// decides anything. They tell a build that decides otherwise than it says, by a dependency, a runtime or a slip; one that was
// changed on purpose ships other answers, and past refusals (build-check.ts) are what tells it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileSpec } from "../../decide/compile-spec.ts";
import { decide } from "../../decide/decide.ts";
import type { Facts } from "../../decide/facts.ts";
import type { Spec } from "../../spec/spec.ts";
import type { Json, JsonObject } from "../../stdx/json.ts";
import type { Task } from "../../task/task.ts";

/** Beside `src` in a clone and beside `dist` in the package. */
const FILE: string = fileURLToPath(new URL("../../../answers/known-answers.json", import.meta.url));
/** Answered otherwise, those that are named. */
const NAMED_MAX = 20;

/** One known answer: what of `base` is changed, and what then is the outcome, and for what. */
export interface KnownAnswer {
  /** null: it is admitted. */
  readonly cause: string | null;
  readonly outcome: "admit" | "defer" | "refuse";
  /** A path and the value that stands there; without a value nothing stands there. */
  readonly set: readonly (readonly [path: readonly string[], value?: Json])[];
}

export interface KnownAnswers {
  /** Spec, task and facts of a task that is admitted, in canonical form. */
  readonly base: JsonObject;
  readonly answers: readonly KnownAnswer[];
}

/**
 * The known answers that this build gives otherwise: their place in the file, from 0, and the cause. Empty: it gives all
 * of them. A file that is missing or cannot be read is one that is given otherwise.
 */
export function otherAnswers(file: string = FILE): readonly string[] {
  let known: KnownAnswers;
  try {
    known = JSON.parse(readFileSync(file, "utf8")) as KnownAnswers;
    if (known.answers.length === 0) return ["none is there"];
  } catch {
    return ["the file cannot be read"];
  }
  const other: string[] = [];
  for (const [at, answer] of known.answers.entries()) {
    if (answeredAlike(known.base, answer)) continue;
    other.push(`${at} ${answer.cause ?? "admitted"}`);
    if (other.length === NAMED_MAX) break;
  }
  return other;
}

function answeredAlike(base: JsonObject, { cause, outcome, set }: KnownAnswer): boolean {
  try {
    const { spec, task, facts } = changed(base, set) as unknown as Asked;
    const decision = decide(compileSpec(spec, "known"), { task, digest: "known" }, facts);
    const failing = decision.findings.filter(({ passes }) => !passes);
    return (
      decision.outcome === outcome &&
      (cause === null ? failing.length === 0 : failing.some((finding) => finding.cause === cause))
    );
  } catch {
    // What this build cannot decide it answers otherwise.
    return false;
  }
}

interface Asked {
  readonly spec: Spec;
  readonly task: Task;
  readonly facts: Facts;
}

function changed(base: JsonObject, set: KnownAnswer["set"]): JsonObject {
  const copy = structuredClone(base) as MutableJson;
  for (const [path, ...values] of set) {
    let at = copy;
    for (const name of path.slice(0, -1)) at = at[name] as MutableJson;
    const last = path.at(-1) ?? "";
    if (values.length === 0) delete at[last];
    else at[last] = values[0] ?? null;
  }
  return copy;
}

interface MutableJson {
  [name: string]: Json;
}
