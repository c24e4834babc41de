// The open ledger: queue, natural group commit, ledger time, checkpoints, poison. Files are journal.ts; opening and
// recovery open-ledger.ts.
import { assert, BrokenInvariant } from "../stdx/assert.ts";
import type { BootClock, RandomBytes } from "../stdx/ports.ts";
import { WritError } from "../stdx/writ-error.ts";
import { AppendQueue, type Batch } from "./append-queue.ts";
import { type Checkpoint, type NoteVerifier, type Sign, signCheckpoint } from "./checkpoint.ts";
import { type EntryPorts, encodeEntry } from "./entry.ts";
import { type Erased, type ErasePorts, eraseLedger, finishErasing } from "./erase-ledger.ts";
import type { LedgerFileSystem, LedgerLock } from "./file-system.ts";
import { FrameSlab } from "./frame-slab.ts";
import type { Journal, JournalPlace } from "./journal.ts";
import type { MerkleTree } from "./merkle-tree.ts";
import { isDiskFull, unwritableError } from "./problem.ts";
import type { Appended, LedgerRecord, RecordInput } from "./record.ts";
import { type RecordAnchors, readRecords, unknownRecord } from "./record-reader.ts";
import type { SequenceRange } from "./sequence-ranges.ts";

/** Records between two checkpoints at most (design: 256 records or one second). */
export const CHECKPOINT_RECORDS = 256;
/** Longest time that a durable record waits for its checkpoint. */
export const CHECKPOINT_MS = 1000;
/** Most bytes that wait for a flush; an append beyond it is refused, not queued. */
const QUEUE_BYTES_MAX: number = 64 * 1024 * 1024;
/**
 * So many records that wait start a flush at once, instead of at the end of the turn: what comes in the same turn is
 * serialised while the disk works on these.
 */
const EAGER_RECORDS = 64;

/** An append-only log of one node. One writer. */
export interface Ledger {
  /**
   * Resolves only when the record is durable; records are in the order of the calls. Rejects with
   * WRIT_LEDGER_UNWRITABLE when it is not, and from then on always: nothing may come of what was not recorded.
   */
  append(record: RecordInput): Promise<Appended>;
  /** Durable records. */
  readonly size: number;
  /** RFC 6962 root over the durable records. */
  root(): Uint8Array;
  /** Ledger time now, whole ms: never decreases, also over restarts; a time without a governor counts zero. */
  now(): number;
  /** The durable records from `from` (default 0) to the size at the call. */
  records(from?: number): AsyncIterable<LedgerRecord>;
  /** Rejects with WRIT_RECORD_UNKNOWN for a sequence that the ledger does not hold. */
  read(sequence: number): Promise<LedgerRecord>;
  /** Signs the records appended so far, once they are durable. */
  checkpoint(): Promise<Checkpoint>;
  /**
   * Erases the payloads of the sequences that `isWanted` names, with an `erased` record before it; resolves when it is
   * durable. Rejects with WRIT_LEDGER_UNWRITABLE when it cannot be recorded or a file cannot be replaced: the next opening
   * goes on. `append` takes the record in the place of this ledger's own, to whoever follows what is appended.
   */
  erase(isWanted: (sequence: number) => boolean, append?: Ledger["append"]): Promise<Erased>;
  /** Waits for what was appended, signs a closing checkpoint, releases the lock. Later calls do nothing. */
  close(): Promise<void>;
  /** Not null: the ledger failed and takes nothing more. */
  readonly poisoned: WritError | null;
  /** The disk is full and only the ledger's reserve is left: admit nothing, so that refusals can still be recorded. */
  readonly spaceLow: boolean;
  /** Tries to reserve room without recording anything; resolves when `spaceLow` is up to date. */
  reserve(): Promise<void>;
}

export interface LedgerParts {
  readonly fs: LedgerFileSystem;
  readonly dir: string;
  readonly journal: Journal;
  readonly lock: LedgerLock;
  readonly tree: MerkleTree;
  readonly anchors: RecordAnchors;
  readonly verifier: NoteVerifier;
  readonly sign: Sign;
  readonly time: BootClock;
  readonly wall: () => Date;
  readonly random: RandomBytes;
  readonly lastTime: number;
}

