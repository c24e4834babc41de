// Everything that is measured of a ledger: one pass over its records in their order, the same bit for bit however often it is
// done. Reads cores alone, keeps a bounded part, and decides nothing.
import { type ClassChange, ClassMeasure } from "./class-measure.ts";
import { DeclaredBounds } from "./declared-bounds.ts";
import { Destinations } from "./destinations.ts";
import { endedOf, type OpenRun, openRun, valuesOf } from "./execution-values.ts";
import { METRICS, type MetricId } from "./metric.ts";
import { MetricWatch, type Place, type WatchAlarm } from "./metric-watch.ts";
import { Negotiation } from "./negotiation.ts";
import { ProbeMeasure } from "./probe-measure.ts";
import { amountAt, listAt, type MeasuredRecord, objectAt, textAt } from "./read-core.ts";

/** Classes that are told apart; executions of further ones count as one. */
export const CLASSES_MAX = 64;
/** The class of all that are not told apart. */
export const POOLED = "pooled";
/** Alarms and adoptions that are kept, the latest. */
const KEPT_MAX = 256;
/** Executions after which what is raised again is another alarm. */
const SAME_WITHIN = 1_000;
/** Admitted runs whose end is awaited; more at once than a node holds means a ledger that was not closed. */
const OPEN_MAX = 100_000;

/** A spec that was put in force. */
export interface Adoption extends Place {
  readonly hash: string;
  /** From 1. */
  readonly number: number;
  /** How far it has come from the first one, as one number; null: its record does not say. */
  readonly looseness: number | null;
}

/** How much of what is scheduled goes through Writ. */
export interface Coverage {
  readonly at: Place;
  /** Commands that are scheduled, and those of them that go through. */
  readonly scheduled: number;
  readonly through: number;
  /** Processes of governed uids outside; null: none is governed. */
  readonly outside: number | null;
}

/** An alarm with what it is about. */
export interface MetricAlarm extends WatchAlarm {
  readonly metric: MetricId;
  /** The spec in force where the move began; null: none was recorded. */
  readonly spec: Adoption | null;
  /** How often it was raised, and when last: while a move lasts its detector alarms again and again, which is one alarm. */
  times: number;
  latest: Place;
}

/** What is measured of the records that were given. */
export class Measurement {
  readonly classes: Map<string, ClassMeasure> = new Map();
  readonly watches: ReadonlyMap<MetricId, MetricWatch> = new Map(
    METRICS.map((metric, at) => [metric.id, new MetricWatch(at + 1, metric)]),
  );
  readonly destinations: Destinations = new Destinations();
  readonly probes: ProbeMeasure = new ProbeMeasure();
  readonly negotiation: Negotiation = new Negotiation();
  /** As it was last recorded; null: it never was. */
  coverage: Coverage | null = null;
  readonly causes: Map<string, number> = new Map();
  readonly alarms: MetricAlarm[] = [];
  readonly changes: ClassChange[] = [];
  readonly adoptions: Adoption[] = [];
  readonly #open: Map<number, OpenRun> = new Map();
  /** By metric and level, the alarm that was raised last, and at which execution. */
  readonly #standing: Map<string, { readonly alarm: MetricAlarm; execution: number }> = new Map();
  records = 0;
  executions = 0;
  decisions = 0;
  refused = 0;
  deferred = 0;
  /** Refusals that offered no form that passes. */
  withoutRemedy = 0;
  /** Admits within a few decisions of their class after a refusal. */
  resubmitted = 0;
  /** Claims that a refusal was wrong. */
  appeals = 0;
  /** Executions whose records say too little to be measured. */
  unmeasured = 0;
  first: Place | null = null;
  last: Place | null = null;
  #adopted = 0;

  /** Takes the next record. The new alarms that it brings. */
  apply(record: MeasuredRecord): readonly MetricAlarm[] {
    const place = { sequence: record.sequence, wall: record.wall };
    this.records += 1;
    this.first ??= place;
    this.last = place;
    switch (record.kind) {
      case "decision":
        this.#decided(record);
        return [];
      case "egress":
        this.#left(record);
        return [];
      case "settlement":
        return this.#settled(record, place);
      case "recovery":
        this.#open.delete(amountAt(record.core, "decision") ?? -1);
        return [];
      case "appeal":
        this.appeals += 1;
        return [];
      case "spec_adopted":
        this.#adoptedSpec(place, record.core);
        this.negotiation.amended(record, place);
        return [];
      case "amendment_proposed":
        this.negotiation.amended(record, place);
        return [];
      case "coverage":
        this.coverage = coverageOf(record.core, place);
        return [];
      case "probe":
        this.probes.probed(record, place);
        return [];
      case "alarm":
      case "narrowed":
      case "lifted":
        this.probes.alarmed(record, place);
        return [];
      default:
        return [];
    }
  }

