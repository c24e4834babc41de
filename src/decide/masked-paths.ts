// Paths that are hidden from a task although a grant covers them: private places, and labelled ones inside the default
// directory grant. Not the check of what may be declared (check-execution.ts).
import { isWithin } from "../names/path.ts";
import type { FileFact, PathFact } from "./facts.ts";
import { pathFactOf } from "./path-fact.ts";
import type { Situation } from "./situation.ts";
import { toolchainOf } from "./toolchain-of.ts";

/**
 * Private places below any grant, and source places and a project's secrets below the working directory when `reads_directory` grants it,
 * unless a declared read or write, a named file, or the toolchain, covers them. Sorted; none inside another, unless an opened path between opens it.
 */
export function maskedPaths(situation: Situation): readonly string[] {
  const declared = openedPaths(situation);
  const opened = [...declared, ...namedFiles(situation).map((file) => file.real ?? file.asked)];
  const places = new Set(hiddenPlaces(situation, declared));
  const directory = grantedDirectory(situation);
  if (directory !== null) {
    for (const place of situation.compiled.sources.inside(directory)) {
      if (!opened.some((grant) => isWithin(grant, place))) places.add(place);
    }
  }
  const sorted = [...places].sort();
  return sorted.filter((place) => !sorted.some((outer) => hides(outer, place, opened)));
}

/** Whether `real` is hidden from the task whatever the spec labels: in a private place, or a project's secret. */
export function isHidden(situation: Situation, real: string): boolean {
  return hiddenPlaces(situation, openedPaths(situation)).some((place) => isWithin(place, real));
}

/**
 * Files of the command that lie in a labelled place inside the default directory grant, and are not hidden anyway. Naming
 * one asks to read it, so it alone is shown and the task has its label (task-label.ts). INVARIANT: a wider source, which
 * is not masked, must not let a command pass that a narrower one refuses.
 */
export function namedFiles(situation: Situation): readonly FileFact[] {
  const directory = grantedDirectory(situation);
  const files = situation.facts.paths.arguments;
  if (directory === null || files.length === 0) return [];
  const places = situation.compiled.sources.inside(directory);
  return files.filter(
    ({ real, kind }) =>
      kind === "file" &&
      real !== null &&
      places.some((place) => isWithin(place, real)) &&
      !isHidden(situation, real),
  );
}

/** Real paths of what is declared, and of the toolchain. */
function openedPaths({ task, facts }: Situation): readonly string[] {
  const { paths } = facts;
  return [
    ...task.needs.reads.map((asked, at) => realOf(paths.reads, asked, at)),
    ...task.needs.writes.map((asked, at) => realOf(paths.writes, asked, at)),
    ...toolchainOf(task, facts).map((part) => part.real ?? part.asked),
  ];
}

/** Private places below a grant, and a project's secrets that the default directory grant alone covers. */
function hiddenPlaces(situation: Situation, opened: readonly string[]): readonly string[] {
  const { masked, secrets } = situation.facts.paths;
  const directory = grantedDirectory(situation);
  const isOpened = (place: string): boolean => opened.some((grant) => isWithin(grant, place));
  const isGranted = (place: string): boolean => directory !== null && isWithin(directory, place);
  return [
    ...masked.filter((place) => isGranted(place) || isOpened(place)),
    ...(secrets ?? []).filter((place) => isGranted(place) && !isOpened(place)),
  ];
}

function grantedDirectory({ task, facts }: Situation): string | null {
  return task.needs.reads_directory ? facts.paths.directory.real : null;
}

function hides(outer: string, place: string, opened: readonly string[]): boolean {
  if (outer === place || !isWithin(outer, place)) return false;
  return !opened.some((grant) => isWithin(outer, grant) && isWithin(grant, place));
}

function realOf(known: readonly PathFact[], asked: string, at: number): string {
  return pathFactOf(known, asked, at)?.real ?? asked;
}
