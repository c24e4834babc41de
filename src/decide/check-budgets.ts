// Sums, not singles: what leaves in all against every window of the spec. Not what a parent has left (check-ancestors.ts).

import type { BudgetScope } from "../spec/spec.ts";
import { unreachable } from "../stdx/assert.ts";
import type { BudgetGroup } from "./compile-spec.ts";
import type { Unit } from "./decision.ts";
import type { WindowFact } from "./facts.ts";
import type { Failures } from "./findings.ts";
import type { OutwardNeed } from "./outward-needs.ts";
import type { Situation } from "./situation.ts";

/** What a task would add to a window. In windows, external calls are requests. */
export interface OutwardSum {
  readonly external_calls: number;
  readonly bytes_out: number;
  readonly tokens: number;
  /** Millionths of a dollar. */
  readonly money: number;
}

/** Windows of every scope. */
export function checkBudgets(situation: Situation, failures: Failures): void {
  const { outward, metered, compiled } = situation;
  if (outward.length + metered.length > 0 && compiled.budgets.length > 0) checkWindows(situation, failures);
}

/** Everything that `needs` may send out; what is undeclared counts as none here, as it is refused by itself. */
export function outwardSum(needs: readonly OutwardNeed[]): OutwardSum {
  let external_calls = 0;
  let bytes_out = 0;
  let tokens = 0;
  let money = 0;
  for (const need of needs) {
    external_calls += need.requests;
    bytes_out += need.bytes ?? 0;
    tokens += need.tokens ?? 0;
    money += need.money;
  }
  return { external_calls, bytes_out, tokens, money };
}

/** Linear in budgets and rows: the rows are sorted by window once. */
function checkWindows(situation: Situation, failures: Failures): void {
  const { windows, ancestors } = situation.facts.sums;
  const rowsOf = new Map<number, WindowFact[]>();
  for (const row of windows) {
    const same = rowsOf.get(row.window);
    if (same === undefined) rowsOf.set(row.window, [row]);
    else same.push(row);
  }
  const charges = new Map<BudgetScope, readonly Charge[]>();
  for (const group of situation.compiled.budgets) {
    const { scope } = group;
    const charged = charges.get(scope) ?? chargesOf(situation, scope);
    charges.set(scope, charged);
    for (const { key, ask } of charged) {
      const rows = (rowsOf.get(group.window) ?? []).filter((row) => row.scope === scope && row.key === key);
      const fresh = scope === "lineage" && rows.length === 0 && ancestors.length === 0;
      for (const { amount, unit } of AMOUNTS)
        checkAmount({ group, key, amount, ask: ask[amount], unit, fresh }, rows, failures);
    }
  }
}

const AMOUNTS = [
  { amount: "external_calls", unit: "count" },
  { amount: "bytes_out", unit: "bytes" },
  { amount: "tokens", unit: "tokens" },
  { amount: "money", unit: "money" },
] as const;

/** What one key of a scope would be charged. */
interface Charge {
  readonly key: string;
  readonly ask: OutwardSum;
}

function chargesOf(situation: Situation, scope: BudgetScope): readonly Charge[] {
  const { outward, facts, principal } = situation;
  switch (scope) {
    case "node":
    case "spec":
      return [{ key: "", ask: sumOf(situation) }];
    case "principal":
      return [{ key: principal?.name ?? "", ask: sumOf(situation) }];
    case "lineage": {
      const roots = facts.sums.windows.filter((row) => row.scope === "lineage").map((row) => row.key);
      // A root starts its lineage: there may be no row of it yet.
      const keys = roots.length === 0 ? [""] : [...new Set(roots)].sort();
      return keys.map((key) => ({ key, ask: sumOf(situation) }));
    }
    case "destination":
      return [...new Set(outward.map((need) => need.host))].sort().map((key) => ({
        key,
        ask: outwardSum(outward.filter((need) => need.host === key)),
      }));
    default:
      return unreachable(scope);
  }
}

/** What leaves, and the tokens of models here. */
/** Everything that the task may send out, and the tokens of its models here. */
export function sumOf({ outward, metered }: Situation): OutwardSum {
  const sum = outwardSum(outward);
  return { ...sum, tokens: metered.reduce((all, { tokens }) => all + (tokens ?? 0), sum.tokens) };
}

interface BudgetAmount {
  readonly group: BudgetGroup;
  readonly key: string;
  readonly amount: keyof OutwardSum;
  readonly ask: number;
  readonly unit: Unit;
  /** Nothing can have been spent yet. */
  readonly fresh: boolean;
}

function checkAmount(budget: BudgetAmount, rows: readonly WindowFact[], failures: Failures): void {
  const { group, key, amount, ask, unit, fresh } = budget;
  const limit = group[amount];
  if (limit === null || ask === 0) return;
  const rule = `resources.budgets.${group.scope}.${amount}`;
  const finding = {
    constraint: "resources",
    rule,
    limit,
    unit,
    evidence: key === "" ? [group.scope] : [group.scope, key],
  } as const;
  if (ask > limit) {
    failures.add({ ...finding, cause: "budget_over_limit", measured: ask });
    return;
  }
  // INVARIANT: a window that was not observed is full: its state may not be rebuilt yet.
  if (rows.length === 0 && !fresh)
    failures.add({ ...finding, cause: "budget_spent", measured: null, after: null });
  for (const row of rows) {
    const known = row[amount];
    const measured = known === undefined ? null : known + ask;
    if (measured === null || measured > limit)
      failures.add({ ...finding, cause: "budget_spent", measured, after: row.frees_in });
  }
}
