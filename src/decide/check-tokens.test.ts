// decide, check-tokens: what is counted says how much it may use, and what it may cost stands in every window.
import { describe, expect, test } from "vitest";
import { decided, failing, onlyFailure, passes, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, modelNeed } from "../../test/decision-fixtures.ts";
import type { Budget, Price, Spec } from "../spec/spec.ts";
import type { CallNeed } from "../task/task.ts";
import type { WindowFact } from "./facts.ts";

/** Three dollars a million asked, fifteen answered, a tenth of a cent a request. */
const PRICE: Price = { input_per_million: 3_000_000, output_per_million: 15_000_000, per_request: 1000 };
const HOUR = 3_600_000;

function priced(budgets: readonly Partial<Budget>[] = [], tokens: number | null = null): Spec {
  const empty = {
    scope: "node",
    window: HOUR,
    external_calls: null,
    bytes_out: null,
    tokens: null,
    money: null,
  } as const;
  return specWith({
    sovereignty: { endpoints: [endpoint({ price: PRICE })] },
    resources: { budgets: budgets.map((one) => ({ ...empty, ...one })) },
    defaults: { tokens },
  });
}

const calling = (...changes: readonly Partial<CallNeed>[]) =>
  baseTask({ calls: changes.map((change) => call(change)) });
const windows = (spent: Partial<WindowFact>): readonly WindowFact[] => [
  {
    scope: "node",
    key: "",
    window: HOUR,
    external_calls: 0,
    bytes_out: 0,
    tokens: 0,
    money: 0,
    frees_in: 42,
    ...spent,
  },
];

describe("decide, tokens", () => {
  test("tokens_undeclared for a call to an endpoint with a price, unless need, task or spec says how many", () => {
    const finding = onlyFailure({ spec: priced(), task: calling({}) });
    expect([finding.cause, finding.rule, finding.unit, finding.transient]).toEqual([
      "tokens_undeclared",
      "needs.calls[0].tokens",
      "tokens",
      false,
    ]);
    passes({ spec: priced(), task: calling({ tokens: 0 }) });
    passes({ spec: priced(), task: { ...calling({}), needs: { ...calling({}).needs, tokens: 9 } } });
    passes({ spec: priced([], 9), task: calling({}) });
    passes({ task: calling({}) });
  });
  test("tokens_undeclared for a model on this node where a budget bounds tokens", () => {
    const task = baseTask({ models: [modelNeed()] });
    const rows = windows({});
    const finding = onlyFailure({ spec: priced([{ tokens: 100 }]), task, sums: { windows: rows } });
    expect([finding.cause, finding.rule]).toEqual(["tokens_undeclared", "needs.models[0].tokens"]);
    const asking = baseTask({ models: [modelNeed({ tokens: 100 })] });
    passes({ spec: priced([{ tokens: 100 }]), task: asking, sums: { windows: rows } });
    const over = onlyFailure({ spec: priced([{ tokens: 99 }]), task: asking, sums: { windows: rows } });
    expect([over.cause, over.measured, over.limit]).toEqual(["budget_over_limit", 100, 99]);
    passes({ spec: priced([{ money: 0 }]), task, sums: { windows: rows } });
  });
});

describe("decide, money", () => {
  /** Ten thousand tokens at the dearer price, and two requests: 0.15 USD and 0.002 USD. */
  const task = calling({ tokens: 10_000, calls_max: 2 });
  const COST = 152_000;

  test("the most that tokens may cost counts, whether asked or answered, with what each request costs", () => {
    const finding = onlyFailure({
      spec: priced([{ money: COST - 1 }]),
      task,
      sums: { windows: windows({}) },
    });
    expect([finding.cause, finding.rule, finding.measured, finding.unit]).toEqual([
      "budget_over_limit",
      "resources.budgets.node.money",
      COST,
      "money",
    ]);
    passes({ spec: priced([{ money: COST }]), task, sums: { windows: windows({}) } });
  });
  test("money that is declared bounds it further, never wider", () => {
    const spec = priced([{ money: 50_000 }]);
    passes({
      spec,
      task: calling({ tokens: 10_000, calls_max: 2, money: 50_000 }),
      sums: { windows: windows({}) },
    });
    const wide = calling({ tokens: 10_000, calls_max: 2, money: 9_000_000 });
    const over = onlyFailure({ spec, task: wide, sums: { windows: windows({}) } });
    expect(over.measured).toBe(COST);
  });
  test("budget_spent with what was spent, and where nothing is known of it", () => {
    const spec = priced([{ money: 200_000 }]);
    passes({ spec, task, sums: { windows: windows({ money: 200_000 - COST }) } });
    const spent = onlyFailure({ spec, task, sums: { windows: windows({ money: 200_001 - COST }) } });
    expect([spent.cause, spent.measured, spent.transient]).toEqual(["budget_spent", 200_001, true]);
    const { money: _, ...older } = windows({})[0] ?? { money: 0 };
    const unknown = onlyFailure({ spec, task, sums: { windows: [older as WindowFact] } });
    expect([unknown.cause, unknown.measured]).toEqual(["budget_spent", null]);
  });
  test("splitting a call gains nothing, and rounding is never in favour", () => {
    const spec = priced([{ money: 3 }]);
    const one = calling({ tokens: 0, money: 9 });
    expect(failing(decided({ spec, task: one, sums: { windows: windows({}) } }))[0]?.cause).toBe(
      "budget_over_limit",
    );
    const cheap = specWith({
      sovereignty: {
        endpoints: [endpoint({ price: { input_per_million: 1, output_per_million: 0, per_request: 0 } })],
      },
      resources: {
        budgets: [
          { scope: "node", window: HOUR, external_calls: null, bytes_out: null, tokens: null, money: 0 },
        ],
      },
    });
    const over = onlyFailure({ spec: cheap, task: calling({ tokens: 1 }), sums: { windows: windows({}) } });
    expect(over.measured).toBe(1);
  });
  test("an endpoint without a price costs nothing", () => {
    const free = specWith({
      resources: {
        budgets: [
          { scope: "node", window: HOUR, external_calls: null, bytes_out: null, tokens: 5, money: 0 },
        ],
      },
    });
    passes({ spec: free, task: calling({}), sums: { windows: windows({}) } });
    const counted = onlyFailure({ spec: free, task: calling({ tokens: 6 }), sums: { windows: windows({}) } });
    expect(counted.cause).toBe("budget_over_limit");
  });
  test("the grant says what may be used of it, and the explanation what is offered instead", () => {
    const granted = passes({ spec: priced(), task });
    expect(granted.grants?.calls[0]?.meter).toEqual({ tokens_max: 10_000, money_max: COST, price: PRICE });
    const tight = decided({ spec: priced([{ money: 100_000 }]), task, sums: { windows: windows({}) } });
    expect(tight.remedies.map(({ summary }) => summary)).toContain(
      "needs.calls[0].money: 0.152 USD → 0.1 USD",
    );
    const undeclared = decided({ spec: priced(), task: calling({}) });
    expect(undeclared.remedies[0]?.summary).toBe("needs.tokens: undeclared → 20000");
  });
});
