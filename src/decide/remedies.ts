// What would pass instead: changes of the request, one at a time, each decided on the same facts and kept only when it
// passes. Which changes are tried stands in changes-of.ts.
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { Json } from "../stdx/json.ts";
import type { Task } from "../task/task.ts";
import type { Change } from "./change.ts";
import { changesOf } from "./changes-of.ts";
import type { Cause, Remedy } from "./decision.ts";
import type { Judged } from "./judge.ts";

/** At most this many are offered. */
export const REMEDIES_MAX = 8;
/** At most this many changes are tried by themselves, and this many pairs of them when none is enough. */
export const CHANGES_TRIED_MAX = 32;
export const PAIRS_TRIED_MAX = 32;
/** A request with more needs than this gets fewer tries: refusing it must stay cheap, however it was written. */
export const ORDINARY_NEEDS_MAX = 64;
const LARGE_TRIED_MAX = 4;

/** Judges a changed task under the same spec and facts. */
export type Judge = (task: Task) => Judged;

/**
 * The changes that pass, cheapest first: those that are admitted, and for a refusal also those that are deferred. When no
 * single change passes, pairs are tried. Empty: none of those tried passes. At most `REMEDIES_MAX`.
 */
export function remedies(judged: Judged, judge: Judge): readonly Remedy[] {
  if (judged.failures.some(({ finding }) => BEYOND_THE_REQUEST.has(finding.cause))) return [];
  const large = needsOf(judged.situation.task) > ORDINARY_NEEDS_MAX;
  const kept: Remedy[] = [];
  const tried: { readonly change: Change; readonly result: Judged }[] = [];
  for (const change of changesOf(judged).slice(0, large ? LARGE_TRIED_MAX : CHANGES_TRIED_MAX)) {
    const result = judge(change.task);
    keep(kept, change, { judged, result });
    tried.push({ change, result });
  }
  if (kept.length > 0 || large) return kept.slice(0, REMEDIES_MAX);
  let pairs = 0;
  for (const { change: first, result } of tried) {
    if (distance(result) >= distance(judged)) continue;
    for (const second of changesOf(result)) {
      if (pairs === PAIRS_TRIED_MAX) return kept;
      pairs += 1;
      const change = { ...second, change: first.change, summary: `${first.summary}; ${second.summary}` };
      keep(kept, change, { judged, result: judge(change.task) });
      if (kept.length === REMEDIES_MAX) return kept;
    }
  }
  return kept;
}

function needsOf({ needs }: Task): number {
  return needs.calls.length + needs.models.length + needs.reads.length + needs.writes.length;
}

/** No change of these requests helps: who asks, what this host proves and measures, and what is not installed. */
const BEYOND_THE_REQUEST: ReadonlySet<Cause | null> = new Set([
  "principal_unlisted",
  "isolation_too_weak",
  "limits_too_weak",
  "executable_missing",
  "directory_too_wide",
  "heat_unmeasurable",
  "pressure_unmeasurable",
  "provider_unknown",
  "provider_running",
  "heat_high",
  "pressure_high",
]);

interface Trial {
  readonly judged: Judged;
  readonly result: Judged;
}

function keep(kept: Remedy[], change: Change, { judged, result }: Trial): void {
  const { outcome } = result;
  // What is deferred as it stands needs no change to be deferred.
  if (outcome === "refuse" || outcome === judged.outcome) return;
  const text = canonicalJson(change.task as unknown as Json);
  if (kept.some((remedy) => canonicalJson(remedy.task as unknown as Json) === text)) return;
  kept.push({ change: change.change, summary: change.summary, task: change.task, outcome });
}

/** How far a task is from being admitted: what fails for good counts twice what time mends. */
function distance({ failures }: Judged): number {
  return failures.reduce((sum, { finding }) => sum + (finding.transient ? 1 : 2), 0);
}
