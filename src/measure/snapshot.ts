// What is measured, as one JSON value: what `writ measure`, `writ drift` and the report show. Numbers that there are too few
// executions for are null, never a guess.
import type { ClassMeasure } from "./class-measure.ts";
import { NODE } from "./declared-bounds.ts";
import type { Destination } from "./destinations.ts";
import type { Adoption, Coverage, Measurement, MetricAlarm } from "./measurement.ts";
import { METRICS, type Metric, type MetricId } from "./metric.ts";
import type { Place } from "./metric-watch.ts";
import type { ShownNegotiation } from "./negotiation.ts";
import type { ShownProbes } from "./probe-measure.ts";
import type { SeriesPoint } from "./series.ts";

/** Executions below which nothing is said about a mean. */
export const ENOUGH = 30;

export interface Snapshot {
  readonly records: number;
  readonly executions: number;
  /** Executions whose records say too little to be measured. */
  readonly unmeasured: number;
  readonly first: Place | null;
  readonly last: Place | null;
  readonly decisions: Decisions;
  readonly metrics: readonly MeasuredMetric[];
  readonly classes: readonly MeasuredClass[];
  readonly destinations: readonly Destination[];
  readonly alarms: readonly ShownAlarm[];
  /** Changes that nobody declared, the latest: no alarms. */
  readonly changes: readonly ShownChange[];
  readonly specs: readonly Adoption[];
  readonly probes: ShownProbes;
  readonly negotiation: ShownNegotiation;
  readonly coverage: Coverage | null;
}

export interface Decisions {
  readonly total: number;
  readonly refused: number;
  readonly deferred: number;
  /** Refusals that offered no form that passes. */
  readonly without_remedy: number;
  /** Admitted within eight decisions of the class after a refusal: the same work with smaller claims. */
  readonly resubmitted: number;
  readonly appeals: number;
  readonly causes: readonly { readonly cause: string; readonly count: number }[];
}

export interface MeasuredMetric {
  readonly id: MetricId;
  readonly title: string;
  readonly about: Metric["about"];
  /** Executions that it was measured of. */
  readonly count: number;
  /** Of all, of about the last 50 and of about the last 500; null: too few. */
  readonly mean: number | null;
  readonly short: number | null;
  readonly long: number | null;
  /** How much of an alarm stands, 0 to 1. */
  readonly level: number;
  /** The frozen bounds of its classes, each as heavy as its executions; null: no baseline is complete. */
  readonly bound: number | null;
  /** The same of what the spec in force declares of them. */
  readonly declared: number | null;
  /** Of the node as a whole: its frozen bound, and what the spec in force declares. */
  readonly node_bound: number | null;
  readonly node_declared: number | null;
  readonly series: readonly SeriesPoint[];
}

export interface MeasuredClass {
  readonly id: string;
  readonly first: number;
  readonly last: number;
  readonly executions: number;
  readonly decisions: number;
  readonly refused: number;
  readonly deferred: number;
  /** ms and bytes that half, or 95 of 100, of its executions stay at or below. */
  readonly wall_p50: number | null;
  readonly wall_p95: number | null;
  readonly memory_p95: number | null;
  readonly bytes_out_p95: number | null;
  /** Means of its metrics, and the frozen and the declared bounds that they are watched against; null: too few, or none. */
  readonly metrics: readonly {
    readonly id: MetricId;
    readonly mean: number | null;
    readonly bound: number | null;
    readonly declared: number | null;
  }[];
}

export interface ShownAlarm {
  readonly metric: MetricId;
  readonly level: "class" | "node";
  /** A bound of the spec, or one that was learned. */
  readonly bound: "declared" | "learned";
  readonly class: string | null;
  readonly at: Place;
  readonly since: Place;
  /** How often it was raised, and when last. */
  readonly times: number;
  readonly latest: Place;
  /** The spec in force where the move began. */
  readonly spec: Adoption | null;
  /** What the alarm is called by what came after; never whether it is one. */
  readonly named: "drift" | "passing incident";
}

/** A change of a class's mean that ADWIN saw. */
export interface ShownChange {
  readonly metric: MetricId;
  readonly class: string;
  readonly at: Place;
  readonly since: Place;
  readonly before: number;
  readonly after: number;
}

