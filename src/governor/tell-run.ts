// Tells what the ledger holds of one run between its decision and its end, in one pass: its traffic, and what was done to it for
// heat. Not the decision, nor how it ended (explain-record.ts).
import type { ToldSection } from "./governor.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import type { Projection } from "./project-record.ts";
import { HeatTelling } from "./tell-heat.ts";
import { TrafficTelling } from "./tell-traffic.ts";

/** The sections of the run of `decision`, up to its settlement or, while it runs, until now; those that it has. */
export async function tellRun(
  { ledger, projection }: { readonly ledger: KeptLedger; readonly projection: Projection },
  decision: number,
): Promise<readonly ToldSection[]> {
  const end = projection.settlements.get(decision) ?? ledger.size;
  const traffic = new TrafficTelling();
  const heat = new HeatTelling();
  for (let sequence = decision + 1; sequence < end; sequence += 1) {
    const record = await ledger.read(sequence);
    if (record.core["decision_sequence"] === decision) traffic.take(record);
    else if (record.core["decision"] === decision) heat.take(record);
  }
  return [...heat.told(), ...traffic.told()];
}
