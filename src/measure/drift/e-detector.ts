// One metric's drift detector over task classes: a Shiryaev-Roberts e-detector. Not where bounds come from, and not what
// an alarm leads to.
import { assert } from "../../stdx/assert.ts";

/** An alarm. Places are what the caller calls them: an index, a record. */
export interface DriftAlarm<Place> {
  readonly at: Place;
  /** Where the move most probably began: the start of the strongest evidence. */
  readonly since: Place;
  /** The class that moved most by itself; null: no class alone carries the alarm, they moved together. */
  readonly classId: string | null;
}

/**
 * Executions that pass on average, at least, before a false alarm of one metric: over all classes together, under any
 * dependence, as long as each execution's conditional mean is at most its bound (docs/MEASUREMENT.md has the proof).
 */
export const FALSE_ALARM_EXECUTIONS = 2_500;

/**
 * Watches one metric of all task classes for a lasting move above a bound; starts anew after each alarm.
 *
 * The statistic is an e-detector (Shin, Ramdas, Rinaldo: "E-detectors: a nonparametric framework for sequential change
 * detection", 2024, Definition 2.2) of betting factors 1 + λ(x - bound), mixed over a grid of λ (their section 3): one
 * over all classes, where what moves together adds up, and one of each class. As an execution moves the sums of one
 * class only, the classes share one false-alarm rate without a threshold for each: their number blunts nothing.
 * Memory is that of the classes that were seen; the caller bounds them.
 */
export class EDetector<Place> {
  readonly #threshold: number;
  readonly #all: Evidence<Place> = new Evidence();
  readonly #classes: Map<string, ClassEvidence<Place>> = new Map();
  #ofClasses = 0;

  /** Alarms when the evidence reaches `threshold`, the least mean number of executions to a false alarm. */
  constructor(threshold: number = FALSE_ALARM_EXECUTIONS) {
    assert(threshold >= 1, "a threshold is at least 1");
    this.#threshold = threshold;
  }

  /** How much of an alarm stands now, from 0 to 1. */
  get level(): number {
    return Math.min(1, this.#evidence() / this.#threshold);
  }

  /** Takes the execution at `at`: metric `x` and its class's `bound`, both clipped to [0, 1]. Null: no alarm. */
  observe(classId: string, x: number, bound: number, at: Place): DriftAlarm<Place> | null {
    assert(!Number.isNaN(x) && !Number.isNaN(bound), "a metric and its bound are numbers");
    let own = this.#classes.get(classId);
    if (own === undefined) {
      own = { evidence: new Evidence(), odds: oddsAt(clip(bound)) };
      this.#classes.set(classId, own);
    }
    if (own.odds.bound !== clip(bound)) own.odds = oddsAt(clip(bound));
    const { evidence, odds } = own;
    const distance = clip(x) - odds.bound;
    const before = evidence.mass;
    this.#all.add(distance, odds, at);
    evidence.add(distance, odds, at);
    this.#ofClasses += evidence.mass - before;
    return this.#evidence() >= this.#threshold ? this.#alarm(at) : null;
  }

  #evidence(): number {
    return TOGETHER * this.#all.mass + (1 - TOGETHER) * this.#ofClasses;
  }

  #alarm(at: Place): DriftAlarm<Place> {
    let strongest: string | null = null;
    let mass = this.#all.mass / 2;
    for (const [classId, { evidence }] of this.#classes) {
      if (evidence.mass <= mass) continue;
      strongest = classId;
      mass = evidence.mass;
    }
    const moved = strongest === null ? this.#all : this.#classes.get(strongest)?.evidence;
    const since = moved?.since() ?? at;
    this.#all.clear();
    for (const { evidence } of this.#classes.values()) evidence.clear();
    this.#ofClasses = 0;
    return { at, since, classId: strongest };
  }
}

/** What is bet at one bound: worked out once, as bounds hardly ever change. */
interface Odds {
  readonly bound: number;
  readonly stake: number;
  /** A λ for each odds ratio. */
  readonly lambdas: Float64Array;
}

interface ClassEvidence<Place> {
  readonly evidence: Evidence<Place>;
  odds: Odds;
}

/** Share of the false-alarm budget that goes to the move of all classes together. */
const TOGETHER = 0.9;

/**
 * Odds ratios that are bet on: a metric at bound b against one at odds θ times as high. λ = (θ - 1) / (1 + b(θ - 1)) is
 * then the likelihood-ratio bet of a yes-or-no metric; it stays below 1/b, so that no factor is negative.
 */
const ODDS_RATIOS: readonly number[] = [1.5, 2, 3, 6, 20, 100];

/**
 * Bound below which less is staked on an execution: of what is rare a few events are strong evidence, so less suffices
 * there to see as fast, and as many fewer false alarms stand in it. A stake is at most 1, which the guarantee needs.
 */
const RARE_BOUND = 0.1;
/** Least share that is staked, so that a bound of 0 can be watched. */
const STAKE_MIN = 0.05;

function oddsAt(bound: number): Odds {
  const share = Math.max(STAKE_MIN, Math.min(1, bound / RARE_BOUND));
  const lambdas = Float64Array.from(ODDS_RATIOS, (ratio) => (ratio - 1) / (1 + bound * (ratio - 1)));
  return { bound, stake: share / ODDS_RATIOS.length, lambdas };
}

/** The sums of one stream, one for each odds ratio, with where their evidence began. */
class Evidence<Place> {
  readonly #sums: Float64Array = new Float64Array(ODDS_RATIOS.length);
  readonly #products: Float64Array = new Float64Array(ODDS_RATIOS.length);
  readonly #starts: (Place | null)[] = ODDS_RATIOS.map(() => null);
  mass = 0;

  add(distance: number, { stake, lambdas }: Odds, at: Place): void {
    // Nothing is staked on what lies exactly on its bound: a metric that rests there for ever is no move.
    const staked = distance === 0 ? 0 : stake;
    let mass = 0;
    for (let index = 0; index < lambdas.length; index += 1) {
      const factor = 1 + (lambdas[index] ?? 0) * distance;
      const sum = (staked + (this.#sums[index] ?? 0)) * factor;
      this.#sums[index] = sum;
      mass += sum;
      // A product and not a sum of logarithms, which would cost more than all the rest.
      const before = this.#products[index] ?? 0;
      if (before <= 1) this.#starts[index] = at;
      this.#products[index] = Math.min(PRODUCT_MAX, (before <= 1 ? 1 : before) * factor);
    }
    this.mass = mass;
  }

  /** The start of the strongest sum's evidence: the most likely change point (Page's estimate, 1954). */
  since(): Place | null {
    let best = 0;
    for (let index = 1; index < ODDS_RATIOS.length; index += 1)
      if ((this.#sums[index] ?? 0) > (this.#sums[best] ?? 0)) best = index;
    return this.#starts[best] ?? null;
  }

  clear(): void {
    this.#sums.fill(0);
    this.#products.fill(0);
    this.#starts.fill(null);
    this.mass = 0;
  }
}

/** Keeps the products finite; evidence this strong has alarmed long before. */
const PRODUCT_MAX = 1e300;

function clip(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
