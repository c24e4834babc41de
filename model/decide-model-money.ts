// Tokens and money, for the naive model: what is counted, what each need may use, what that may cost. Sums by hand.
import type { Endpoint, Spec } from "../src/spec/spec.ts";
import type { CallNeed, ModelNeed, Task } from "../src/task/task.ts";

export interface Counted {
  readonly counted: boolean;
  readonly tokens: number | null;
  readonly money: number;
}

/** A call or a model need that leaves for `endpoint`; null: it is unknown, or nobody reads what passes. */
export function countedThere(
  spec: Spec,
  task: Task,
  need: CallNeed | ModelNeed,
  endpoint: Pick<Endpoint, "price"> | null,
): Counted {
  const price = endpoint?.price ?? null;
  if (price === null && need.tokens === null) return { counted: false, tokens: null, money: 0 };
  const tokens = tokensFor(spec, task, need);
  if (price === null) return { counted: true, tokens, money: 0 };
  const dearest = Math.max(price.input_per_million, price.output_per_million);
  const exact = (BigInt(tokens ?? 0) * BigInt(dearest)) / 1_000_000n;
  const rounded = (BigInt(tokens ?? 0) * BigInt(dearest)) % 1_000_000n === 0n ? exact : exact + 1n;
  const all = Number(rounded) + need.calls_max * price.per_request;
  const wished = need.money ?? task.needs.money;
  return { counted: true, tokens, money: wished === null ? all : Math.min(all, wished) };
}

/** A model need that stays here costs nothing; it is counted for some budget, or because it says how much. */
export function countedHere(spec: Spec, task: Task, need: ModelNeed): Counted {
  const asked = spec.resources.budgets.some((budget) => budget.tokens !== null) || need.tokens !== null;
  return { counted: asked, tokens: asked ? tokensFor(spec, task, need) : null, money: 0 };
}

function tokensFor(spec: Spec, task: Task, need: CallNeed | ModelNeed): number | null {
  if (need.tokens !== null) return need.tokens;
  return task.needs.tokens === null ? spec.defaults.tokens : task.needs.tokens;
}
