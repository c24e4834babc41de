// What was read decides where it may be sent: labels against clearances, the dangerous meetings, and live holds.

import type { RefuseWhen } from "../spec/spec.ts";
import { type CompiledSpec, controlRank } from "./compile-spec.ts";
import type { HoldFact } from "./facts.ts";
import type { Failures } from "./findings.ts";
import { outputEvidence } from "./label-chain.ts";
import { labelLimit } from "./label-limit.ts";
import { dataRank, type OutwardNeed } from "./outward-needs.ts";
import type { ModelPlacement } from "./place-models.ts";
import { meets, type ReachedPaths, reachedPaths, reveals } from "./reached-paths.ts";
import type { Situation } from "./situation.ts";

/** Data labels, clearances, `refuse_when`, and label conflicts with live holds. */
export function checkPrivacy(situation: Situation, failures: Failures): void {
  checkDeclaredLabels(situation, failures);
  for (const need of situation.outward) checkClearance(situation, need, failures);
  situation.placements.forEach((placement, index) =>
    checkProviderLabel(situation, { placement, index }, failures),
  );
  situation.compiled.spec.privacy.refuse_when.forEach((when, index) =>
    checkMeeting(situation, { when, rule: `privacy.refuse_when[${index}]` }, failures),
  );
  if (situation.facts.sums.holds.length > 0) checkHolds(situation, failures);
}

/** A declared label must exist and may not be less private than what the task reads: that would be a lie. */
function checkDeclaredLabels(situation: Situation, failures: Failures): void {
  const { compiled, task, reach, label } = situation;
  const check = (field: string, data: string | null): void => {
    if (data === null) return;
    const rank = compiled.ranks.get(data);
    const finding = { constraint: "privacy", limit: label, unit: "label", evidence: [field] } as const;
    if (rank === undefined) {
      failures.add({
        ...finding,
        rule: "privacy.ladder",
        cause: "label_unknown",
        measured: null,
        limit: null,
      });
    } else if (rank < reach.rank) {
      failures.add({
        ...finding,
        rule: "privacy.sources",
        cause: "label_under_reads",
        measured: data,
        evidence: [field, ...outputEvidence(situation, { least: rank + 1 })],
      });
    }
  };
  task.needs.models.forEach((need, index) => check(`needs.models[${index}].data`, need.data));
  task.needs.calls.forEach((call, index) => check(`needs.calls[${index}].data`, call.data));
}

function checkClearance(situation: Situation, need: OutwardNeed, failures: Failures): void {
  const { compiled } = situation;
  // What goes to an unknown host is refused as such.
  if (need.endpoint === null) return;
  const { rule, label, rank } = labelLimit(compiled, need.endpoint);
  if (need.rank <= rank) return;
  failures.add({
    constraint: "privacy",
    rule,
    cause: "label_over_clearance",
    measured: compiled.spec.privacy.ladder[need.rank] ?? null,
    limit: label,
    unit: "label",
    evidence: [need.field, need.host, ...outputEvidence(situation, { least: rank + 1 })],
  });
}

/**
 * A provider that runs under a writ is a task with a label of its own: what it takes in may go wherever its label may, and
 * what one client says could reach the next. So it takes nothing above its label. One that runs outside is the operator's
 * word. INVARIANT: this fails the placement and never moves it, so that a label that rises never finds a way out.
 */
