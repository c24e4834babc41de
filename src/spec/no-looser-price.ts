// Prices of endpoints: a lower one is looser, since the same budget lets more through, and none is lowest, since then
// nothing is counted there. The witness is a call that fills what an older budget has left.
import type { Place } from "./host-places.ts";
import { costOf, PRICE_PARTS } from "./price.ts";
import type { BudgetScope, Price } from "./spec.ts";
import type { WitnessCall, WitnessRequest, WitnessSpend } from "./witness.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

/** What holds for one place in each of two specs. */
export interface PricedPair {
  readonly comparison: Comparison;
  readonly place: Place;
  readonly newer: { readonly price: Price | null };
  readonly older: { readonly price: Price | null };
}

/** The parts of the price in which the newer spec is looser. */
export function looserPrice({ newer, older }: PricedPair): readonly ("price" | `price.${keyof Price}`)[] {
  if (older.price === null) return [];
  const { price } = newer;
  if (price === null) return ["price"];
  const before = older.price;
  return PRICE_PARTS.filter((part) => price[part] < before[part]).map((part) => `price.${part}` as const);
}

/** Calls that cost less in the newer spec than in the older one, or are not even counted there. */
export function* cheaper(pair: PricedPair): Iterable<WitnessRequest> {
  const { comparison, place } = pair;
  const { defaults, resources } = comparison.a;
  for (const request of comparison.callersAt(place)) {
    const tokens_in = (defaults.tokens ?? -1) + 1;
    yield { ...changeCall(request, { tokens_in }), undeclared: ["tokens"] };
    for (const { scope, tokens, money } of resources.budgets) {
      if (tokens !== null) yield changeCall(request, { tokens_in: tokens + 1 });
      if (money === null) continue;
      for (const asked of ASKED) {
        const calling = changeCall(request, asked);
        yield { ...calling, spent: [spentBefore(pair, calling.calls[0], { scope, money })] };
      }
    }
  }
}

/** A million tells prices apart exactly; fewer fit a small budget. */
const ASKED: readonly Partial<WitnessCall>[] = [
  {},
  ...[1_000_000, 1000, 1].flatMap((tokens) => [{ tokens_in: tokens }, { tokens_out: tokens }]),
];

/** So much that the call just fits at the newer price. */
function spentBefore(
  { newer }: PricedPair,
  { requests, tokens_in: input, tokens_out: output }: WitnessCall,
  { scope, money }: { readonly scope: BudgetScope; readonly money: number },
): WitnessSpend {
  const cost = newer.price === null ? 0 : costOf(newer.price, { requests, input, output });
  const same =
    scope === "node" || scope === "spec"
      ? []
      : scope === "lineage"
        ? (["principal", scope] as const)
        : [scope];
  return { ago: 0, same, external_calls: 0, bytes_out: 0, tokens: 0, money: Math.max(0, money - cost) };
}
