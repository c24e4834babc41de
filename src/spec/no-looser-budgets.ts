// Budgets by scope and window. An older budget is kept when a newer one of the same scope has at least its window and at
// most its amount. A shorter window with a small amount does not count, whatever it adds up to: what was spent before the
// change stands in the longer window alone.
import { formatQuantity } from "../stdx/units.ts";
import type { Budget } from "./spec.ts";
import type { Looser, WitnessRequest, WitnessSpend } from "./witness.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

type Quantity = "external_calls" | "bytes_out" | "tokens" | "money";
const QUANTITIES: readonly Quantity[] = ["external_calls", "bytes_out", "tokens", "money"];

/** The budgets that the newer spec no longer holds to. */
export function looserBudgets(comparison: Comparison): readonly Looser[] {
  const newer = comparison.b.resources.budgets;
  return comparison.a.resources.budgets.flatMap((older) =>
    QUANTITIES.flatMap((quantity) => {
      const amount = older[quantity];
      if (amount === null || newer.some((budget) => keeps(budget, older, quantity))) return [];
      const field = `resources.budgets[${older.scope} ${formatQuantity("duration", older.window)}].${quantity}`;
      return [comparison.looser(field, overspending(comparison, older, { quantity, amount }))];
    }),
  );
}

function keeps(newer: Budget, older: Budget, quantity: Quantity): boolean {
  const amount = newer[quantity];
  const kept = older[quantity];
  if (newer.scope !== older.scope || amount === null || kept === null) return false;
  return newer.window >= older.window && amount <= kept;
}

/** The older window spent to the brim, as long ago as it reaches beyond the newer spec's shorter ones, and one call more. */
function* overspending(
  comparison: Comparison,
  older: Budget,
  { quantity, amount }: { readonly quantity: Quantity; readonly amount: number },
): Iterable<WitnessRequest> {
  const shorter = comparison.b.resources.budgets
    .map(({ window }) => window)
    .filter((window) => window < older.window);
  const expense: WitnessSpend = {
    ago: Math.max(0, ...shorter),
    same: SAME[older.scope],
    external_calls: 0,
    bytes_out: 0,
    tokens: 0,
    money: 0,
    [quantity]: amount,
  };
  for (const request of comparison.callers()) {
    const asking =
      quantity === "tokens" || quantity === "money" ? changeCall(request, { tokens_in: 1 }) : request;
    yield { ...asking, spent: amount === 0 ? [] : [expense] };
  }
}

/** Whose windows an expense must stand in to count for a scope, and no others: a lineage is of one principal. */
const SAME: Readonly<Record<Budget["scope"], WitnessSpend["same"]>> = {
  node: [],
  spec: [],
  principal: ["principal"],
  lineage: ["principal", "lineage"],
  destination: ["destination"],
};
