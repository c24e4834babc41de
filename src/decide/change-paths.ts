// Changes of what is read and written: each path that failed, or that made the task's label what it is, dropped.
import { quoteUntrusted } from "../stdx/escape.ts";
import { type Change, type Judgement, withNeeds } from "./change.ts";
import { pathFactOf } from "./path-fact.ts";

/** Paths beyond these are not dropped one by one. */
const PATHS_MAX = 12;
const PRIVACY_CAUSES =
  /^(label_under_reads|label_over_clearance|may_not_meet|label_conflict|ancestor_over_limit|no_placement)$/;

/** Each offending read, write, or the default directory grant, left out. */
export function pathChanges(judgement: Judgement): readonly Change[] {
  const { task } = judgement.situation;
  const changes: Change[] = [];
  for (const list of ["reads", "writes"] as const) {
    task.needs[list].forEach((asked, at) => {
      if (changes.length >= PATHS_MAX || !offends(judgement, list, at)) return;
      const left = task.needs[list].filter((_, other) => other !== at);
      const summary = `needs.${list}[${at}]: ${quoteUntrusted(asked)} → dropped`;
      changes.push({ change: "drop_path", summary, task: withNeeds(task, { [list]: left }) });
    });
  }
  if (task.needs.reads_directory && directoryOffends(judgement)) {
    const summary = "needs.reads_directory: true → false";
    changes.push({ change: "drop_path", summary, task: withNeeds(task, { reads_directory: false }) });
  }
  return changes;
}

function offends({ situation, failures }: Judgement, list: "reads" | "writes", at: number): boolean {
  const { task, facts, compiled } = situation;
  const asked = task.needs[list][at] ?? "";
  if (failures.some(({ finding }) => finding.rule === `needs.${list}[${at}]`)) return true;
  const real = pathFactOf(facts.paths[list], asked, at)?.real ?? asked;
  if (failures.some(({ finding }) => finding.rule === `ancestor.${list}` && finding.measured === real))
    return true;
  if (!failures.some(({ finding }) => PRIVACY_CAUSES.test(finding.cause ?? ""))) return false;
  if (failures.some(({ finding }) => finding.cause === "label_conflict")) return true;
  const reach = compiled.sources.overlapping(real);
  return reach.untrusted || reach.rank > compiled.defaultRank;
}

function directoryOffends({ failures }: Judgement): boolean {
  return failures.some(
    ({ finding }) => finding.rule === "directory" || PRIVACY_CAUSES.test(finding.cause ?? ""),
  );
}
