// The governor's hold on its ledger: after one failed append nothing more is recorded, so nothing more is decided or run.
import { Buffer } from "node:buffer";
import type { Erased } from "../ledger/erase-ledger.ts";
import type { Ledger, LedgerSigner, Sealed } from "../ledger/ledger.ts";
import type { Appended, LedgerRecord, RecordInput } from "../ledger/record.ts";
import type { RememberedHead } from "../ledger/scan-state.ts";
import { WritError } from "../stdx/writ-error.ts";

/** Told of each durable record. Never throws. */
export type NoteRecord = (record: RecordInput & Appended) => void;

export class KeptLedger {
  readonly #ledger: Ledger;
  readonly #broken = Promise.withResolvers<void>();
  readonly #seen: NoteRecord;
  #failure: WritError | null = null;

  /** `seen` is told each record once it is durable, in their order, before whoever appended it goes on. */
  constructor(ledger: Ledger, seen: NoteRecord = () => undefined) {
    this.#ledger = ledger;
    this.#seen = seen;
  }

  get size(): number {
    return this.#ledger.size;
  }

  /** Size and root of the durable records. */
  get head(): RememberedHead {
    return { size: this.#ledger.size, root: Buffer.from(this.#ledger.root()).toString("hex") };
  }

  /** Resolves when an append failed: every task is to be stopped and the process to end. */
  get broken(): Promise<void> {
    return this.#broken.promise;
  }

  now(): number {
    return this.#ledger.now();
  }

  /** The durable records from `from` (default 0) on. */
  records(from?: number): AsyncIterable<LedgerRecord> {
    return this.#ledger.records(from);
  }

  read(sequence: number): Promise<LedgerRecord> {
    return this.#ledger.read(sequence);
  }

  /** Throws WRIT_LEDGER_UNWRITABLE once any append has failed. */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /**
   * Throws WRIT_LEDGER_UNWRITABLE as `check` does, and while only the ledger's reserve is left: that is for what was
   * admitted before. Room that was made is found here.
   */
  async checkRoom(): Promise<void> {
    this.check();
    if (!this.#ledger.spaceLow) return;
    await this.#ledger.reserve();
    if (this.#ledger.spaceLow) throw noRoom();
  }

  /**
   * Resolves when the record is durable. Throws WRIT_LEDGER_UNWRITABLE: for this record alone when it is over the ledger's
   * bounds, and for ever after when the ledger itself failed.
   */
  async append(record: RecordInput): Promise<Appended> {
    this.check();
    try {
      const appended = await this.#ledger.append(record);
      this.#seen({ ...record, ...appended });
      return appended;
    } catch (error) {
      if (this.#ledger.poisoned !== null) {
        this.#failure ??= this.#ledger.poisoned;
        this.#broken.resolve();
      }
      throw error;
    }
  }

  /** Seals what was appended. Throws WRIT_LEDGER_UNWRITABLE. */
  async checkpoint(): Promise<Sealed> {
    this.check();
    return await this.#ledger.checkpoint();
  }

  /** Erases payloads, as the ledger does. */
  async erase(isWanted: (sequence: number) => boolean): Promise<Erased> {
    this.check();
    return await this.#ledger.erase(isWanted, async (record) => await this.append(record));
  }

  /** Hands the ledger over to another key, as the ledger does. */
  async rotate(next: LedgerSigner): Promise<Appended> {
    this.check();
    return await this.#ledger.rotate(next, async (record) => await this.append(record));
  }

  async close(): Promise<void> {
    await this.#ledger.close();
  }
}

function noRoom(): WritError {
  return new WritError("WRIT_LEDGER_UNWRITABLE", "the disk of the ledger is full: only its reserve is left", {
    hint: "make room on the disk of the home, then submit the task again",
  });
}
