// A changed build of Writ is a change of the spec's meaning: before it admits anything it decides the last recorded refusals
// again. What would become an admit is a loosening. Reads records; records and decides nothing that counts.
import type { LedgerRecord } from "../../ledger/record.ts";
import { replay } from "../replay.ts";
import { otherAnswers } from "./known-answers.ts";

/** Refusals and deferrals that are decided again. */
export const REFUSALS_MAX = 500;
/** Of the records that a build would admit, those that are named. */
const NAMED_MAX = 20;

/** What a changed build would let through: past refusals by their records, and known answers that it gives otherwise. */
export interface BuildChange {
  readonly admits: readonly number[];
  readonly answers: readonly string[];
}

/** Of the accepted build. */
export const NO_CHANGE: BuildChange = { admits: [], answers: [] };

/** What a ledger says of past refusals, seen record by record. */
export class PastRefusals {
  readonly #specs: LedgerRecord[] = [];
  #refusals: LedgerRecord[] = [];

  note(record: LedgerRecord): void {
    if (record.kind === "spec_adopted") this.#specs.push(record);
    const isDecision = record.kind === "decision" || record.kind === "check";
    if (!isDecision || record.core["outcome"] === "admit") return;
    this.#refusals.push(record);
    if (this.#refusals.length >= 2 * REFUSALS_MAX) this.#refusals = this.#refusals.slice(-REFUSALS_MAX);
  }

  /** What `build`, which is this one, decides otherwise than it was decided or is known. */
  async changedBy(build: string): Promise<BuildChange> {
    return { admits: await this.#admittedBy(build), answers: otherAnswers() };
  }

  /** The last refusals that `build`, which is this one, would admit; the latest first, at most 20. */
  async #admittedBy(build: string): Promise<readonly number[]> {
    const admitted: number[] = [];
    const records = [...this.#specs, ...this.#refusals.slice(-REFUSALS_MAX)];
    for await (const { sequence, recorded, decided } of replay(records, { build })) {
      if (recorded?.outcome !== "admit" && decided?.outcome === "admit") admitted.push(sequence);
    }
    return admitted.reverse().slice(0, NAMED_MAX);
  }
}
