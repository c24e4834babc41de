// The floor of prices: what budgets count in tokens or money has a price wherever a model may be asked. Part of floor.ts,
// which runs it.
import { quoteUntrusted } from "../stdx/escape.ts";
import { type FloorProblem, floorProblem } from "./floor-problem.ts";
import type { Endpoint, Spec } from "./spec.ts";

/** Every endpoint of `spec` that would not be counted though a budget counts it, or could not be. */
export function priceProblems({ sovereignty, resources }: Spec): readonly FloorProblem[] {
  const budgeted = resources.budgets.some(({ tokens, money }) => tokens !== null || money !== null);
  return sovereignty.endpoints.flatMap((endpoint, index) => {
    const fault = faultOf(endpoint, budgeted);
    if (fault === null) return [];
    const path = ["sovereignty", "endpoints", index, "price"];
    const place = quoteUntrusted(`${endpoint.host}:${endpoint.port}`);
    return [floorProblem(path, `${place} ${fault.message}`, fault.hint)];
  });
}

function faultOf(
  { opaque, price, serves }: Endpoint,
  budgeted: boolean,
): { readonly message: string; readonly hint: string } | null {
  if (opaque !== null) {
    if (price === null) return null;
    return {
      message: "is opaque and has a price: nobody reads what its answers cost",
      hint: "remove `price`",
    };
  }
  if (!budgeted || price !== null || serves.length === 0) return null;
  return {
    message: "serves a capability without a price, beside a budget of tokens or money",
    hint: "add `price: { input_per_million: 3 USD, output_per_million: 15 USD }`, or `0 USD` for both",
  };
}
