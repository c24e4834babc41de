// The label of a task: the highest of anything its writ lets it read. Written paths count, as they can be read back.
// Not the label of one call's data (outward-needs.ts).
import type { Task } from "../task/task.ts";
import type { CompiledSpec } from "./compile-spec.ts";
import type { Facts, PathFact } from "./facts.ts";
import { pathFactOf } from "./path-fact.ts";
import type { Reach } from "./source-trie.ts";
import { toolchainOf } from "./toolchain-of.ts";

/**
 * The rank of the task's label and whether anything it may read is untrusted. At least the default label, every label
 * that a reachable path overlaps, and the labels of its ancestors; an ancestor's label that is not on the ladder counts
 * as the highest.
 */
export function taskLabel(compiled: CompiledSpec, task: Task, facts: Facts): Reach {
  const { paths } = facts;
  const { sources } = compiled;
  let rank = compiled.defaultRank;
  let untrusted = false;
  const count = (reach: Reach): void => {
    if (reach.rank > rank) rank = reach.rank;
    untrusted ||= reach.untrusted;
  };
  task.needs.reads.forEach((asked, at) => count(sources.overlapping(realOf(paths.reads, asked, at))));
  task.needs.writes.forEach((asked, at) => count(sources.overlapping(realOf(paths.writes, asked, at))));
  // Sources inside the default directory grant are masked, so only those at or above it are reached.
  if (task.needs.reads_directory) count(sources.covering(paths.directory.real ?? task.directory));
  if (paths.executable !== null) count(sources.overlapping(paths.executable.real ?? paths.executable.asked));
  for (const part of toolchainOf(task, facts)) count(sources.overlapping(part.real ?? part.asked));
  for (const file of paths.arguments) count(sources.overlapping(file.real ?? file.asked));
  for (const ancestor of facts.sums.ancestors) {
    rank = Math.max(rank, compiled.ranks.get(ancestor.label) ?? compiled.ranks.size - 1);
  }
  return { rank, untrusted };
}

function realOf(known: readonly PathFact[], asked: string, at: number): string {
  return pathFactOf(known, asked, at)?.real ?? asked;
}
