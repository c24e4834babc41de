// The decision: a pure function of spec, task and facts. No input or output, no clock, no randomness. Deny by default:
// admit is what remains when every check has passed.
import type { Task } from "../task/task.ts";
import type { CompiledSpec } from "./compile-spec.ts";
import type { Decision, Placement } from "./decision.ts";
import type { Facts } from "./facts.ts";
import type { Failed } from "./findings.ts";
import { grantsOf } from "./grants-of.ts";
import { judge } from "./judge.ts";
import { passingFindings } from "./passing-findings.ts";
import type { ModelPlacement } from "./place-models.ts";
import { remedies } from "./remedies.ts";
import type { Situation } from "./situation.ts";
import { smallestConflict } from "./smallest-conflict.ts";

/** A canonical task and the digest of it. */
export interface DigestedTask {
  readonly task: Task;
  readonly digest: string;
}

/** A decision, and what it was made on. */
export interface DecidedTask {
  readonly decision: Decision;
  readonly situation: Situation;
}

/**
 * What is to become of `task`: `admit` with grants, `defer` when only transient causes fail, else `refuse`. The same
 * spec, task and facts always give the same value. Remedies are worked out only when it is not admitted.
 *
 * @example const { outcome } = decide(compileSpec(spec, specHash), { task, digest }, facts);
 */
export function decide(compiled: CompiledSpec, task: DigestedTask, facts: Facts): Decision {
  return decided(compiled, task, facts).decision;
}

/** As `decide`, with the situation for whoever goes on with it. */
export function decided(compiled: CompiledSpec, { task, digest }: DigestedTask, facts: Facts): DecidedTask {
  const judged = judge(compiled, task, facts);
  const { situation, failures, outcome } = judged;
  const conflicting = failures.some((failed) => failed.finding.cause === "requires_conflict");
  const decision = {
    outcome,
    spec_hash: compiled.spec_hash,
    task_digest: digest,
    principal: situation.principal?.name ?? null,
    label: situation.label,
    untrusted: situation.reach.untrusted,
    score: situation.score,
    placements: placementsOf(situation.placements),
    findings: outcome === "admit" ? passingFindings(situation) : failures.map((failed) => failed.finding),
    conflict: conflicting ? smallestConflict(situation) : [],
    retry: outcome === "defer" ? retryOf(failures) : null,
    grants: outcome === "admit" ? grantsOf(situation) : null,
    remedies: outcome === "admit" ? [] : remedies(judged, (changed) => judge(compiled, changed, facts)),
  };
  return { decision, situation };
}

/** What a decision comes to, without what it advises and without what passed. */
export interface Verdict {
  readonly outcome: Decision["outcome"];
  /** Only what fails. */
  readonly findings: Decision["findings"];
  readonly grants: Decision["grants"];
}

/** As `decide` decides it, in a small part of the time of a refusal: no remedy is tried. */
export function verdictOn(compiled: CompiledSpec, task: Task, facts: Facts): Verdict {
  const { situation, failures, outcome } = judge(compiled, task, facts);
  return {
    outcome,
    findings: failures.map(({ finding }) => finding),
    grants: outcome === "admit" ? grantsOf(situation) : null,
  };
}

/** The cause that takes longest to pass binds; one that nobody can time binds before all. */
function retryOf(failures: readonly Failed[]): Decision["retry"] {
  const wait = (failed: Failed): number => failed.after ?? Infinity;
  const [first] = failures.toSorted((one, other) =>
    wait(one) === wait(other) ? 0 : wait(other) - wait(one),
  );
  const cause = first?.finding.cause ?? null;
  return first === undefined || cause === null ? null : { cause, after: first.after };
}

function placementsOf(placements: readonly ModelPlacement[]): readonly Placement[] {
  const placed: Placement[] = [];
  for (const placement of placements) {
    const { capability } = placement.need;
    if (placement.kind === "local") {
      const { provider, model } = placement.service;
      placed.push({
        capability,
        target: "provider",
        name: provider.name,
        model: model.name,
        control: "node",
      });
    } else if (placement.kind === "outward") {
      const { host, endpoint } = placement.target;
      placed.push({ capability, target: "endpoint", name: host, model: null, control: endpoint.control });
    }
  }
  return placed;
}
