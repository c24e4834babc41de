// One metric over all classes: its frozen baselines, its detectors, and how it went. Not which records it comes from.
import { type DriftAlarm, EDetector, FALSE_ALARM_EXECUTIONS } from "./drift/e-detector.ts";
import { LearnedBound } from "./drift/learned-bound.ts";
import { Series } from "./series.ts";

/** An execution's place in the ledger. */
export interface Place {
  readonly sequence: number;
  readonly wall: string;
}

/** What a metric alarmed about. */
export interface WatchAlarm extends DriftAlarm<Place> {
  /** `class`: executions of some class, or of several together; `node`: all of them, whatever their class. */
  readonly level: "class" | "node";
}

/** Share of the new value in the two means that name an alarm: about the last 50 and the last 500 executions. */
const SHORT_SHARE = 0.02;
const LONG_SHARE = 0.002;

/** Watches one metric. */
export class MetricWatch {
  readonly series: Series = new Series();
  readonly #classes: EDetector<Place>;
  readonly #bounds: LearnedBound = new LearnedBound();
  readonly #node: { readonly detector: EDetector<Place>; readonly bound: LearnedBound } | null;
  count = 0;
  sum = 0;
  short: number | null = null;
  long: number | null = null;

  /**
   * `number` from 1: metric j has the threshold A·j(j + 1), whose reciprocals sum to 1/A, so that all metrics together alarm
   * falsely as seldom as one. Where the node is watched too, the two detectors have half of that each.
   */
  constructor(number: number, node: boolean) {
    const threshold = FALSE_ALARM_EXECUTIONS * number * (number + 1) * (node ? 2 : 1);
    this.#classes = new EDetector(threshold);
    this.#node = node ? { detector: new EDetector(threshold), bound: new LearnedBound() } : null;
  }

  /** How much of an alarm stands, from 0 to 1: of the classes or of the node, whichever is nearer. */
  get level(): number {
    return Math.max(this.#classes.level, this.#node?.detector.level ?? 0);
  }

  /** The frozen bound of a class; null: its baseline is not complete. */
  boundOf(classId: string): number | null {
    return this.#bounds.frozen(classId);
  }

  /** The value `x` of the execution at `place`. */
  add(classId: string, x: number, place: Place): readonly WatchAlarm[] {
    this.count += 1;
    this.sum += x;
    this.short = this.short === null ? x : this.short + SHORT_SHARE * (x - this.short);
    this.long = this.long === null ? x : this.long + LONG_SHARE * (x - this.long);
    this.series.add(x, place.sequence);
    const bound = this.#bounds.next(classId, x);
    const alarm = bound === null ? null : this.#classes.observe(classId, x, bound, place);
    const nodeBound = this.#node?.bound.next(NODE, x) ?? null;
    const moved =
      nodeBound === null ? null : (this.#node?.detector.observe(NODE, x, nodeBound, place) ?? null);
    // Nearly always there is none.
    if (alarm === null && moved === null) return NO_ALARM;
    return [
      ...(alarm === null ? [] : [{ ...alarm, level: "class" as const }]),
      ...(moved === null ? [] : [{ ...moved, classId: null, level: "node" as const }]),
    ];
  }
}

const NO_ALARM: readonly WatchAlarm[] = [];
const NODE = "node";
