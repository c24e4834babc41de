// Whether the last adoption may not have reached governance.yaml: a governor that died between the record and the file left the
// bytes of the spec before. Read from records at a start; what the file holds is spec-file.ts.
import type { LedgerRecord } from "../../ledger/record.ts";

export class UnwrittenAdoption {
  #in_force: string | null = null;
  #replaced: string | null = null;

  /**
   * The hash of the bytes that the last adoption replaced; null: some governor started since, which found the file as it
   * should be or said that it was not, or there was no spec before.
   */
  get replaced(): string | null {
    return this.#replaced;
  }

  /** Takes the next record of the ledger, up to the start of this governor. */
  note({ kind, core }: Pick<LedgerRecord, "kind" | "core">): void {
    if (kind === "software") this.#replaced = null;
    if (kind !== "spec_adopted") return;
    this.#replaced = this.#in_force;
    this.#in_force = typeof core["bytes_hash"] === "string" ? core["bytes_hash"] : null;
  }
}