interface Between {
  readonly act: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface SealRequest {
  /** Records that must be durable first. */
  readonly covers: number;
  readonly closing: boolean;
  readonly resolve: (checkpoint: Checkpoint) => void;
  readonly reject: (error: unknown) => void;
}

export class JournalLedger implements Ledger {
  readonly #parts: LedgerParts;
  readonly #bootStart: number;
  #time: number;
  #nextSequence: number;
  readonly #queue = new AppendQueue();
  readonly #encoding: EntryPorts;
  #seals: SealRequest[] = [];
  /** What the flush under way signs for: moved here first, so that no failure can lose a waiting promise. */
  #sealing: SealRequest[] = [];
  /** What is to be done to the files while nothing is being flushed. */
  #between: Between[] = [];
  #acting: Between[] = [];
  #erased: Promise<unknown> = Promise.resolve();
  #sealed: number;
  #running: Promise<void> | null = null;
  #scheduled = false;
  #timer: NodeJS.Timeout | null = null;
  #poisoned: WritError | null = null;
  #closing: Promise<void> | null = null;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    const { dir, wall, random } = parts;
    this.#encoding = { dir, wall, random, slabs: { records: new FrameSlab(), payloads: new FrameSlab() } };
    this.#bootStart = parts.time();
    this.#time = parts.lastTime;
    this.#nextSequence = parts.tree.size;
    this.#sealed = parts.tree.size;
  }

  get size(): number {
    return this.#parts.tree.size;
  }

  get poisoned(): WritError | null {
    return this.#poisoned;
  }

  get spaceLow(): boolean {
    return this.#parts.journal.spaceLow;
  }

  async reserve(): Promise<void> {
    await this.#whileIdle(async () => await this.#parts.journal.reserve());
  }

  async erase(isWanted: (sequence: number) => boolean, append?: Ledger["append"]): Promise<Erased> {
    const ports = this.#erasePorts(append ?? (async (record) => await this.append(record)));
    return await this.#erasing(async () => await eraseLedger(ports, isWanted));
  }

