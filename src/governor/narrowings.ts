// Who narrows the node: people (`writ halt`, `writ offline`), and alarms of checks that went blind. What either forbids is
// forbidden; each is lifted by itself. Probes are held to people's alone, or no check could ever show that it sees again.
import type { NarrowedFact } from "../decide/facts.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { type Forbidding, type NarrowedTask, Narrowing } from "./narrowing.ts";

export class Narrowings implements Forbidding {
  readonly byHand: Narrowing = new Narrowing();
  readonly byAlarm: Narrowing = new Narrowing();

  /** The narrowest step that has its record; null: none. */
  get fact(): NarrowedFact | null {
    const [hand, fact] = [this.byHand.fact, this.byAlarm.fact];
    if (fact === null) return hand;
    if (hand?.step === "halted" || (hand !== null && fact.step !== "halted")) return hand;
    return { ...fact, alarm: true };
  }

  /** As `Narrowing.note`. */
  note(record: Pick<LedgerRecord, "kind" | "sequence" | "core">): readonly NarrowedTask[] {
    const isAlarms = typeof record.core["alarm"] === "number";
    return (isAlarms ? this.byAlarm : this.byHand).note(record);
  }

  /** As `Narrowing.forbids`. */
  forbids(grants: NarrowedTask["grants"]): ReturnType<Narrowing["forbids"]> {
    const [hand, alarm] = [this.byHand.forbids(grants), this.byAlarm.forbids(grants)];
    return hand === "halted" ? hand : alarm === "halted" ? alarm : (hand ?? alarm);
  }

  /** As `Narrowing.watch`. */
  watch(task: NarrowedTask): () => void {
    const forget = [this.byHand.watch(task), this.byAlarm.watch(task)];
    return () => forget.forEach((one) => one());
  }
}
