// Tells of a recorded decision which task submitted it, and what became of those that it submitted itself. Decides nothing.
import type { LedgerRecord } from "../ledger/record.ts";
import type { JsonObject } from "../stdx/json.ts";
import type { ToldSection } from "./governor.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import type { Projection } from "./project-record.ts";
import type { Judged } from "./records.ts";

/** Children that are told one by one. */
const SHOWN_MAX = 20;

/** One section of a task with a parent or children; none of any other. */
export async function tellLine(
  { ledger, projection }: { readonly ledger: KeptLedger; readonly projection: Projection },
  sequence: number,
  { facts }: Pick<Judged, "facts">,
): Promise<readonly ToldSection[]> {
  const above = facts.sums.ancestors.map(({ decision }) => `#${decision}`);
  const children = projection.children.get(sequence) ?? [];
  if (above.length === 0 && children.length === 0) return [];
  const lines =
    above.length === 0 ? [] : [`submitted by the task of ${above.join(", which was by that of ")}`];
  for (const child of children.slice(0, SHOWN_MAX)) {
    const settled = projection.settlements.get(child);
    const end = settled === undefined ? null : await ledger.read(settled);
    lines.push(`submitted #${child}: ${becameOf(await ledger.read(child), end)}`);
  }
  if (children.length > SHOWN_MAX) lines.push(`and ${children.length - SHOWN_MAX} more`);
  return [{ title: "Parent and children", lines }];
}

function becameOf({ core }: LedgerRecord, end: LedgerRecord | null): string {
  const outcome = typeof core["outcome"] === "string" ? core["outcome"] : "";
  if (outcome !== "admit") return `${outcome}, ${causesOf(core)}`;
  if (end === null) return "admit, not settled yet";
  const { cause = null, exit_code = null } = (end.core["observation"] ?? {}) as JsonObject;
  if (cause === "exited") return `admit, exit ${JSON.stringify(exit_code)}`;
  return `admit, ${typeof cause === "string" ? cause : "charged in full after a crash"}`;
}

function causesOf({ causes = [] }: JsonObject): string {
  return Array.isArray(causes) ? causes.filter((one) => typeof one === "string").join(", ") : "";
}
