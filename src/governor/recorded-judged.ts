// Reads back what a decision record's payload holds. Not the re-deciding (replay.ts), nor the telling (explain-record.ts).
import type { LedgerRecord } from "../ledger/record.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Judged } from "./records.ts";

/**
 * Task, facts and decision of a record of kind `decision` or `check`; null: its payload was erased. The ledger's own
 * hashes hold the payload, so its shape is what `decisionRecord` wrote. Throws WRIT_RECORD_UNKNOWN for another kind.
 */
export function recordedJudged(record: LedgerRecord): Judged | null {
  if (record.kind !== "decision" && record.kind !== "check") {
    throw new WritError(
      "WRIT_RECORD_UNKNOWN",
      `record ${record.sequence} is no decision: it is a ${record.kind}`,
      {
        hint: "writ ledger tail",
      },
    );
  }
  const { payload } = record;
  if (typeof payload !== "object" || payload === null || !("decision" in payload)) return null;
  return payload as unknown as Judged;
}
