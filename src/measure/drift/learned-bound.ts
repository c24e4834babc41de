// A bound that is learned: the upper confidence limit of a frozen baseline. Carries no guarantee; a declared bound does.
import { assert } from "../../stdx/assert.ts";

/** Executions of the node that a baseline is taken from. */
export const BASELINE_EXECUTIONS = 250;
/** Executions that a class needs of its own, if that takes longer. */
export const BASELINE_CLASS_EXECUTIONS = 50;

/** What was seen of one class while its baseline was taken. */
interface Moments {
  count: number;
  sum: number;
  squares: number;
}

/**
 * The bounds of one metric's classes, each frozen once: after the node's first 250 executions, or the class's first 50
 * if that is later. Never moves afterwards, so that nothing that drifts slowly takes its own bound along.
 */
export class LearnedBound {
  readonly #moments: Map<string, Moments> = new Map();
  readonly #frozen: Map<string, number> = new Map();
  #seen = 0;

  /** The frozen bound of `classId`; null: its baseline is not complete. */
  frozen(classId: string): number | null {
    return this.#frozen.get(classId) ?? null;
  }

  /** The bound of `classId` before its execution of value `x` is looked at; null: that one still belongs to the baseline. */
  next(classId: string, x: number): number | null {
    assert(x >= 0 && x <= 1, "a metric lies in [0, 1]");
    this.#seen += 1;
    const frozen = this.#frozen.get(classId);
    if (frozen !== undefined) return frozen;
    let moments = this.#moments.get(classId);
    if (moments === undefined) {
      moments = { count: 0, sum: 0, squares: 0 };
      this.#moments.set(classId, moments);
    }
    if (this.#seen > BASELINE_EXECUTIONS && moments.count >= BASELINE_CLASS_EXECUTIONS) {
      const bound = upperLimit(moments);
      this.#frozen.set(classId, bound);
      this.#moments.delete(classId);
      return bound;
    }
    moments.count += 1;
    moments.sum += x;
    moments.squares += x * x;
    return null;
  }
}

/** Normal quantile of a one-sided limit of 90 %. */
const QUANTILE = 1.2816;
/** Least share of a yes-or-no metric's variance that is reckoned with, so that a constant past gives some room. */
const VARIANCE_SHARE_MIN = 0.05;

/**
 * Upper limit of a mean in [0, 1]: Wilson's score limit (1927), with the count as large as a yes-or-no metric of the
 * same mean would need for the variance that was seen.
 */
function upperLimit({ count, sum, squares }: Moments): number {
  const mean = sum / count;
  const variance = Math.max(0, squares / count - mean * mean);
  const greatest = mean * (1 - mean);
  const share = greatest > 0 ? Math.max(VARIANCE_SHARE_MIN, Math.min(1, variance / greatest)) : 1;
  const weight = QUANTILE ** 2 / (count / share);
  const middle = mean + weight / 2;
  return Math.min(1, (middle + Math.sqrt(weight * (greatest + weight / 4))) / (1 + weight));
}
