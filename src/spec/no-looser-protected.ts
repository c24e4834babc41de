// Files of what never leaves: a deny-set. One less is looser, as what it holds may then be sent; read in another way it is
// another file, since lines and passages do not contain each other.
import type { ProtectedFile } from "./spec.ts";
import type { Looser, WitnessRequest } from "./witness.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

/** The older files of `privacy.protected` that the newer spec no longer protects, or protects in another way. */
export function looserProtected(comparison: Comparison): readonly Looser[] {
  const { b, a } = comparison;
  const kept = new Map(b.privacy.protected.map(({ file, as }) => [file, as] as const));
  return a.privacy.protected.flatMap((older) => {
    const as = kept.get(older.file);
    if (as === older.as) return [];
    const field = `privacy.protected[${older.file}]${as === undefined ? "" : ".as"}`;
    return [comparison.looser(field, sending(comparison, older))];
  });
}

function* sending(comparison: Comparison, { file, as }: ProtectedFile): Iterable<WitnessRequest> {
  for (const request of comparison.callers()) {
    yield changeCall(request, as === "values" ? { sends: [file] } : { passages: [file] });
  }
}
