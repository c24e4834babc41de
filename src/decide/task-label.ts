// The label of a task: the highest of anything its writ lets it read. Written paths count, as they can be read back; so
// does what labelled tasks wrote there before. Not the label of one call's data (outward-needs.ts).
import type { Task } from "../task/task.ts";
import type { CompiledSpec } from "./compile-spec.ts";
import type { Facts, OutputFact } from "./facts.ts";
import { reachedPaths, reveals } from "./reached-paths.ts";
import type { Reach } from "./source-trie.ts";

/** What a task may come to know. */
export interface TaskReach extends Reach {
  /** Whether any of it has a label or trust of its own; else it has the spec's default label, and so does what is written. */
  readonly labelled: boolean;
}

/**
 * The rank of the task's label and whether anything it may read is untrusted. At least the default label, every label
 * that a reachable path overlaps, of every output that it overlaps, and the labels of its ancestors. The label of an
 * ancestor or output that is not on the ladder counts as the highest.
 */
export function taskLabel(compiled: CompiledSpec, task: Task, facts: Facts): TaskReach {
  const { sources } = compiled;
  let rank = compiled.defaultRank;
  let untrusted = false;
  let labelled = false;
  const count = (reach: Reach): void => {
    if (reach.rank > rank) rank = reach.rank;
    untrusted ||= reach.untrusted;
    labelled ||= reach.untrusted || reach.rank > -1;
  };
  const reached = reachedPaths(compiled, task, facts);
  for (const path of reached.open) count(sources.overlapping(path));
  // Sources inside the default directory grant are masked, so only those at or above it are reached.
  if (reached.directory !== null) count(sources.covering(reached.directory));
  for (const output of facts.outputs ?? []) {
    if (reveals(reached, output.path)) count(outputReach(compiled, output));
  }
  // What a parent has read may stand in every word of the task that it submits.
  for (const { label, untrusted: tainted } of facts.sums.ancestors)
    count({ rank: rankOrHighest(compiled, label), untrusted: tainted });
  return { rank, untrusted, labelled };
}

/** What an output carries. INVARIANT: a label that the ladder does not have counts as the highest. */
export function outputReach(
  compiled: CompiledSpec,
  { label, untrusted }: Pick<OutputFact, "label" | "untrusted">,
): Reach {
  return { rank: rankOrHighest(compiled, label), untrusted };
}

function rankOrHighest({ ranks }: CompiledSpec, label: string): number {
  return ranks.get(label) ?? ranks.size - 1;
}
