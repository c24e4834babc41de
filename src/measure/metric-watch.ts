// One metric over all classes: what is declared of it and what was learned, its detectors, and how it went. Not which records
// it comes from.
import { type DeclaredBounds, NODE } from "./declared-bounds.ts";
import { type DriftAlarm, EDetector, FALSE_ALARM_EXECUTIONS } from "./drift/e-detector.ts";
import { LearnedBound } from "./drift/learned-bound.ts";
import type { Metric } from "./metric.ts";
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
  /** What was crossed: a bound of the spec, or one that was learned, which carries no guarantee. */
  readonly bound: "declared" | "learned";
}

/** Share of the new value in the two means that name an alarm: about the last 50 and the last 500 executions. */
const SHORT_SHARE = 0.02;
const LONG_SHARE = 0.002;

/** Detectors of one level, against what is declared and against what was learned. */
interface Level {
  readonly declared: EDetector<Place>;
  readonly learned: EDetector<Place>;
  readonly bounds: LearnedBound;
  /** What is declared, by class: looked up once for each spec. */
  readonly held: Map<string, number | null>;
}

/** Watches one metric. */
export class MetricWatch {
  readonly series: Series = new Series();
  readonly #id: string;
  readonly #classes: Level | null;
  readonly #node: Level | null;
  #spec: DeclaredBounds | null = null;
  count = 0;
  sum = 0;
  short: number | null = null;
  long: number | null = null;

  /**
   * `number` from 1: metric j has the threshold A·j(j + 1), whose reciprocals sum to 1/A, so that all metrics together alarm
   * falsely as seldom as one. Where classes and node are both watched, the two detectors have half of that each.
   */
  constructor(number: number, { id, watched }: Pick<Metric, "id" | "watched">) {
    const threshold = FALSE_ALARM_EXECUTIONS * number * (number + 1) * (watched === "both" ? 2 : 1);
    this.#id = id;
    this.#classes = watched === "node" ? null : levelAt(threshold);
    this.#node = watched === "class" ? null : levelAt(threshold);
  }

  /** How much of an alarm stands, from 0 to 1: of the detector that is nearest. */
  get level(): number {
    const levels = [this.#classes, this.#node].flatMap((level) =>
      level === null ? [] : [level.declared.level, level.learned.level],
    );
    return Math.max(...levels);
  }

  /** The frozen bound of a class; null: its baseline is not complete. */
  boundOf(classId: string): number | null {
    return this.#classes?.bounds.frozen(classId) ?? null;
  }

  /** The frozen bound of the node; null: its baseline is not complete, or it is not watched. */
  get nodeBound(): number | null {
    return this.#node?.bounds.frozen(NODE) ?? null;
  }

  /** What the spec in force declares of a class, or of `node`; null: nothing. */
  declaredOf(who: string): number | null {
    return this.#spec?.of(this.#id, who) ?? null;
  }

  /** What is declared from here on. */
  declare(spec: DeclaredBounds): void {
    this.#spec = spec;
    this.#classes?.held.clear();
    this.#node?.held.clear();
  }

  /** The value `x` of the execution at `place`. */
  add(classId: string, x: number, place: Place): readonly WatchAlarm[] {
    this.count += 1;
    this.sum += x;
    this.short = this.short === null ? x : this.short + SHORT_SHARE * (x - this.short);
    this.long = this.long === null ? x : this.long + LONG_SHARE * (x - this.long);
    this.series.add(x, place.sequence);
    const own = this.#classes === null ? null : this.#seen(this.#classes, classId, x, place);
    const whole = this.#node === null ? null : this.#seen(this.#node, NODE, x, place);
    // Nearly always there is none.
    if (own === null && whole === null) return NO_ALARM;
    return [
      ...(own === null ? [] : [{ ...own, level: "class" as const }]),
      ...(whole === null ? [] : [{ ...whole, classId: null, level: "node" as const }]),
    ];
  }

  /** The alarm of a level: by the declared bound, if both are crossed at once. */
  #seen(level: Level, who: string, x: number, place: Place): Omit<WatchAlarm, "level"> | null {
    const learned = level.bounds.next(who, x);
    const declared = this.#heldTo(level, who);
    const byDeclared = declared === null ? null : level.declared.observe(who, x, declared, place);
    const both = declared === null || this.#spec?.learned !== false;
    const byLearned = learned === null || !both ? null : level.learned.observe(who, x, learned, place);
    if (byDeclared !== null) return { ...byDeclared, bound: "declared" };
    return byLearned === null ? null : { ...byLearned, bound: "learned" };
  }

  #heldTo({ held }: Level, who: string): number | null {
    if (this.#spec === null) return null;
    let declared = held.get(who);
    if (declared === undefined) {
      declared = this.#spec.of(this.#id, who);
      held.set(who, declared);
    }
    return declared;
  }
}

const NO_ALARM: readonly WatchAlarm[] = [];

function levelAt(threshold: number): Level {
  return {
    declared: new EDetector(threshold),
    learned: new EDetector(threshold),
    bounds: new LearnedBound(),
    held: new Map(),
  };
}
