// Whether everything that is counted in tokens says how many it may use. Not whether a window has them (check-budgets.ts).
import type { Failures } from "./findings.ts";
import type { Situation } from "./situation.ts";

/** One failure for each model need and call that is counted and has no bound. */
export function checkTokens({ outward, metered }: Situation, failures: Failures): void {
  for (const { field, tokens } of [...outward.filter((need) => need.metered), ...metered]) {
    if (tokens !== null) continue;
    failures.add({
      constraint: "resources",
      rule: `${field}.tokens`,
      cause: "tokens_undeclared",
      measured: null,
      limit: null,
      unit: "tokens",
      evidence: [field],
    });
  }
}
