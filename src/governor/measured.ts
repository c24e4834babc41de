// What measurement needs of a decision and no projection could know later: its task class, and how near it was to what the
// spec allows. Moves no decision.
import { lazyNeeds } from "../decide/lazy-needs.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { JsonObject } from "../stdx/json.ts";
import type { Task } from "../task/task.ts";
import type { Judgement } from "./judge.ts";
import type { NameHash } from "./name-hash.ts";
import type { Judged } from "./records.ts";

/**
 * The `measured` member of a decision's core: `class`, the keyed hash of principal, command identity and shape of needs;
 * `external` and `avoidable`, needs that leave and those of them that a provider here could serve; `margin`, basis points
 * between the tightest passing rule and its limit, or null.
 */
export function measuredOf(
  { judged, situation }: Pick<Judgement, "judged" | "situation">,
  names: NameHash,
): JsonObject {
  const margins = judged.decision.findings.flatMap(({ passes, margin }) =>
    passes && margin !== null ? [margin] : [],
  );
  return {
    class: names("class", canonicalJson(classOf(judged))),
    external: situation.outward.length,
    avoidable: lazyNeeds(situation).lazy.length,
    margin: margins.length === 0 ? null : Math.max(0, Math.min(...margins)),
  };
}

/**
 * Wider than the class of footprints (task-class.ts), whose command is the whole line: who could make a class of its own with
 * every word would never be measured against a baseline. Never the task's own words: not its name, its intent, nor any
 * argument but a file that it is run on.
 */
function classOf({ task, facts, decision }: Judged): JsonObject {
  const [program = "", first = ""] = task.run.command;
  const { executable, arguments: files } = facts.paths;
  const script = first === "" ? undefined : files.find(({ asked }) => asked.endsWith(first));
  return {
    principal: decision.principal,
    command: [executable?.real ?? program, script?.real ?? null],
    shape: shapeOf(task),
  };
}

/** Kinds of needs, never hosts: where a class goes is what is measured of it. */
function shapeOf({ needs }: Task): JsonObject {
  const { models, calls, secrets, reads, writes, provider } = needs;
  return {
    models: [...new Set(models.map(({ capability }) => capability))].sort(),
    calls: calls.length > 0,
    secrets: secrets.length > 0,
    reads: reads.length > 0,
    writes: writes.length > 0,
    provider,
  };
}
