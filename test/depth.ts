// Two depths from one source: bounded counts for `npm test`, the counts an issue names for `npm run test:deep`. Mutation
// runs, which repeat every test for every mutant, take a quarter of the bounded ones.

/** True under `npm run test:deep`. */
export const isDeep: boolean = process.env["WRIT_TEST_DEPTH"] === "deep";

/** The seed of every property test; another one can be given to look elsewhere. */
export const seed: number = Number(process.env["WRIT_TEST_SEED"] ?? "20261122");

/**
 * How many runs a property gets.
 *
 * @example fc.assert(property, { seed, numRuns: depth(200, 20_000) });
 */
export function depth(bounded: number, deep: number): number {
  if (isDeep) return deep;
  return process.env["WRIT_TEST_DEPTH"] === "shallow" ? Math.ceil(bounded / 4) : bounded;
}
