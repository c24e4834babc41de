// Quantiles of many amounts in little memory, the same bit for bit however often they are rebuilt. Not a mean, and no limit.
import { assert } from "../stdx/assert.ts";

/** Buckets between a power of two and the next: a quantile is at most 1/16 too large. */
const STEPS = 16;
/** 2^53, the largest amount that a record holds. */
const POWERS = 54;

/**
 * Counts amounts in buckets of growing width (as HdrHistogram does, Tene 2012): whole numbers alone, so that no order of
 * additions and no machine gives another result.
 */
export class QuantileSketch {
  readonly #counts: Uint32Array = new Uint32Array(POWERS * STEPS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a whole amount from 0 to 2^53 - 1. */
  add(amount: number): void {
    assert(Number.isSafeInteger(amount) && amount >= 0, "an amount is a whole number");
    const bucket = bucketOf(amount);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
  }

  /** The amount that a share `share` (0 to 1) of all lies at or below; null: there is none yet. */
  quantile(share: number): number | null {
    if (this.#count === 0) return null;
    let left = Math.max(1, Math.ceil(share * this.#count));
    for (let bucket = 0; bucket < this.#counts.length; bucket += 1) {
      left -= this.#counts[bucket] ?? 0;
      if (left <= 0) return upperEnd(bucket);
    }
    return upperEnd(this.#counts.length - 1);
  }
}

/** Amounts below 16 have a bucket each; above, the four bits behind the leading one choose. */
function bucketOf(amount: number): number {
  if (amount < STEPS) return amount;
  let power = 4;
  let lead = amount;
  while (lead >= 2 * STEPS) {
    lead = Math.floor(lead / 2);
    power += 1;
  }
  return (power - 3) * STEPS + (lead - STEPS);
}

function upperEnd(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const width = 2 ** (Math.floor(bucket / STEPS) - 1);
  return (STEPS + (bucket % STEPS) + 1) * width - 1;
}
