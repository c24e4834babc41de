// Remembers which writs were used since this executor started. Not their validity (verify-writ.ts). An executor lives
// within one governor start, and a writ is void in any other, so this need not outlive the process.
import { err, ok, type Result } from "../../stdx/result.ts";
import type { WritClaims } from "./claims.ts";

export interface SpentWrits {
  /** Marks the writ as used, at once and for good; an error when it, or a later one, was used before. */
  spend(claims: Pick<WritClaims, "fence">): Result<null, string>;
}

/**
 * A memory that holds one number: fences rise strictly within a governor start, so the highest one seen proves every
 * writ at or below it spent or stale.
 *
 * @example const spent = openSpentWrits(); spent.spend({ fence: 1 }).ok === true; spent.spend({ fence: 1 }).ok === false;
 */
export function openSpentWrits(): SpentWrits {
  let highest = 0;
  return {
    spend: ({ fence }) => {
      if (!Number.isSafeInteger(fence) || fence <= highest) {
        return err(`writ has fence ${fence}: the highest one used is ${highest}`);
      }
      highest = fence;
      return ok(null);
    },
  };
}
