// What a node has learned of how its work usually goes, as bounds that a spec can declare. Declares nothing itself: a spec
// does, signed and adopted, and from then on only an amendment raises a bound.
import { NODE } from "./declared-bounds.ts";
import { METRICS, type MetricId } from "./metric.ts";
import type { Snapshot } from "./snapshot.ts";

/** A bound, as `measurement.bounds` of a spec says it. */
export interface BaselineBound {
  readonly metric: MetricId;
  /** `node`, or the first 16 digits of a class's id. */
  readonly of: string;
  /** Basis points, rounded up. */
  readonly max: number;
  /** The records of the executions so far. */
  readonly first: number;
  readonly last: number;
}

/** Digits of a class's id that name it: two of 64 classes share them once in 10^16 nodes. */
const ID_DIGITS = 16;

/**
 * The bounds that are frozen by now, of the node and of each class that is told apart, in the order of the metrics. Where a
 * lower one is declared already it is kept, so that declaring these loosens nothing. What says nothing (100 %) is left out.
 */
export function baseline({ metrics, classes, first, last }: Snapshot): readonly BaselineBound[] {
  const node = metrics.flatMap(({ id, node_bound, node_declared }) =>
    id === "new_class"
      ? []
      : boundOf(id, NODE, lowest(node_bound, node_declared), [first?.sequence ?? 0, last?.sequence ?? 0]),
  );
  const own = classes
    .filter(({ id }) => /^[0-9a-f]{16,64}$/.test(id))
    .flatMap((one) =>
      one.metrics.flatMap(({ id, bound, declared }) =>
        boundOf(id, one.id.slice(0, ID_DIGITS), lowest(bound, declared), [one.first, one.last]),
      ),
    );
  const order = METRICS.map(({ id }): string => id);
  return [...node, ...own].toSorted((a, b) => order.indexOf(a.metric) - order.indexOf(b.metric));
}

function lowest(learned: number | null, declared: number | null): number | null {
  return learned === null ? null : Math.min(learned, declared ?? 1);
}

function boundOf(
  metric: MetricId,
  of: string,
  bound: number | null,
  [first, last]: readonly [number, number],
): readonly BaselineBound[] {
  if (bound === null) return [];
  // The rest of a division is no hundredth of a percent more.
  const max = Math.ceil(bound * 10_000 - 1e-9);
  return max >= 10_000 ? [] : [{ metric, of, max, first, last }];
}
