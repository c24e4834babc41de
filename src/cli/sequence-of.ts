// Reads the number of a decision, as it is named on the command line. Not the decision.
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";

/**
 * The ledger sequence that `id` names: decimal digits, with or without a leading `#`. Throws WRIT_USAGE.
 *
 * @example sequenceOf("#12") === 12
 */
export function sequenceOf(id: string): number {
  const digits = /^#?(0|[1-9][0-9]{0,14})$/.exec(id)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(id, 40)}\` is not the number of a decision`, {
    hint: "writ ledger tail  # lists the decisions and their numbers",
  });
}
