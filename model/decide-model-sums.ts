// Windows of budgets, for the naive model: every row looked at for every budget.
import type { Cause } from "../src/decide/decision.ts";
import type { Facts } from "../src/decide/facts.ts";
import type { Budget, Spec } from "../src/spec/spec.ts";
import type { Outward } from "./decide-model-places.ts";

interface BudgetQuestion {
  readonly key: string;
  readonly asks: {
    readonly external_calls: number;
    readonly bytes_out: number;
    readonly tokens: number;
    readonly money: number;
  };
  readonly facts: Facts;
}

/** Of several budgets for one scope and window the least amount holds. */
export function budgetCauses(
  spec: Spec,
  { scope, window }: Budget,
  { key, asks, facts }: BudgetQuestion,
): readonly Cause[] {
  const rows = facts.sums.windows.filter(
    (row) => row.scope === scope && row.window === window && row.key === key,
  );
  const unknown = rows.length === 0 && !(scope === "lineage" && facts.sums.ancestors.length === 0);
  const same = spec.resources.budgets.filter((other) => other.scope === scope && other.window === window);
  return (["external_calls", "bytes_out", "tokens", "money"] as const).flatMap((name): readonly Cause[] => {
    const limit = Math.min(...same.map((other) => other[name] ?? Infinity));
    const ask = asks[name];
    if (limit === Infinity || ask === 0) return [];
    if (ask > limit) return ["budget_over_limit"];
    return unknown || rows.some((row) => (row[name] ?? Infinity) + ask > limit) ? ["budget_spent"] : [];
  });
}

export function budgetKeys(
  scope: string,
  principal: string,
  outward: readonly Outward[],
  facts: Facts,
): readonly string[] {
  switch (scope) {
    case "principal":
      return [principal];
    case "destination":
      return [...new Set(outward.map((need) => need.host))];
    case "lineage": {
      const roots = new Set(
        facts.sums.windows.filter((row) => row.scope === "lineage").map((row) => row.key),
      );
      return roots.size === 0 ? [""] : [...roots];
    }
    default:
      return [""];
  }
}