/** The state of `measurement`. */
export function snapshot(measurement: Measurement): Snapshot {
  const { records, executions, unmeasured, first, last } = measurement;
  const { decisions: total, refused, deferred, withoutRemedy, causes } = measurement;
  return {
    records,
    executions,
    unmeasured,
    first,
    last,
    decisions: {
      total,
      refused,
      deferred,
      without_remedy: withoutRemedy,
      resubmitted: measurement.resubmitted,
      appeals: measurement.appeals,
      causes: [...causes]
        .map(([cause, count]) => ({ cause, count }))
        .sort((left, right) => right.count - left.count || (left.cause < right.cause ? -1 : 1)),
    },
    metrics: METRICS.map((metric) => metricOf(metric, measurement)),
    classes: [...measurement.classes.values()]
      .map((one) => classOf(one, measurement))
      .sort((left, right) => right.executions - left.executions || left.first - right.first),
    destinations: measurement.destinations.list(),
    alarms: measurement.alarms.map((alarm) => alarmOf(alarm, measurement)),
    changes: measurement.changes.map(({ classId, ...change }) => ({ ...change, class: classId })),
    specs: measurement.adoptions,
    probes: measurement.probes.shown(),
    negotiation: measurement.negotiation.shown(),
    coverage: measurement.coverage,
  };
}

function metricOf(
  { id, title, about }: Metric & { readonly id: MetricId },
  measurement: Measurement,
): MeasuredMetric {
  const watch = measurement.watches.get(id);
  const { count = 0, sum = 0, short = null, long = null, level = 0 } = watch ?? {};
  const enough = count >= ENOUGH;
  return {
    id,
    title,
    about,
    count,
    mean: enough ? sum / count : null,
    short: enough ? short : null,
    long: enough ? long : null,
    level,
    bound: weighted(measurement, (classId) => watch?.boundOf(classId) ?? null),
    declared: weighted(measurement, (classId) => watch?.declaredOf(classId) ?? null),
    node_bound: watch?.nodeBound ?? null,
    node_declared: watch?.declaredOf(NODE) ?? null,
    series: enough ? wholePoints(watch?.series.points() ?? []) : [],
  };
}

/** The latest point is left out until it stands for half as many executions as the others: fewer would look like a move. */
function wholePoints(points: readonly SeriesPoint[]): readonly SeriesPoint[] {
  const [before, last] = points.slice(-2);
  return before === undefined || last === undefined || 2 * last.count >= before.count
    ? points
    : points.slice(0, -1);
}

/** The bounds of classes that have one, each as heavy as its executions. */
function weighted({ classes }: Measurement, boundOf: (classId: string) => number | null): number | null {
  let [sum, executions] = [0, 0];
  for (const one of classes.values()) {
    const bound = boundOf(one.id);
    if (bound === null) continue;
    sum += bound * one.executions;
    executions += one.executions;
  }
  return executions === 0 ? null : sum / executions;
}

function classOf(one: ClassMeasure, { watches }: Measurement): MeasuredClass {
  const enough = one.executions >= ENOUGH;
  return {
    id: one.id,
    first: one.first,
    last: one.last,
    executions: one.executions,
    decisions: one.decisions,
    refused: one.refused,
    deferred: one.deferred,
    wall_p50: enough ? one.wall.quantile(0.5) : null,
    wall_p95: enough ? one.wall.quantile(0.95) : null,
    memory_p95: enough ? one.memory.quantile(0.95) : null,
    bytes_out_p95: enough ? one.bytesOut.quantile(0.95) : null,
    metrics: METRICS.filter(({ watched }) => watched !== "node").map(({ id }) => ({
      id,
      mean: enough ? one.mean(id) : null,
      bound: watches.get(id)?.boundOf(one.id) ?? null,
      declared: watches.get(id)?.declaredOf(one.id) ?? null,
    })),
  };
}

/** An incident passes: what is measured over a short time lies well below what is measured over a long one again. */
function alarmOf(alarm: MetricAlarm, { watches }: Measurement): ShownAlarm {
  const { metric, level, bound, classId, at, since, spec, times, latest } = alarm;
  const { short = null, long = null } = watches.get(metric) ?? {};
  const passing = short !== null && long !== null && short < long / 2;
  const named = passing ? "passing incident" : "drift";
  return { metric, level, bound, class: classId, at, since, times, latest, spec, named };
}
