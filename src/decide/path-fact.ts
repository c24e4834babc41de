// Finds what facts/ observed of a declared path. By name, so that a changed request is judged on the same facts.
import type { PathFact } from "./facts.ts";

/** The fact for the path `asked`, which usually stands at the index `at`; null: it was not observed. */
export function pathFactOf(known: readonly PathFact[], asked: string, at: number): PathFact | null {
  const here = known[at];
  if (here !== undefined && here.asked === asked) return here;
  return known.find((fact) => fact.asked === asked) ?? null;
}
