// The ledger as a probe's run meets it: each of its records is durable before the run goes on, as a record of kind `probe`, so
// that no sum, label, class or hold of real work is ever moved by it. Payloads are left out: a probe has no words of anyone's.
import type { Appended, RecordInput } from "../../ledger/record.ts";
import type { KeptLedger } from "../keep-ledger.ts";
import type { RunParts } from "../submit.ts";

/** `ledger` for one probe. */
export function probeLedger(ledger: Pick<KeptLedger, "append" | "checkRoom">): RunParts["ledger"] {
  return {
    checkRoom: () => ledger.checkRoom(),
    append: ({ kind, core }: RecordInput): Promise<Appended> =>
      ledger.append({ kind: "probe", core: { step: "record", kind, core } }),
  };
}
