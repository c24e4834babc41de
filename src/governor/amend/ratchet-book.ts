// Keeps the ratchet beside a ledger: at the start from its records, then from each one that becomes durable. One function for
// both, so both give the same.
import { afterRecord, NO_RATCHET, type Ratchet, type RatchetRecord } from "./ratchet.ts";

export class RatchetBook {
  #ratchet: Ratchet = NO_RATCHET;

  get ratchet(): Ratchet {
    return this.#ratchet;
  }

  /** Applies the next record: each once, in their order. */
  note(record: RatchetRecord): void {
    this.#ratchet = afterRecord(this.#ratchet, record);
  }
}
