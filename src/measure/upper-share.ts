// How large a share may be of which so many were seen. Not a bound that is learned (drift/learned-bound.ts): that one is frozen.
import { assert } from "../stdx/assert.ts";

/** What lies above the limit, of 1. */
const RISK = 0.05;
/** Halvings of [0, 1]: the limit is right to some nine digits. */
const HALVINGS = 32;

/**
 * Upper 95 % limit of a share of which `seen` of `of` were seen: Clopper and Pearson (1934), the largest share at which so few are
 * seen with a chance of 5 %. Exact, whatever the counts; of none seen it is 1 − 0.05^(1/of).
 */
export function upperShare(seen: number, of: number): number {
  assert(Number.isSafeInteger(of) && of > 0 && seen >= 0 && seen <= of, "a share of whole numbers");
  if (seen === of) return 1;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (chanceOfAtMost(seen, of, middle) > RISK) low = middle;
    else high = middle;
  }
  return high;
}

/** The chance of at most `seen` of `of` at share `share`, summed from logarithms: its terms are too small for a product. */
function chanceOfAtMost(seen: number, of: number, share: number): number {
  let term = of * Math.log1p(-share);
  let sum = Math.exp(term);
  const odds = Math.log(share) - Math.log1p(-share);
  for (let count = 1; count <= seen; count += 1) {
    term += Math.log((of - count + 1) / count) + odds;
    sum += Math.exp(term);
  }
  return sum;
}
