// What tests of noLooser ask of it: the looser fields, what their witnesses say, and tables of known answers. Each witness
// is checked by the naive reading in model/.
import { expect, test } from "vitest";
import { allows } from "../model/allows.ts";
import { PLAIN_SPEC } from "../model/plain-spec.ts";
import { noLooser } from "../src/spec/no-looser.ts";
import type { Spec } from "../src/spec/spec.ts";
import type { Looser } from "../src/spec/witness.ts";
import { formatWitness } from "../src/spec/witness-text.ts";

/** The fields in which `b` is looser than `a`, each with its witness, which `b` allows and `a` refuses. */
export function looserWith(b: Spec, a: Spec): readonly Looser[] {
  const answer = noLooser(b, a);
  if (answer.ok) return [];
  for (const { field, request } of answer.looser) {
    if (request === null) continue;
    const told = `${field}: ${formatWitness(request)}`;
    expect(allows(b, request), `the newer spec allows it; ${told}`).toBe(true);
    expect(allows(a, request), `the older spec refuses it; ${told}`).toBe(false);
  }
  return answer.looser;
}

/** Their names alone. */
export function looserFields(b: Spec, a: Spec): readonly string[] {
  return looserWith(b, a).map(({ field }) => field);
}

/** Each with what its witness says; null: there is none. */
export function looserTold(b: Spec, a: Spec): readonly (readonly [field: string, says: string | null])[] {
  return looserWith(b, a).map(({ field, request }) => [
    field,
    request === null ? null : formatWitness(request),
  ]);
}

/** The change, the newer spec, the field, what the witness shows (null: none), and the older spec if not the ordinary. */
export type LooserCase = readonly [name: string, b: Spec, field: string, shows: string | null, a?: Spec];

/** A test for each case: it is looser in that field, once, and in that alone if the older spec is the ordinary one. */
export function testLooser(cases: readonly LooserCase[]): void {
  for (const [name, b, field, shows, a] of cases) {
    test(`noLooser: ${name} is looser`, () => {
      const told = looserTold(b, a ?? PLAIN_SPEC);
      expect(told.filter(([named]) => named === field)).toEqual([
        [field, shows === null ? null : expect.stringContaining(shows)],
      ]);
      if (a === undefined) expect(told).toHaveLength(1);
    });
  }
}
