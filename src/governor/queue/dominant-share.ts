// How much of the node a principal holds, by the resource of which it holds most: the order in which waiting work is fair.
import type { Sums } from "../sums.ts";

/** What there is of each resource. */
export interface Capacity {
  /** Bytes. */
  readonly memory: number;
  /** Thousandths of a core. */
  readonly cpu: number;
}

/** The largest of `principal`'s shares of what there is, 0 to 1; what is asked for does not count, so asking more helps nobody. */
export function dominantShare(sums: Pick<Sums, "heldBy">, principal: string, capacity: Capacity): number {
  const { memory, cpu } = sums.heldBy(principal);
  return Math.max(share(memory, capacity.memory), share(cpu, capacity.cpu));
}

function share(held: number, all: number): number {
  return all > 0 ? Math.min(1, held / all) : 0;
}
