// The files that one flush goes to: records, payloads, checkpoint history. Makes a flush durable or rejects; knows
// nothing of queues, trees or time. After a rejection the journal must not be used again.
import { join } from "node:path";
import type { LedgerFile, LedgerFileSystem } from "./file-system.ts";
import { HISTORY_NAME, LATEST_NAME, payloadName, segmentName } from "./layout.ts";
import { ReservedFile } from "./reserved-file.ts";
import { closeAll, openAll } from "./with-file.ts";

/** A segment and its payload file are closed before either would grow past this. */
export const SEGMENT_BYTES_MAX: number = 64 * 1024 * 1024;

/** Whole frames, in order, and at most one checkpoint. Empty parts touch no file. */
export interface Flush {
  readonly records: Uint8Array;
  readonly payloads: Uint8Array;
  readonly note: Uint8Array;
}

export interface JournalPlace {
  readonly segment: number;
  readonly recordOffset: number;
  readonly payloadOffset: number;
}

export class Journal {
  readonly #fs: LedgerFileSystem;
  readonly #dir: string;
  readonly #segmentBytesMax: number;
  readonly #history: ReservedFile;
  #segment: number;
  #records: ReservedFile;
  #payloads: ReservedFile;

  private constructor(where: JournalWhere, files: JournalFiles) {
    this.#fs = where.fs;
    this.#dir = where.dir;
    this.#segmentBytesMax = where.segmentBytesMax;
    this.#segment = files.segment;
    this.#records = files.records;
    this.#payloads = files.payloads;
    this.#history = files.history;
  }

  /** Continues an existing ledger at `place`; with `place` null starts segment `segment` afresh. */
  static async open(where: JournalWhere, at: JournalStart): Promise<Journal> {
    return await openAll(async (opened) => {
      const history = await openHistory(where, at.historyEnd);
      opened(history);
      const pair = at.place === null ? await createPair(where, at.segment) : await openPair(where, at.place);
      return new Journal(where, { ...pair, segment: at.segment, history });
    });
  }

  /** The disk is full: only space reserved before is left. */
  get spaceLow(): boolean {
    return this.#records.spaceLow || this.#payloads.spaceLow || this.#history.spaceLow;
  }

  /** Resolves when every part is durable, with where its frames begin. */
  async flush(flush: Flush): Promise<JournalPlace> {
    // Nothing is awaited before the writes begin: what the caller does next goes on beside them.
    if (!this.#fits(flush)) await this.roll();
    const place = {
      segment: this.#segment,
      recordOffset: this.#records.end,
      payloadOffset: this.#payloads.end,
    };
    // Every sync is awaited even when one fails: none may be in flight when the caller closes the files.
    const outcomes = await Promise.allSettled([
      flush.records.length === 0 ? null : this.#records.append(flush.records),
      flush.payloads.length === 0 ? null : this.#payloads.append(flush.payloads),
      flush.note.length === 0 ? null : this.#history.append(flush.note),
    ]);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    return place;
  }

  /** Reserves room behind every file if there is any, and writes nothing else; `spaceLow` says whether there was. */
  async reserve(): Promise<void> {
    const files = [this.#records, this.#payloads, this.#history];
    const outcomes = await Promise.allSettled(files.map((file) => file.append(NOTHING)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  /** Replaces the latest checkpoint: after a crash it is the old one or the new one, whole. */
  async replaceLatest(note: Uint8Array): Promise<void> {
    const staged = join(this.#dir, `${LATEST_NAME}.new`);
    const file = await this.#fs.openEmpty(staged);
    try {
      await file.write(note, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#fs.rename(staged, join(this.#dir, LATEST_NAME));
    await this.#fs.syncDirectory(this.#dir);
  }

  /** Closes every file, the rest even when one fails. */
  async close(): Promise<void> {
    await closeAll([this.#records, this.#payloads, this.#history]);
  }

  /** The segment that is appended to. */
  get segment(): number {
    return this.#segment;
  }

  #fits(flush: Flush): boolean {
    return (
      this.#records.end + flush.records.length <= this.#segmentBytesMax &&
      this.#payloads.end + flush.payloads.length <= this.#segmentBytesMax
    );
  }

  /** Whether the segment that is appended to has any payload. */
  get hasPayloads(): boolean {
    return this.#payloads.end > 0;
  }

  /** Goes on in the next segment: nothing is appended to this one any more. */
  async roll(): Promise<void> {
    const where = { fs: this.#fs, dir: this.#dir, segmentBytesMax: this.#segmentBytesMax };
    const pair = await createPair(where, this.#segment + 1);
    const full = [this.#records, this.#payloads];
    this.#segment += 1;
    this.#records = pair.records;
    this.#payloads = pair.payloads;
    await closeAll(full);
  }
}

export interface JournalWhere {
  readonly fs: LedgerFileSystem;
  readonly dir: string;
  readonly segmentBytesMax: number;
}

export interface JournalStart {
  readonly segment: number;
  readonly place: JournalPlace | null;
  readonly historyEnd: number;
}

interface Pair {
  readonly records: ReservedFile;
  readonly payloads: ReservedFile;
}

interface JournalFiles extends Pair {
  readonly segment: number;
  readonly history: ReservedFile;
}

const NOTHING = new Uint8Array(0);

/** Payloads first: a segment that is there has its payload file, unless that was erased. */
async function createPair(where: JournalWhere, segment: number): Promise<Pair> {
  return await openAll(async (opened) => {
    const payloads = new ReservedFile(await where.fs.openEmpty(join(where.dir, payloadName(segment))), 0, 0);
    opened(payloads);
    await payloads.append(NOTHING);
    const records = new ReservedFile(await where.fs.openEmpty(join(where.dir, segmentName(segment))), 0, 0);
    opened(records);
    await records.append(NOTHING);
    await where.fs.syncDirectory(where.dir);
    return { records, payloads };
  });
}

async function openPair(where: JournalWhere, place: JournalPlace): Promise<Pair> {
  return await openAll(async (opened) => {
    const records = await openReserved(where, segmentName(place.segment), place.recordOffset);
    opened(records);
    const payloads = await openReserved(where, payloadName(place.segment), place.payloadOffset);
    return { records, payloads };
  });
}

/** The directory entry becomes durable with the segment's or the latest checkpoint's. */
async function openHistory(where: JournalWhere, end: number): Promise<ReservedFile> {
  const file = await where.fs.openExisting(join(where.dir, HISTORY_NAME), "write");
  if (file !== null) return await reserved(file, end);
  const made = new ReservedFile(await where.fs.openEmpty(join(where.dir, HISTORY_NAME)), 0, 0);
  return await openAll(async (opened) => {
    opened(made);
    await made.append(NOTHING);
    return made;
  });
}

async function openReserved(where: JournalWhere, name: string, end: number): Promise<ReservedFile> {
  const file = await where.fs.openExisting(join(where.dir, name), "write");
  if (file === null) throw new Error(`\`${name}\` went away while the ledger was opened`);
  return await reserved(file, end);
}

async function reserved(file: LedgerFile, end: number): Promise<ReservedFile> {
  return await openAll(async (opened) => {
    opened(file);
    return new ReservedFile(file, end, Math.max(end, await file.size()));
  });
}