  #decided(record: MeasuredRecord): void {
    const { core, sequence } = record;
    const outcome = textAt(core, "outcome");
    this.decisions += 1;
    if (outcome === "defer") this.deferred += 1;
    if (outcome === "refuse") {
      this.refused += 1;
      if (listAt(core, "remedies").length === 0) this.withoutRemedy += 1;
      for (const cause of listAt(core, "causes"))
        if (typeof cause === "string") this.causes.set(cause, (this.causes.get(cause) ?? 0) + 1);
    }
    const measured = objectAt(core, "measured") ?? {};
    this.negotiation.decided(outcome, amountAt(measured, "margin"), sequence);
    const id = textAt(measured, "class");
    const before = id === null ? 0 : this.#classOf(id, sequence).decided(outcome, sequence);
    if (before > 0) this.resubmitted += 1;
    const run = openRun(record, before);
    if (run !== null && this.#open.size < OPEN_MAX) this.#open.set(sequence, run);
  }

  #classOf(id: string, sequence: number): ClassMeasure {
    const known = this.classes.get(id);
    if (known !== undefined) return known;
    const kept = this.classes.size < CLASSES_MAX ? id : POOLED;
    const own = this.classes.get(kept) ?? new ClassMeasure(kept, sequence);
    this.classes.set(kept, own);
    return own;
  }

  #left({ core }: MeasuredRecord): void {
    const run = this.#open.get(amountAt(core, "decision_sequence") ?? -1);
    if (run === undefined) return;
    const allowed = textAt(core, "decision") === "allow";
    if (!allowed || listAt(core, "findings").length > 0) run.flags += 1;
    const host = textAt(core, "host_hash");
    if (allowed && host !== null && textAt(core, "provider") === null) run.hosts.add(host);
  }

  #settled(record: MeasuredRecord, place: Place): readonly MetricAlarm[] {
    this.executions += 1;
    const decision = amountAt(record.core, "decision") ?? -1;
    const run = this.#open.get(decision);
    if (run === undefined) {
      this.unmeasured += 1;
      return [];
    }
    this.#open.delete(decision);
    const own = this.#classOf(run.classId, run.decision);
    const ended = endedOf(record.core);
    const first = { host: own.went(run), ofClass: own.executions === 0 || own.id === POOLED };
    const values = valuesOf(run, ended, first);
    keep(this.changes, own.ended(values, ended, place));
    this.destinations.add(run, record.sequence);
    const alarms: MetricAlarm[] = [];
    for (const [metric, watch] of this.watches) {
      const value = values[metric];
      if (value === null) continue;
      for (const raised of watch.add(own.id, value, place)) {
        const alarm = this.#raise(metric, raised);
        if (alarm !== null) alarms.push(alarm);
      }
    }
    keep(this.alarms, alarms);
    return alarms;
  }

  /** Null: it is one that stands already. */
  #raise(metric: MetricId, raised: WatchAlarm): MetricAlarm | null {
    const key = `${metric} ${raised.level}`;
    const standing = this.#standing.get(key);
    if (standing !== undefined && this.executions - standing.execution <= SAME_WITHIN) {
      standing.execution = this.executions;
      standing.alarm.times += 1;
      standing.alarm.latest = raised.at;
      return null;
    }
    const alarm = {
      ...raised,
      metric,
      spec: this.#specAt(raised.since.sequence),
      times: 1,
      latest: raised.at,
    };
    this.#standing.set(key, { alarm, execution: this.executions });
    return alarm;
  }

  #adoptedSpec(place: Place, core: MeasuredRecord["core"]): void {
    this.#adopted += 1;
    const hash = textAt(core, "spec_hash") ?? "";
    keep(this.adoptions, [{ ...place, hash, number: this.#adopted, looseness: amountAt(core, "looseness") }]);
    const declared = new DeclaredBounds(core);
    for (const watch of this.watches.values()) watch.declare(declared);
  }

  #specAt(sequence: number): Adoption | null {
    return this.adoptions.findLast((adoption) => adoption.sequence <= sequence) ?? null;
  }
}

function coverageOf(core: MeasuredRecord["core"], at: Place): Coverage | null {
  const [scheduled, through] = [amountAt(core, "scheduled"), amountAt(core, "through")];
  if (scheduled === null || through === null) return null;
  return { at, scheduled, through, outside: amountAt(core, "outside") };
}

function keep<T>(list: T[], more: readonly T[]): void {
  list.push(...more);
  if (list.length > KEPT_MAX) list.splice(0, list.length - KEPT_MAX);
}
