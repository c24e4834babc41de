// Keeps the queue's store true to the ledger: applies each record once and in order, tells who watches, and writes down which
// records the store stands for. Neither the order of jobs (drain.ts) nor what people ask (job-queue.ts).
import { Buffer } from "node:buffer";
import { leafHash } from "../../ledger/merkle-tree.ts";
import type { Appended, LedgerRecord, RecordInput } from "../../ledger/record.ts";
import { encodeRecord } from "../../ledger/record-codec.ts";
import { assert } from "../../stdx/assert.ts";
import { JobStore, type StandsFor } from "./job-store.ts";
import { projectJob } from "./queue-projection.ts";

/** Told of each job that a record changed, after the store has it. */
export type WatchJob = (job: number) => void;

/** What the book needs of the ledger. */
interface ReadableLedger {
  readonly size: number;
  read(sequence: number): Promise<LedgerRecord>;
}

/** Time from a change to its place on disk, ms: what a crash takes away before is replayed. */
const FLUSH_MS = 250;

export class JobBook {
  readonly store: JobStore;
  readonly #watchers = new Set<WatchJob>();
  #applied: StandsFor;
  /** The last one replayed. */
  #last: LedgerRecord | null = null;
  #timer: NodeJS.Timeout | null = null;

  private constructor(store: JobStore) {
    this.store = store;
    this.#applied = store.standsFor();
  }

  /** The book at `path`, as far as it stands for records of `ledger`; else an empty one. `replay` brings it up to date. */
  static async open(path: string, ledger: ReadableLedger): Promise<JobBook> {
    const store = new JobStore(path);
    const { size, leaf } = store.standsFor();
    if (size === 0) return new JobBook(store);
    const last = size <= ledger.size ? leafOf(await ledger.read(size - 1)) : null;
    if (last === leaf) return new JobBook(store);
    store.close();
    return new JobBook(JobStore.anew(path));
  }

  /** Applies a record of the ledger as it is read at the start; those that the store stands for already change nothing. */
  replay(record: LedgerRecord): void {
    if (record.sequence < this.#applied.size) return;
    projectJob(record, this.store);
    // Only the last one is ever compared.
    this.#applied = { size: record.sequence + 1, leaf: "" };
    this.#last = record;
  }

  /** All records were replayed: what was volatile in the governor before is forgotten. */
  ready(): void {
    if (this.#last !== null) this.#applied = { size: this.#last.sequence + 1, leaf: leafOf(this.#last) };
    this.#last = null;
    this.store.settle();
    this.store.flush(this.#applied);
  }

  /** Applies a record that has just become durable. */
  note(record: RecordInput & Appended): void {
    const { sequence, leaf, kind, core, payload = null } = record;
    assert(sequence === this.#applied.size, "records are applied in order");
    const job = projectJob({ kind, sequence, core, payload }, this.store);
    this.#applied = { size: sequence + 1, leaf };
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
    if (job !== null) for (const watch of this.#watchers) watch(job);
  }

  /** Calls `watch` for each change from here on; the function that is returned ends it. */
  watch(watch: WatchJob): () => void {
    this.#watchers.add(watch);
    return () => void this.#watchers.delete(watch);
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.store.flush(this.#applied);
  }

  close(): void {
    this.flush();
    this.store.close();
  }
}

function leafOf(record: LedgerRecord): string {
  return Buffer.from(leafHash(encodeRecord(record))).toString("hex");
}
