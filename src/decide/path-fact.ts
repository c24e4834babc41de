// Finds what facts/ observed of a declared path. By name, so that a changed request is judged on the same facts.
import type { PathFact } from "./facts.ts";

/** Places after its own at which a path's fact is looked for first: where paths were dropped, facts lie further on. */
const AHEAD = 2;

/** The fact for the path `asked`, which usually stands at the index `at`; null: it was not observed. */
export function pathFactOf(known: readonly PathFact[], asked: string, at: number): PathFact | null {
  for (let near = at; near <= at + AHEAD; near += 1) {
    const fact = known[near];
    if (fact !== undefined && fact.asked === asked) return fact;
  }
  return known.find((fact) => fact.asked === asked) ?? null;
}
