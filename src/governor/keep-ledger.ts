// The governor's hold on its ledger: after one failed append nothing more is recorded, so nothing more is decided or run.
import type { Ledger } from "../ledger/ledger.ts";
import type { Appended, LedgerRecord, RecordInput } from "../ledger/record.ts";
import type { WritError } from "../stdx/writ-error.ts";

export class KeptLedger {
  readonly #ledger: Ledger;
  readonly #broken = Promise.withResolvers<void>();
  #failure: WritError | null = null;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get size(): number {
    return this.#ledger.size;
  }

  /** Resolves when an append failed: every task is to be stopped and the process to end. */
  get broken(): Promise<void> {
    return this.#broken.promise;
  }

  now(): number {
    return this.#ledger.now();
  }

  records(): AsyncIterable<LedgerRecord> {
    return this.#ledger.records();
  }

  read(sequence: number): Promise<LedgerRecord> {
    return this.#ledger.read(sequence);
  }

  /** Throws WRIT_LEDGER_UNWRITABLE once any append has failed. */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /**
   * Resolves when the record is durable. Throws WRIT_LEDGER_UNWRITABLE: for this record alone when it is over the ledger's
   * bounds, and for ever after when the ledger itself failed.
   */
  async append(record: RecordInput): Promise<Appended> {
    this.check();
    try {
      return await this.#ledger.append(record);
    } catch (error) {
      if (this.#ledger.poisoned !== null) {
        this.#failure ??= this.#ledger.poisoned;
        this.#broken.resolve();
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#ledger.close();
  }
}
