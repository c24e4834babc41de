// What requests to an endpoint with a price cost, in whole millionths of a dollar. Not who is charged, nor what is left.
import type { Price } from "./spec.ts";

/** Tokens that one need may declare: at the highest price their money stays far below 2^53. */
export const TOKENS_MAX = 1_000_000_000;

/** What was asked and answered. */
export interface TokenUse {
  readonly requests: number;
  /** Tokens that were sent, cached ones included. */
  readonly input: number;
  /** Tokens that were answered. */
  readonly output: number;
}

/**
 * What `use` costs at `price`, rounded up once, and 2^53 − 1 where it is more. Never lower for more of anything, nor for a
 * higher price.
 *
 * @example costOf({ input_per_million: 3_000_000, output_per_million: 15_000_000, per_request: 0 }, use) // of 1000 and 10: 3150
 */
export function costOf(price: Price, { requests, input, output }: TokenUse): number {
  const millionths =
    BigInt(input) * BigInt(price.input_per_million) + BigInt(output) * BigInt(price.output_per_million);
  const cost = (millionths + MILLION - 1n) / MILLION + BigInt(requests) * BigInt(price.per_request);
  return cost > MOST ? Number.MAX_SAFE_INTEGER : Number(cost);
}

/** The most that `requests` with `tokens` in all can cost, however these are shared between question and answer. */
export function costMax(price: Price, requests: number, tokens: number): number {
  return price.output_per_million > price.input_per_million
    ? costOf(price, { requests, input: 0, output: tokens })
    : costOf(price, { requests, input: tokens, output: 0 });
}

const MILLION = 1_000_000n;
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** What a price is made of. */
export const PRICE_PARTS: readonly (keyof Price)[] = [
  "input_per_million",
  "output_per_million",
  "per_request",
];

/** Whether both cost the same for everything. */
export function samePrice(one: Price | null, other: Price | null): boolean {
  if (one === null || other === null) return one === other;
  return PRICE_PARTS.every((part) => one[part] === other[part]);
}
