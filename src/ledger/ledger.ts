// What an open ledger promises. Types only: journal-ledger.ts is the one on files.
import type { WritError } from "../stdx/writ-error.ts";
import type { Checkpoint, NoteVerifier, Sign } from "./checkpoint.ts";
import type { Erased } from "./erase-ledger.ts";
import type { Appended, LedgerRecord, RecordInput } from "./record.ts";

/** An append-only log of one node. One writer. */
export interface Ledger {
  /**
   * Resolves only when the record is durable; records are in the order of the calls. Rejects with
   * WRIT_LEDGER_UNWRITABLE when it is not, and from then on always: nothing may come of what was not recorded.
   */
  append(record: RecordInput): Promise<Appended>;
  /** Durable records. */
  readonly size: number;
  /** The public key that signs now, 32 bytes. */
  readonly key: Uint8Array;
  /** RFC 6962 root over the durable records. */
  root(): Uint8Array;
  /** Ledger time now, whole ms: never decreases, also over restarts; a time without a governor counts zero. */
  now(): number;
  /** The durable records from `from` (default 0) to the size at the call. */
  records(from?: number): AsyncIterable<LedgerRecord>;
  /** Rejects with WRIT_RECORD_UNKNOWN for a sequence that the ledger does not hold. */
  read(sequence: number): Promise<LedgerRecord>;
  /** Signs the records appended so far, once they are durable. */
  checkpoint(): Promise<Sealed>;
  /**
   * Erases the payloads of the sequences that `isWanted` names, with an `erased` record before it; resolves when it is
   * durable. Rejects with WRIT_LEDGER_UNWRITABLE when it cannot be recorded or a file cannot be replaced: the next opening
   * goes on. `append` takes the record in the place of this ledger's own, to whoever follows what is appended.
   */
  erase(isWanted: (sequence: number) => boolean, append?: Ledger["append"]): Promise<Erased>;
  /**
   * Makes `next` the key that signs from here on: a record says so, the last checkpoint of the old key covers it and names
   * both, and the first of the new one follows. Durable when it resolves, with the record; from its call on `append` takes
   * nothing until it did. Rejects with WRIT_LEDGER_UNWRITABLE; then the next opening needs both keys. `append` as for `erase`.
   */
  rotate(next: LedgerSigner, append?: Ledger["append"]): Promise<Appended>;
  /** Waits for what was appended, signs a closing checkpoint, releases the lock. Later calls do nothing. */
  close(): Promise<void>;
  /** Not null: the ledger failed and takes nothing more. */
  readonly poisoned: WritError | null;
  /** The disk is full and only the ledger's reserve is left: admit nothing, so that refusals can still be recorded. */
  readonly spaceLow: boolean;
  /** Tries to reserve room without recording anything; resolves when `spaceLow` is up to date. */
  reserve(): Promise<void>;
}

/** A key, as whoever signs and as whoever verifies. */
export interface LedgerSigner {
  readonly verifier: NoteVerifier;
  readonly sign: Sign;
}

/** A head that was signed. */
export interface Sealed {
  readonly checkpoint: Checkpoint;
  /** The signed note. */
  readonly note: string;
}