function checkProviderLabel(
  situation: Situation,
  { placement, index }: { readonly placement: ModelPlacement; readonly index: number },
  failures: Failures,
): void {
  const { compiled, facts, reach } = situation;
  if (placement.kind !== "local") return;
  const { provider } = placement.service;
  const rank = dataRank(compiled, placement.need.data, reach.rank);
  // INVARIANT: a provider whose label is unknown, or not on the ladder, takes nothing.
  const labels = facts.sums.holds
    .filter((hold) => hold.provider === provider.name)
    .map((hold) => hold.label ?? "");
  const [lowest] = labels.sort((one, other) => rankOr(compiled, one, -1) - rankOr(compiled, other, -1));
  if (lowest === undefined || rankOr(compiled, lowest, -1) >= rank) return;
  failures.add({
    constraint: "privacy",
    rule: "sovereignty.providers",
    cause: "label_over_clearance",
    measured: compiled.spec.privacy.ladder[rank] ?? null,
    limit: compiled.ranks.has(lowest) ? lowest : null,
    unit: "label",
    evidence: [
      `needs.models[${index}]`,
      provider.name,
      ...outputEvidence(situation, { least: rankOr(compiled, lowest, -1) + 1 }),
    ],
  });
}

interface Meeting {
  readonly when: RefuseWhen;
  readonly rule: string;
}

function checkMeeting(situation: Situation, { when, rule }: Meeting, failures: Failures): void {
  const { compiled, reach, outward, label } = situation;
  if (when.untrusted !== null && !reach.untrusted) return;
  const least = when.label_min === null ? 0 : (compiled.ranks.get(when.label_min) ?? 0);
  const finding = {
    constraint: "privacy",
    rule,
    cause: "may_not_meet",
    limit: when.label_min,
    unit: "label",
  } as const;
  const because = outputEvidence(situation, { least, untrusted: when.untrusted !== null });
  if (when.control_not === null) {
    const rank = outward.reduce((highest, need) => Math.max(highest, need.rank), reach.rank);
    if (rank >= least) failures.add({ ...finding, measured: label, evidence: because });
    return;
  }
  // `control_not: owned` means anything less sovereign than owned, so that going outward never helps.
  const farthest = controlRank(when.control_not);
  const meeting = outward.filter((need) => controlRank(need.control) > farthest && need.rank >= least);
  if (meeting.length > 0) {
    failures.add({
      ...finding,
      measured: label,
      evidence: [...meeting.map(({ field, host }) => `${field} ${host}`), ...because],
    });
  }
}

interface LabelledPath {
  readonly path: string;
  readonly label: string;
}

/**
 * A writer's paths carry its label and its trust as soon as it holds them: nobody with a lower label, and nobody that is to
 * read trusted content alone, may read them meanwhile, neither this task what a live one writes, nor a live one what this
 * task would write.
 */
function checkHolds(situation: Situation, failures: Failures): void {
  const { compiled, task, facts, label } = situation;
  const reached = reachedPaths(compiled, task, facts);
  const conflicting = facts.sums.holds.filter((hold) => conflicts(situation, hold, reached));
  if (conflicting.length === 0) return;
  failures.add({
    constraint: "privacy",
    rule: "privacy.sources",
    cause: "label_conflict",
    measured: label,
    limit: null,
    unit: "label",
    evidence: conflicting.map((hold) => hold.id).sort(),
    after: Math.max(...conflicting.map((hold) => hold.ends_in)),
  });
}

function conflicts({ compiled, reach }: Situation, hold: HoldFact, reached: ReachedPaths): boolean {
  // INVARIANT: a label that is not on the ladder conflicts with every other: highest as a writer's, lowest as a reader's.
  const higher = (place: LabelledPath): boolean =>
    rankOr(compiled, place.label, compiled.ranks.size) > reach.rank ||
    (hold.untrusted === true && !reach.untrusted);
  const lower = (place: LabelledPath): boolean =>
    rankOr(compiled, place.label, -1) < reach.rank || (hold.untrusted === false && reach.untrusted);
  if (hold.writes.some((place) => higher(place) && reveals(reached, place.path))) return true;
  return [...hold.reads, ...hold.writes].some(
    (place) => lower(place) && reached.writes.some((path) => meets(path, place.path)),
  );
}

function rankOr(compiled: CompiledSpec, label: string, otherwise: number): number {
  return compiled.ranks.get(label) ?? otherwise;
}
