// Measures several things in turn, round by round, so that a machine whose speed drifts gives a fair ratio. Prints
// medians; judges nothing.

export interface Contestant {
  readonly name: string;
  /** Does the work once and returns its cost in the bench's own unit (ms, µs). */
  readonly once: () => Promise<number> | number;
}

export interface Measured {
  readonly name: string;
  readonly median: number;
  readonly p90: number;
  /** Median over the rounds of this contestant's cost divided by the first one's in the same round. */
  readonly ratio: number;
}

/** Runs each contestant once a round, after `warmup` rounds that are thrown away. */
export async function interleave(
  contestants: readonly Contestant[],
  rounds: number,
  warmup = 2,
): Promise<readonly Measured[]> {
  const costs: number[][] = contestants.map(() => []);
  for (let round = -warmup; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const cost = await contestant.once();
      if (round >= 0) costs[index]?.push(cost);
    }
  }
  const first = costs[0] ?? [];
  return contestants.map(({ name }, index) => {
    const own = costs[index] ?? [];
    const ratios = own.map((cost, round) => cost / (first[round] ?? Number.NaN));
    return { name, median: quantile(own, 0.5), p90: quantile(own, 0.9), ratio: quantile(ratios, 0.5) };
  });
}

/** The `q` quantile of `values`, nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}
