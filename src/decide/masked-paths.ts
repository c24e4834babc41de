// Paths that are hidden from a task although a grant covers them: private places, and labelled ones inside the default
// directory grant. Not the check of what may be declared (check-execution.ts).
import { isWithin } from "../names/path.ts";
import type { PathFact } from "./facts.ts";
import { pathFactOf } from "./path-fact.ts";
import type { Situation } from "./situation.ts";
import { toolchainOf } from "./toolchain-of.ts";

/**
 * Private places below any grant, and source places and a project's secrets below the working directory when `reads_directory` grants it,
 * unless a declared read or write, or the toolchain, covers them. Sorted; none inside another, unless a declared path between opens it.
 */
export function maskedPaths(situation: Situation): readonly string[] {
  const { compiled, task, facts } = situation;
  const { paths } = facts;
  const opened = [
    ...task.needs.reads.map((asked, at) => realOf(paths.reads, asked, at)),
    ...task.needs.writes.map((asked, at) => realOf(paths.writes, asked, at)),
    ...toolchainOf(task, facts).map((part) => part.real ?? part.asked),
  ];
  const directory = task.needs.reads_directory ? paths.directory.real : null;
  const places = new Set<string>();
  for (const place of paths.masked) {
    const granted = directory !== null && isWithin(directory, place);
    if (granted || opened.some((grant) => isWithin(grant, place))) places.add(place);
  }
  if (directory !== null) {
    for (const place of [...compiled.sources.inside(directory), ...(paths.secrets ?? [])]) {
      if (!isWithin(directory, place)) continue;
      if (!opened.some((grant) => isWithin(grant, place))) places.add(place);
    }
  }
  const sorted = [...places].sort();
  return sorted.filter((place) => !sorted.some((outer) => hides(outer, place, opened)));
}

function hides(outer: string, place: string, opened: readonly string[]): boolean {
  if (outer === place || !isWithin(outer, place)) return false;
  return !opened.some((grant) => isWithin(outer, grant) && isWithin(grant, place));
}

function realOf(known: readonly PathFact[], asked: string, at: number): string {
  return pathFactOf(known, asked, at)?.real ?? asked;
}
