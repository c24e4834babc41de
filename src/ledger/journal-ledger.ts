// The open ledger on its files: queue, natural group commit, ledger time, checkpoints, poison. Files are journal.ts; opening
// and recovery open-ledger.ts; what it promises ledger.ts.
import { assert, BrokenInvariant } from "../stdx/assert.ts";
import type { BootClock, RandomBytes } from "../stdx/ports.ts";
import { WritError } from "../stdx/writ-error.ts";
import { AppendQueue, type Batch } from "./append-queue.ts";
import { type Checkpoint, type Handover, signCheckpoint } from "./checkpoint.ts";
import { type EntryPorts, encodeEntry } from "./entry.ts";
import { type Erased, type ErasePorts, eraseLedger, finishErasing } from "./erase-ledger.ts";
import type { LedgerFileSystem, LedgerLock } from "./file-system.ts";
import { FrameSlab } from "./frame-slab.ts";
import type { Journal, JournalPlace } from "./journal.ts";
import type { Ledger, LedgerSigner, Sealed } from "./ledger.ts";
import type { MerkleTree } from "./merkle-tree.ts";
import { isDiskFull, unwritableError } from "./problem.ts";
import type { Appended, LedgerRecord, RecordInput } from "./record.ts";
import { type RecordAnchors, readRecords, unknownRecord } from "./record-reader.ts";
import { rotationCore } from "./rotation-record.ts";
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

export interface LedgerParts extends LedgerSigner {
  readonly fs: LedgerFileSystem;
  readonly dir: string;
  readonly journal: Journal;
  readonly lock: LedgerLock;
  readonly tree: MerkleTree;
  readonly anchors: RecordAnchors;
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
  /** The checkpoint hands over to this key. */
  readonly next: LedgerSigner | null;
  readonly resolve: (sealed: Sealed) => void;
  readonly reject: (error: unknown) => void;
}

export class JournalLedger implements Ledger {
  readonly #parts: LedgerParts;
  readonly #bootStart: number;
  #time: number;
  #nextSequence: number;
  readonly #queue = new AppendQueue();
  readonly #encoding: EntryPorts;
  #signer: LedgerSigner;
  #rotating = false;
  #rotated: Promise<unknown> = Promise.resolve();
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
    this.#signer = parts;
    this.#encoding = { dir, wall, random, slabs: { records: new FrameSlab(), payloads: new FrameSlab() } };
    this.#bootStart = parts.time();
    this.#time = parts.lastTime;
    this.#nextSequence = parts.tree.size;
    this.#sealed = parts.tree.size;
  }

  get size(): number {
    return this.#parts.tree.size;
  }

  get key(): Uint8Array {
    return this.#signer.verifier.key.raw;
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
      if (this.#rotating) throw this.#unavailable("the ledger's key is being replaced", "try again");
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

  async checkpoint(): Promise<Sealed> {
    this.#refuseUnlessOpen();
    return await this.#seal({ closing: false, next: null });
  }

  async rotate(next: LedgerSigner, append?: Ledger["append"]): Promise<Appended> {
    this.#refuseUnlessOpen();
    if (this.#rotating) throw this.#unavailable("the ledger's key is being replaced", "try again");
    const rotated = this.#rotate(next, append ?? ((record) => this.append(record)));
    this.#rotated = rotated.catch(() => null);
    return await rotated;
  }

  async #rotate(next: LedgerSigner, append: Ledger["append"]): Promise<Appended> {
    const appending = append({ kind: "key_rotated", core: rotationCore(handoverTo(next, this.#signer)) });
    // INVARIANT: the record is the last one under the old key's last checkpoint, so nothing may come between.
    this.#rotating = true;
    try {
      const appended = await appending;
      await this.#seal({ closing: false, next });
      await this.#seal({ closing: false, next: null });
      return appended;
    } finally {
      this.#rotating = false;
    }
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
    await this.#rotated;
    try {
      if (this.#poisoned === null) await this.#seal({ closing: true, next: null });
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

  async #seal(what: Pick<SealRequest, "closing" | "next">): Promise<Sealed> {
    return await new Promise<Sealed>((resolve, reject) => {
      this.#seals.push({ ...what, covers: this.#nextSequence, resolve, reject });
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
    const note = Buffer.from(checkpoint === null ? "" : this.#signed(checkpoint), "utf8");
    const batch = this.#queue.take(this.size);
    const { records, payloads } = batch;
    const place = await this.#parts.journal.flush({ records, payloads, note });
    this.#commit(batch, place);
    if (checkpoint === null) return;
    if (checkpoint.closing) await this.#parts.journal.replaceLatest(note);
    this.#signer = this.#next() ?? this.#signer;
    this.#sealed = checkpoint.size;
    for (const seal of this.#sealing.splice(0)) seal.resolve({ checkpoint, note: note.toString("utf8") });
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
    const head = { size: this.size, root: this.root(), closing: this.#sealing.some((seal) => seal.closing) };
    const next = this.#next();
    return next === null ? head : { ...head, handover: handoverTo(next, this.#signer) };
  }

  #next(): LedgerSigner | null {
    return this.#sealing.find(({ next }) => next !== null)?.next ?? null;
  }

  #signed(checkpoint: Checkpoint): string {
    return signCheckpoint(checkpoint, this.#signer.verifier, this.#signer.sign);
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
      this.#seal({ closing: false, next: null }).catch(() => null);
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
    if (this.#closing !== null) throw this.#unavailable("the ledger is closed", "open the ledger again");
  }

  #unavailable(what: string, hint: string): WritError {
    return unwritableError(this.#parts.dir, what, { cause: null, freeBytes: null, hint });
  }

  #behind(bytes: number): WritError {
    const what = `the ledger has ${this.#queue.bytes} bytes waiting and ${bytes} more to take: limit is ${QUEUE_BYTES_MAX}`;
    return this.#unavailable(what, "submit less at once");
  }
}

function handoverTo(next: LedgerSigner, { verifier }: LedgerSigner): Handover {
  return { from: verifier.key.raw, to: next.verifier.key.raw };
}
