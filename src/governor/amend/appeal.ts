// Records an appeal: the claim that a refusal was wrong. It feeds measurement, and grants nothing.
import { WritError } from "../../stdx/writ-error.ts";
import type { KeptLedger } from "../keep-ledger.ts";

/** The record's number. Throws WRIT_RECORD_UNKNOWN for what is no refusal or deferral. */
export async function recordAppeal(
  ledger: KeptLedger,
  decision: number,
  why: string,
): Promise<{ readonly sequence: number }> {
  const { kind, core } = await ledger.read(decision);
  const isDecision = kind === "decision" || kind === "check";
  if (!isDecision || core["outcome"] === "admit") {
    const what = isDecision ? "was admitted" : `is a record of kind \`${kind}\``;
    throw new WritError("WRIT_RECORD_UNKNOWN", `record ${decision} ${what}: an appeal is against a refusal`, {
      hint: "writ ledger tail",
    });
  }
  const about = { decision, outcome: core["outcome"] ?? null, causes: core["causes"] ?? [] };
  const { sequence } = await ledger.append({ kind: "appeal", core: about, payload: { why } });
  return { sequence };
}