  /** Goes on with what `erased` records of an earlier life name. */
  async finishErasing(pending: readonly SequenceRange[]): Promise<void> {
    await this.#erasing(
      async () =>
        await finishErasing(
          this.#erasePorts(async (record) => await this.append(record)),
          pending,
        ),
    );
  }

  root(): Uint8Array {
    return this.#parts.tree.root();
  }

  now(): number {
    const passed = Math.floor(this.#parts.time() - this.#bootStart);
    if (Number.isSafeInteger(passed)) this.#time = Math.max(this.#time, this.#parts.lastTime + passed);
    return this.#time;
  }

  append(record: RecordInput): Promise<Appended> {
    // One promise a record: at full speed they cost as much as the hashes.
    return new Promise<Appended>((resolve, reject) => {
      this.#refuseUnlessOpen();
      const entry = encodeEntry(record, this.#encoding, { sequence: this.#nextSequence, time: this.now() });
      if (this.#queue.bytes + entry.bytes > QUEUE_BYTES_MAX) throw this.#behind(entry.bytes);
      this.#nextSequence += 1;
      this.#queue.push({ entry, resolve, reject });
      this.#start();
    });
  }

  records(from = 0): AsyncIterable<LedgerRecord> {
    const { fs, dir, anchors } = this.#parts;
    return readRecords(fs, dir, anchors, { from, to: this.size });
  }

  async read(sequence: number): Promise<LedgerRecord> {
    const known = Number.isSafeInteger(sequence) && sequence >= 0 && sequence < this.size;
    if (known) for await (const record of this.records(sequence)) return record;
    throw unknownRecord(sequence, this.size);
  }

  async checkpoint(): Promise<Checkpoint> {
    this.#refuseUnlessOpen();
    return await this.#seal(false);
  }

  /** One erasure at a time; a system error is said as the ledger's. */
  async #erasing<T>(act: () => Promise<T>): Promise<T> {
    const erased = this.#erased.then(act);
    this.#erased = erased.catch(() => null);
    try {
      return await erased;
    } catch (cause) {
      if (cause instanceof WritError || cause instanceof BrokenInvariant) throw cause;
      const hint = "payloads that are still there go when the governor starts again";
      throw unwritableError(this.#parts.dir, "not all payloads could be erased", {
        cause,
        freeBytes: null,
        hint,
      });
    }
  }

  #erasePorts(append: Ledger["append"]): ErasePorts {
    const { fs, dir, journal, anchors } = this.#parts;
    return {
      fs,
      dir,
      journal,
      anchors,
      between: async (act) => await this.#whileIdle(act),
      append: async (core) => (await append({ kind: "erased", core })).sequence,
      seal: async () => void (await this.checkpoint()),
    };
  }

  async #whileIdle(act: () => Promise<void>): Promise<void> {
    this.#refuseUnlessOpen();
    await new Promise<void>((resolve, reject) => {
      this.#between.push({ act, resolve, reject });
      this.#start();
    });
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    try {
      if (this.#poisoned === null) await this.#seal(true);
    } finally {
      if (this.#timer !== null) clearTimeout(this.#timer);
      await this.#running;
      try {
        await this.#parts.journal.close();
      } finally {
        this.#parts.lock.release();
      }
    }
  }

  async #seal(closing: boolean): Promise<Checkpoint> {
    return await new Promise<Checkpoint>((resolve, reject) => {
      this.#seals.push({ covers: this.#nextSequence, closing, resolve, reject });
      this.#start();
    });
  }

  /** INVARIANT: at most one loop runs, so a flush begins only after the one before it ended. */
  #start(): void {
    if (this.#running !== null) return;
    if (this.#queue.length >= EAGER_RECORDS) {
      this.#running = this.#loop();
      return;
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Appends of the same turn go into one flush.
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#running ??= this.#loop();
    });
  }

  async #loop(): Promise<void> {
    while (this.#poisoned === null && this.#hasWork()) {
      try {
        await this.#flushOnce();
      } catch (cause) {
        await this.#poison(cause);
      }
    }
    // Nothing is awaited between the condition above and this: an append either sees the loop or starts one.
    this.#running = null;
    this.#armTimer();
  }

  #hasWork(): boolean {
    return this.#queue.length > 0 || this.#seals.length > 0 || this.#between.length > 0 || this.#sealDue();
  }

  async #flushOnce(): Promise<void> {
    if (this.#between.length > 0) await this.#actBetween();
    this.#sealing = this.#seals.filter((seal) => seal.covers <= this.size);
    this.#seals = this.#seals.filter((seal) => seal.covers > this.size);
    // Signed before the batch below is taken: a checkpoint only ever covers what is durable already.
    const checkpoint = this.#sealing.length > 0 || this.#sealDue() ? this.#head() : null;
    const note = Buffer.from(checkpoint === null ? "" : this.#sign(checkpoint), "utf8");
    const batch = this.#queue.take(this.size);
    const { records, payloads } = batch;
    const place = await this.#parts.journal.flush({ records, payloads, note });
    this.#commit(batch, place);
    if (checkpoint === null) return;
    if (checkpoint.closing) await this.#parts.journal.replaceLatest(note);
    this.#sealed = checkpoint.size;
    for (const seal of this.#sealing.splice(0)) seal.resolve(checkpoint);
  }

  async #actBetween(): Promise<void> {
    this.#acting = this.#between.splice(0);
    for (let next = this.#acting[0]; next !== undefined; next = this.#acting[0]) {
      await next.act();
      this.#acting.shift();
      next.resolve();
    }
  }

  #sealDue(): boolean {
    return this.size - this.#sealed >= CHECKPOINT_RECORDS;
  }

  #head(): Checkpoint {
    return { size: this.size, root: this.root(), closing: this.#sealing.some((seal) => seal.closing) };
  }

  #sign(checkpoint: Checkpoint): string {
    return signCheckpoint(checkpoint, this.#parts.verifier, this.#parts.sign);
  }

  #commit({ waiting }: Batch, place: JournalPlace): void {
    const { tree, anchors } = this.#parts;
    let { recordOffset, payloadOffset } = place;
    for (const { entry, resolve } of waiting) {
      assert(entry.sequence === tree.size, "records become durable in order");
      anchors.note(entry.sequence, { segment: place.segment, recordOffset, payloadOffset });
      tree.append(entry.leaf);
      recordOffset += entry.record.length;
      payloadOffset += entry.payload?.length ?? 0;
      resolve({ sequence: entry.sequence, time: entry.time, leaf: entry.leaf.toString("hex") });
    }
    this.#queue.settled();
  }

  #armTimer(): void {
    const idle = this.size === this.#sealed || this.#poisoned !== null || this.#closing !== null;
    if (idle || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      // INVARIANT: nothing stands behind the closing checkpoint, which a close under way may be writing now.
      if (this.#poisoned !== null || this.#closing !== null) return;
      // A failure here has poisoned the ledger, and each later call says so.
      this.#seal(false).catch(() => null);
    }, CHECKPOINT_MS);
    this.#timer.unref();
  }

  async #poison(cause: unknown): Promise<void> {
    const { fs, dir } = this.#parts;
    const freeBytes = isDiskFull(cause) ? await fs.freeBytes(dir).catch(() => null) : null;
    const hint = `free space in ${dir} or repair its disk, then start again: nothing runs until then`;
    const error = unwritableError(dir, "the ledger cannot write", { cause, freeBytes, hint });
    this.#poisoned = error;
    this.#queue.reject(error);
    const waiting = [...this.#sealing.splice(0), ...this.#seals.splice(0)];
    for (const { reject } of waiting) reject(error);
    for (const { reject } of [...this.#acting.splice(0), ...this.#between.splice(0)]) reject(error);
  }

  #refuseUnlessOpen(): void {
    if (this.#poisoned !== null) throw this.#poisoned;
    if (this.#closing === null) return;
    const details = { cause: null, freeBytes: null, hint: "open the ledger again" };
    throw unwritableError(this.#parts.dir, "the ledger is closed", details);
  }

  #behind(bytes: number): WritError {
    const what = `the ledger has ${this.#queue.bytes} bytes waiting and ${bytes} more to take: limit is ${QUEUE_BYTES_MAX}`;
    return unwritableError(this.#parts.dir, what, {
      cause: null,
      freeBytes: null,
      hint: "submit less at once",
    });
  }
}
