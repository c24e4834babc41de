// Changes of what is read and written: each path that failed, or that made the task's label what it is, dropped.
import { quoteUntrusted } from "../stdx/escape.ts";
import { type Change, failsBy, type Judgement, withNeeds } from "./change.ts";
import type { Cause } from "./decision.ts";
import { pathFactOf } from "./path-fact.ts";
import { meets } from "./reached-paths.ts";
import type { Reach } from "./source-trie.ts";
import { outputReach } from "./task-label.ts";

/** Paths beyond these are not dropped one by one. */
const PATHS_MAX = 12;
/** What a less private label may mend. */
const LABEL_CAUSES: readonly Cause[] = [
  "label_under_reads",
  "label_over_clearance",
  "may_not_meet",
  "ancestor_over_limit",
  "no_placement",
];

interface NamedPath {
  readonly asked: string;
  readonly at: number;
}

/** Each offending read, write, or the default directory grant, left out. */
export function pathChanges(judgement: Judgement): readonly Change[] {
  const { task } = judgement.situation;
  const changes: Change[] = [];
  for (const list of ["reads", "writes"] as const) {
    task.needs[list].forEach((asked, at) => {
      if (changes.length >= PATHS_MAX || !offends(judgement, list, { asked, at })) return;
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

function offends(judgement: Judgement, list: "reads" | "writes", { asked, at }: NamedPath): boolean {
  const { facts, compiled } = judgement.situation;
  const real = pathFactOf(facts.paths[list], asked, at)?.real ?? asked;
  const named = judgement.failures.some(
    ({ finding: { rule, measured } }) =>
      rule === `needs.${list}[${at}]` || (rule === `ancestor.${list}` && measured === real),
  );
  if (named || failsBy(judgement, "label_conflict")) return true;
  if (!failsBy(judgement, ...LABEL_CAUSES)) return false;
  const raises = ({ rank, untrusted }: Reach): boolean => untrusted || rank > compiled.defaultRank;
  const outputs = (facts.outputs ?? []).filter((output) => meets(real, output.path));
  return (
    raises(compiled.sources.overlapping(real)) ||
    outputs.some((output) => raises(outputReach(compiled, output)))
  );
}

function directoryOffends(judgement: Judgement): boolean {
  const named = judgement.failures.some(({ finding }) => finding.rule === "directory");
  return named || failsBy(judgement, "label_conflict", ...LABEL_CAUSES);
}
