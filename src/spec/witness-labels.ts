// The label and the trust that a spec gives to what is read. Lexical: for comparing specs, not for deciding tasks.
import { overlapsPath } from "../names/path.ts";
import type { Privacy } from "./spec.ts";

/** What reading something means under a spec. */
export interface ReadLabel {
  readonly label: string;
  readonly untrusted: boolean;
}

/**
 * The highest label of the default and of every source that one of `paths` overlaps, either way; untrusted when any of
 * those sources is. Reading nothing has the default label.
 */
export function labelOfReads(privacy: Privacy, paths: readonly string[]): ReadLabel {
  const { ladder, default_label, sources } = privacy;
  if (paths.length === 0) return { label: default_label, untrusted: false };
  const reached = sources.filter((source) => paths.some((path) => overlapsPath(source.path, path)));
  const rank = Math.max(
    ...[default_label, ...reached.map(({ label }) => label)].map((label) => ladder.indexOf(label)),
  );
  return {
    label: ladder[rank] ?? default_label,
    untrusted: reached.some(({ trust }) => trust === "untrusted"),
  };
}
