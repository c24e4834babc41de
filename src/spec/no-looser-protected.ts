// Files of values that never leave: a deny-set. One less is looser, as its values may then be sent.
import type { Looser, WitnessRequest } from "./witness.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

/** The older files of `privacy.protected` that the newer spec no longer protects. */
export function looserProtected(comparison: Comparison): readonly Looser[] {
  const { b, a } = comparison;
  const kept = new Set(b.privacy.protected.map(({ file }) => file));
  return a.privacy.protected
    .filter(({ file }) => !kept.has(file))
    .map(({ file }) => comparison.looser(`privacy.protected[${file}]`, sending(comparison, file)));
}

function* sending(comparison: Comparison, file: string): Iterable<WitnessRequest> {
  for (const request of comparison.callers()) yield changeCall(request, { sends: [file] });
}
