// Keeps the queue's store true to the ledger: applies each record once and in order, tells who watches, writes down which records
// the store stands for, and rebuilds it when it is found untrue. Neither the order of jobs (drain.ts) nor what people ask
// (job-queue.ts).
import { Buffer } from "node:buffer";
import { leafHash } from "../../ledger/merkle-tree.ts";
import type { Appended, LedgerRecord, RecordInput } from "../../ledger/record.ts";
import { encodeRecord } from "../../ledger/record-codec.ts";
import { assert } from "../../stdx/assert.ts";
import { isDiskFull, isStoreFailure } from "./job-database.ts";
import type { StandsFor } from "./job-rows.ts";
import { JobStore } from "./job-store.ts";
import { projectJob } from "./queue-projection.ts";

/** Told of each job that a record changed, after the store has it. */
export type WatchJob = (job: number) => void;

/** What the book needs of the ledger. */
interface ReadableLedger {
  readonly size: number;
  read(sequence: number): Promise<LedgerRecord>;
  records(from: number): AsyncIterable<LedgerRecord>;
}

/** Time from a change to its place on disk, ms: what a crash takes away before is replayed. */
const FLUSH_MS = 250;
/** Rebuilds in the life of one governor: a disk that loses more than that holds no store. */
const REBUILDS_MAX = 3;
/** Where SQLite keeps a database without a file. */
const IN_MEMORY = ":memory:";

export class JobBook {
  readonly #path: string;
  readonly #ledger: ReadableLedger;
  readonly #watchers = new Set<WatchJob>();
  readonly #rebuilt = new Set<() => void>();
  #store: JobStore;
  #applied: StandsFor;
  /** The last one replayed. */
  #last: LedgerRecord | null = null;
  #timer: NodeJS.Timeout | null = null;
  #rebuilding: Promise<void> | null = null;
  #rebuilds = 0;

  private constructor(path: string, ledger: ReadableLedger, store: JobStore) {
    this.#path = path;
    this.#ledger = ledger;
    this.#store = store;
    this.#applied = store.standsFor();
  }

  /** The book at `path`, as far as it stands for records of `ledger`; else an empty one. `replay` brings it up to date. */
  static async open(path: string, ledger: ReadableLedger): Promise<JobBook> {
    const store = openStore(path);
    const { size, leaf } = store.standsFor();
    if (size === 0) return new JobBook(path, ledger, store);
    const last = size <= ledger.size ? leafOf(await ledger.read(size - 1)) : null;
    if (last === leaf) return new JobBook(path, ledger, store);
    store.close();
    return new JobBook(path, ledger, JobStore.anew(path));
  }

  /** Another one after a rebuild: not to be kept. While one is under way, the old one, which is not to be acted on. */
  get store(): JobStore {
    return this.#store;
  }

  /** Whether the store is what the ledger says, as far as anybody knows. */
  get isWhole(): boolean {
    return this.#rebuilding === null;
  }

  /** What `read` gives of a store that can be relied on. Rejects when it cannot be rebuilt. */
  async ask<T>(read: (store: JobStore) => T): Promise<T> {
    for (;;) {
      await this.#rebuilding;
      try {
        return read(this.#store);
      } catch (error) {
        if (!isStoreFailure(error)) throw error;
        this.distrust();
      }
    }
  }

  /** Applies a record of the ledger as it is read at the start; those that the store stands for already change nothing. */
  replay(record: LedgerRecord): void {
    if (record.sequence < this.#applied.size || this.#rebuilding !== null) return;
    this.#trying(() => {
      this.#replayed(record, this.#store);
    });
  }

  /** All records were replayed: what was volatile in the governor before is forgotten. */
  async ready(): Promise<void> {
    if (this.#rebuilding === null) this.#trying(() => this.#settle(this.#store));
    await this.#rebuilding;
  }

  /** Applies a record that has just become durable. */
  note(record: RecordInput & Appended): void {
    const { sequence, leaf, kind, core, payload = null } = record;
    // Read from the ledger by a rebuild, or to be read by the one that is under way.
    if (this.#rebuilding !== null || sequence < this.#applied.size) return;
    assert(sequence === this.#applied.size, "records are applied in order");
    this.#trying(() => {
      const job = projectJob({ kind, sequence, core, payload }, this.#store);
      this.#applied = { size: sequence + 1, leaf };
      this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
      if (job !== null) for (const watch of this.#watchers) watch(job);
    });
  }

  /** Calls `changed` for each change from here on, and `rebuilt` when a rebuild put a new store in place of the old one. */
  watch(changed: WatchJob, rebuilt: () => void): void {
    this.#watchers.add(changed);
    this.#rebuilt.add(rebuilt);
  }

  /**
   * The store was found to hold what the ledger does not say: it is made anew from the ledger. A failure of that is nobody's to
   * handle and ends the process, as nothing is known of the queue then; the next start rebuilds it.
   */
  distrust(): void {
    this.#makeAnew(this.#path);
  }

  #makeAnew(path: string): void {
    if (this.#rebuilding !== null) return;
    assert(this.#rebuilds < REBUILDS_MAX, "the queue's store holds what is written to it");
    this.#rebuilds += 1;
    process.emitWarning("the queue's store is not what the ledger says, and is made anew", "WritWarning");
    this.#rebuilding = Promise.resolve().then(() => this.#rebuild(path));
    void this.#tellRebuilt(this.#rebuilding);
  }

  /** Runs `act` on the store; where that fails of its own, the store is rebuilt. */
  try(act: () => void): void {
    if (this.#rebuilding === null) this.#trying(act);
  }

  /** The payloads of these records were erased: the names of jobs stood in them. */
  forget(sequences: readonly number[]): void {
    for (const sequence of sequences) this.store.unname(sequence);
    this.flush();
    this.store.compact();
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#rebuilding === null) this.#trying(() => this.#store.flush(this.#applied));
  }

  close(): void {
    this.flush();
    this.#store.close();
  }

  #trying(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      // A transaction that finds no room is given up whole. In memory there is room until the next start.
      this.#makeAnew(isDiskFull(error) ? IN_MEMORY : this.#path);
    }
  }

  async #rebuild(path: string): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const before = this.#store;
    this.#last = null;
    const store = path === IN_MEMORY ? new JobStore(path) : JobStore.anew(path);
    this.#applied = store.standsFor();
    // INVARIANT: nothing awaits between the last look at the size and the new store's being in place.
    while (this.#applied.size < this.#ledger.size)
      for await (const record of this.#ledger.records(this.#applied.size)) this.#replayed(record, store);
    this.#settle(store);
    this.#store = store;
    this.#rebuilding = null;
    before.close();
  }

  async #tellRebuilt(rebuilding: Promise<void>): Promise<void> {
    await rebuilding;
    for (const tell of this.#rebuilt) tell();
  }

  #replayed(record: LedgerRecord, store: JobStore): void {
    projectJob(record, store);
    // Only the last one is ever compared.
    this.#applied = { size: record.sequence + 1, leaf: "" };
    this.#last = record;
  }

  #settle(store: JobStore): void {
    if (this.#last !== null) this.#applied = { size: this.#last.sequence + 1, leaf: leafOf(this.#last) };
    this.#last = null;
    store.settle();
    store.flush(this.#applied);
  }
}

/** What cannot be read is made anew: it is a projection. */
function openStore(path: string): JobStore {
  try {
    return new JobStore(path);
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    return JobStore.anew(path);
  }
}

function leafOf(record: LedgerRecord): string {
  return Buffer.from(leafHash(encodeRecord(record))).toString("hex");
}
