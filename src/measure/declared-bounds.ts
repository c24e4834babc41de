// What a spec declares of how work usually goes, read from the record that adopted it. Not what was learned, and not whether
// it holds.
import type { JsonObject } from "../stdx/json.ts";
import { amountAt, listAt, objectAt, textAt } from "./read-core.ts";

/** Bounds of a spec that are read; its language takes no more. */
const BOUNDS_MAX = 10_000;

/** Of one metric: whom a bound is for (`node`, `class` or the beginning of a class's id), and the mean that is usual at most. */
interface Declared {
  readonly of: string;
  readonly max: number;
}

/** The declared bounds of the spec in force. */
export class DeclaredBounds {
  /** Whether what has a declared bound is watched against its learned one as well. */
  readonly learned: boolean;
  readonly #byMetric: ReadonlyMap<string, readonly Declared[]>;

  /** Of the core of a `spec_adopted` record; what it does not say is not declared. */
  constructor(core: JsonObject) {
    const measurement = objectAt(core, "measurement") ?? {};
    const byMetric = new Map<string, Declared[]>();
    for (const entry of listAt(measurement, "bounds").slice(0, BOUNDS_MAX)) {
      if (typeof entry !== "object" || entry === null || Array.isArray(entry)) continue;
      const one = entry as JsonObject;
      const [metric, of, max] = [textAt(one, "metric"), textAt(one, "of"), amountAt(one, "max")];
      if (metric === null || of === null || max === null) continue;
      const own = byMetric.get(metric) ?? [];
      own.push({ of, max: Math.min(1, max / BASIS_POINTS) });
      byMetric.set(metric, own);
    }
    this.#byMetric = byMetric;
    this.learned = measurement["learned"] !== false;
  }

  /** What the class, or `node`, is held to: the lowest of what meets it; null: nothing is declared. */
  of(metric: string, who: string): number | null {
    const own = this.#byMetric.get(metric);
    if (own === undefined) return null;
    const meeting = own.filter(({ of }) =>
      who === NODE ? of === NODE : of === EACH_CLASS || (of !== NODE && who.startsWith(of)),
    );
    return meeting.length === 0 ? null : Math.min(...meeting.map(({ max }) => max));
  }
}

/** The whole of the node, as a bound and the detectors name it. */
export const NODE = "node";
const EACH_CLASS = "class";
const BASIS_POINTS = 10_000;
