// Labels for the naive model: what a task may come to know, and whom it may not run beside. Every list is scanned; nothing
// is shared with src/decide/.
import type { Facts } from "../src/decide/facts.ts";
import type { Spec } from "../src/spec/spec.ts";
import type { Task } from "../src/task/task.ts";
import { base, reals, within } from "./decide-model-places.ts";

export function labelOf(
  spec: Spec,
  task: Task,
  facts: Facts,
): { readonly rank: number; readonly untrusted: boolean } {
  const { ladder, default_label, sources } = spec.privacy;
  const { paths } = facts;
  let rank = ladder.indexOf(default_label);
  let untrusted = false;
  const files = [...(paths.executable === null ? [] : [paths.executable]), ...paths.arguments].map(
    ({ real, asked }) => real ?? asked,
  );
  const granted = [
    ...reals(task.needs.reads, paths.reads),
    ...reals(task.needs.writes, paths.writes),
    ...files,
  ];
  const directory = paths.directory.real ?? task.directory;
  for (const source of sources) {
    const place = base(source.path);
    const overlaps = granted.some((path) => within(path, place) || within(place, path));
    const around = task.needs.reads_directory && within(place, directory);
    if (!overlaps && !around) continue;
    const place_rank = ladder.indexOf(source.label);
    rank = Math.max(rank, place_rank === -1 ? ladder.length - 1 : place_rank);
    if (source.trust === "untrusted") untrusted = true;
  }
  // What labelled tasks wrote, as far as it can be seen: not in a labelled place that is hidden in the working directory.
  for (const output of facts.outputs ?? []) {
    const overlaps = granted.some((path) => within(path, output.path) || within(output.path, path));
    const hidden = sources.some(
      ({ path }) =>
        base(path) !== directory && within(directory, base(path)) && within(base(path), output.path),
    );
    const around =
      task.needs.reads_directory &&
      (within(output.path, directory) || (within(directory, output.path) && !hidden));
    if (!overlaps && !around) continue;
    rank = Math.max(rank, ladder.includes(output.label) ? ladder.indexOf(output.label) : ladder.length - 1);
    if (output.untrusted) untrusted = true;
  }
  for (const { label, untrusted: tainted } of facts.sums.ancestors) {
    if (tainted) untrusted = true;
    rank = Math.max(rank, ladder.includes(label) ? ladder.indexOf(label) : ladder.length - 1);
  }
  return { rank, untrusted };
}

/** Whether a live hold writes what this task reads, or reads what it writes, with another label or trust. */
export function conflictsWithHolds(spec: Spec, task: Task, facts: Facts): boolean {
  const own = labelOf(spec, task, facts);
  const rank = (label: string): number => spec.privacy.ladder.indexOf(label);
  const touches = (one: string, other: string): boolean => within(one, other) || within(other, one);
  const written = reals(task.needs.writes, facts.paths.writes);
  const { executable, directory } = facts.paths;
  const files = [...facts.paths.arguments, ...(executable === null ? [] : [executable])];
  const shown = [
    ...written,
    ...reals(task.needs.reads, facts.paths.reads),
    ...files.map(({ real, asked }) => real ?? asked),
  ];
  const folder = directory.real ?? task.directory;
  // A labelled place inside the working directory is hidden there.
  const seenThere = (place: string): boolean =>
    task.needs.reads_directory &&
    touches(folder, place) &&
    !spec.privacy.sources
      .map(({ path }) => base(path))
      .some((source) => source !== folder && within(folder, source) && within(source, place));
  return facts.sums.holds.some((hold) => {
    const above = hold.writes.some(
      ({ path, label }) =>
        (rank(label) === -1 || rank(label) > own.rank || (hold.untrusted === true && !own.untrusted)) &&
        (shown.some((one) => touches(one, path)) || seenThere(path)),
    );
    const below = [...hold.reads, ...hold.writes].some(
      ({ path, label }) =>
        (rank(label) < own.rank || (hold.untrusted === false && own.untrusted)) &&
        written.some((one) => touches(one, path)),
    );
    return above || below;
  });
}
