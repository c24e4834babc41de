// Tells when a running task was frozen for the node's heat and when it went on. Decides nothing: the steps are those of
// decide/heat-ladder.ts.
import type { LedgerRecord } from "../ledger/record.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { JsonObject } from "../stdx/json.ts";
import { formatReadable } from "../stdx/readable-quantity.ts";
import type { ToldSection } from "./governor.ts";

/** Steps told one by one; the rest is counted. */
const LINES_MAX = 100;

/** Takes the records of one run in order. */
export class HeatTelling {
  readonly #lines: string[] = [];
  #steps = 0;

  take({ kind, core, wall }: LedgerRecord): void {
    if (kind !== "task_frozen" && kind !== "task_thawed") return;
    this.#steps += 1;
    if (this.#lines.length >= LINES_MAX) return;
    const did = kind === "task_thawed" ? "went on" : core["stands"] === false ? "did not freeze" : "frozen";
    this.#lines.push(escapeUntrusted(`${did} at ${wall}: the node ${readingOf(core)}`));
  }

  /** One section; none of a run that was let be. */
  told(): readonly ToldSection[] {
    if (this.#steps === 0) return [];
    const more = this.#steps - this.#lines.length;
    return [
      { title: "Heat", lines: [...this.#lines, ...(more === 0 ? [] : [`and ${more} more in the ledger`])] },
    ];
  }
}

/** What the node showed, as the record of a step has it. */
export function readingOf({ reading, celsius_milli }: JsonObject): string {
  const at = typeof celsius_milli === "number" ? ` at ${formatReadable("temperature", celsius_milli)}` : "";
  if (reading === "over") return `was over its limit${at}`;
  return reading === "cool" ? `was cool${at}` : "could not be measured";
}
