// The paths whose content a task may come to know, as facts/ resolved them. Not what they are labelled (task-label.ts).
import { isWithin } from "../names/path.ts";
import type { Task } from "../task/task.ts";
import type { CompiledSpec } from "./compile-spec.ts";
import type { Facts, PathFact } from "./facts.ts";
import { pathFactOf } from "./path-fact.ts";
import { toolchainOf } from "./toolchain-of.ts";

export interface ReachedPaths {
  /** Everything but the default directory grant: declared reads and writes, program, toolchain, files of the command. */
  readonly open: readonly string[];
  /** The working directory under `reads_directory`, in which places that a source labels are masked; null: not granted. */
  readonly directory: string | null;
  /** Of `open`, what may be written. */
  readonly writes: readonly string[];
  /** Whether `place` lies in a labelled place that is masked in the directory. */
  readonly isMasked: (place: string) => boolean;
}

/** The real paths that `task` reaches; as asked where nothing was found there. */
export function reachedPaths({ sources }: CompiledSpec, task: Task, facts: Facts): ReachedPaths {
  const { paths } = facts;
  const writes = task.needs.writes.map((asked, at) => pathFactOf(paths.writes, asked, at)?.real ?? asked);
  const files = [...(paths.executable === null ? [] : [paths.executable]), ...paths.arguments];
  const directory = task.needs.reads_directory ? (paths.directory.real ?? task.directory) : null;
  let masked: readonly string[] | null = null;
  return {
    open: [
      ...task.needs.reads.map((asked, at) => pathFactOf(paths.reads, asked, at)?.real ?? asked),
      ...writes,
      ...[...files, ...toolchainOf(task, facts)].map(realOf),
    ],
    directory,
    writes,
    // Worked out once, and only where something may lie there.
    isMasked: (place) => {
      masked ??= directory === null ? [] : sources.inside(directory);
      return masked.some((hidden) => isWithin(hidden, place));
    },
  };
}

/**
 * Whether what is written at `place`, or anywhere below it, can be seen through one of `reached`: either lies within the
 * other. Through the directory grant not what lies in a labelled place that is masked there.
 */
export function reveals({ open, directory, isMasked }: ReachedPaths, place: string): boolean {
  if (open.some((path) => meets(path, place))) return true;
  return directory !== null && meets(directory, place) && !isMasked(place);
}

/** Whether either of two paths lies within the other. */
export function meets(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

function realOf({ real, asked }: Pick<PathFact, "real" | "asked">): string {
  return real ?? asked;
}
