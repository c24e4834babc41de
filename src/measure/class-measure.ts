// What is kept of one task class: counts, amounts and where it went. Bounded, whatever its history.
import { Adwin, type SeenChange } from "./drift/adwin.ts";
import type { Ended, OpenRun } from "./execution-values.ts";
import { METRICS, type MetricId, type MetricValues } from "./metric.ts";
import type { Place } from "./metric-watch.ts";
import { QuantileSketch } from "./quantile-sketch.ts";

/** Destinations that are told apart in a class; further ones count as new for ever. */
const HOSTS_MAX = 64;
/** Decisions of a class after a refusal in which an admit counts as the same work submitted again. */
const RESUBMITTED_WITHIN = 8;

/** A change of a class's mean that nobody declared: shown, and no alarm. */
export interface ClassChange extends SeenChange<Place> {
  readonly metric: MetricId;
  readonly classId: string;
}

/** One class: principal, command identity and shape of needs, as a keyed hash. */
export class ClassMeasure {
  readonly id: string;
  /** Its first and its latest record. */
  readonly first: number;
  last: number;
  /** Ended executions. */
  executions = 0;
  decisions = 0;
  refused = 0;
  deferred = 0;
  readonly wall: QuantileSketch = new QuantileSketch();
  readonly memory: QuantileSketch = new QuantileSketch();
  readonly bytesOut: QuantileSketch = new QuantileSketch();
  readonly #sums: Record<MetricId, MetricSums> = emptySums();
  readonly #hosts: Set<string> = new Set();
  /** Decisions since the last refusal; null: there was none. */
  #sinceRefusal: number | null = null;
  /** Refusals since the last admit. */
  #inARow = 0;

  constructor(id: string, first: number) {
    this.id = id;
    this.first = first;
    this.last = first;
  }

  /** Counts a decision; of an admit, how often the same class was refused soon before it. */
  decided(outcome: string | null, sequence: number): number {
    this.decisions += 1;
    this.last = sequence;
    if (outcome === "refuse") {
      this.refused += 1;
      this.#inARow += 1;
    }
    if (outcome === "defer") this.deferred += 1;
    const since = this.#sinceRefusal;
    this.#sinceRefusal = outcome === "refuse" ? 0 : since === null ? null : since + 1;
    if (outcome !== "admit" || since === null) return 0;
    const refused = this.#inARow;
    this.#sinceRefusal = null;
    this.#inARow = 0;
    return since < RESUBMITTED_WITHIN ? refused : 0;
  }

  /** Notes where a run went; whether one of the hosts is new to the class. */
  went(run: OpenRun): boolean {
    let fresh = false;
    for (const host of run.hosts) {
      if (this.#hosts.has(host)) continue;
      fresh = true;
      if (this.#hosts.size < HOSTS_MAX) this.#hosts.add(host);
    }
    return fresh;
  }

  /** Adds an ended run; what it shows to have changed. */
  ended(values: MetricValues, { wall, memory, bytesOut }: Ended, place: Place): readonly ClassChange[] {
    this.executions += 1;
    this.last = place.sequence;
    let changes = NO_CHANGE;
    for (const { id, watched } of METRICS) {
      const value = values[id];
      if (value === null || watched === "node") continue;
      const sums = this.#sums[id];
      sums.count += 1;
      sums.sum += value;
      const change = sums.window.add(value, place);
      if (change !== null) changes = [...changes, { ...change, metric: id, classId: this.id }];
    }
    if (wall !== null) this.wall.add(Math.round(wall));
    if (memory !== null) this.memory.add(Math.round(memory));
    if (bytesOut !== null) this.bytesOut.add(Math.round(bytesOut));
    return changes;
  }

  /** The mean of a metric over all that was measured of it; null: nothing was. */
  mean(id: MetricId): number | null {
    const { count, sum } = this.#sums[id];
    return count === 0 ? null : sum / count;
  }
}

const NO_CHANGE: readonly ClassChange[] = [];

/** What is kept of one metric of a class. */
interface MetricSums {
  count: number;
  sum: number;
  readonly window: Adwin<Place>;
}

function emptySums(): Record<MetricId, MetricSums> {
  const sums: Partial<Record<MetricId, MetricSums>> = {};
  for (const { id } of METRICS) sums[id] = { count: 0, sum: 0, window: new Adwin() };
  return sums as Record<MetricId, MetricSums>;
}
