// Erases payloads of an open ledger: says so in a record first, then takes them out of their files. Finishes at the next
// opening what a crash interrupted. The files are erase-payloads.ts; which payloads may go is the caller's matter.
import { join } from "node:path";
import type { JsonObject } from "../stdx/json.ts";
import { erasePayloads } from "./erase-payloads.ts";
import type { LedgerFileSystem } from "./file-system.ts";
import { payloadFormat } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import type { Journal } from "./journal.ts";
import { payloadName } from "./layout.ts";
import type { RecordAnchors } from "./record-reader.ts";
import { holds, rangesOf, readRanges, type SequenceRange } from "./sequence-ranges.ts";
import { withFile } from "./with-file.ts";

/** Ranges in one `erased` record, so that it stays far below the bound of a record. */
const RANGES_MAX = 10_000;

/** What an erasure did. */
export interface Erased {
  /** Payloads that were there and are gone. */
  readonly payloads: number;
  /** The `erased` records that say so; empty where there was nothing to erase. */
  readonly records: readonly number[];
}

/** What an erasure needs of the open ledger. */
export interface ErasePorts {
  readonly fs: LedgerFileSystem;
  readonly dir: string;
  readonly journal: Journal;
  readonly anchors: RecordAnchors;
  /** Runs `act` while nothing is being flushed. */
  readonly between: (act: () => Promise<void>) => Promise<void>;
  /** Appends an `erased` record; resolves with its sequence. */
  readonly append: (core: JsonObject) => Promise<number>;
  /** Resolves when everything appended so far is under a checkpoint. */
  readonly seal: () => Promise<void>;
}

/**
 * Erases the payloads of the sequences that `isWanted` names: an absent payload is one of a sealed record that an `erased`
 * record names. Durable when it resolves. Rejects as appending does, and with the system's error when a file cannot be
 * replaced: then the next opening goes on.
 */
export async function eraseLedger(
  ports: ErasePorts,
  isWanted: (sequence: number) => boolean,
): Promise<Erased> {
  const last = await closeSegment(ports);
  const found: number[] = [];
  for (let segment = 1; segment <= last; segment += 1) {
    for (const sequence of await payloadsIn(ports, segment)) if (isWanted(sequence)) found.push(sequence);
  }
  if (found.length === 0) return { payloads: 0, records: [] };
  const ranges = rangesOf(found);
  const records: number[] = [];
  for (let at = 0; at < ranges.length; at += RANGES_MAX) {
    const part = ranges.slice(at, at + RANGES_MAX);
    const payloads = part.reduce((sum, [from, to]) => sum + to - from, 0);
    records.push(await ports.append({ payloads, ranges: part.map(([from, to]) => [from, to]) }));
  }
  await ports.seal();
  return { payloads: await removeFrom(ports, last, ranges), records };
}

/** Erases what `pending`, the ranges of `erased` records, name and what a crash left. */
export async function finishErasing(ports: ErasePorts, pending: readonly SequenceRange[]): Promise<number> {
  if (pending.length === 0) return 0;
  return await removeFrom(ports, await closeSegment(ports), pending);
}

/** Which payloads the scanned records have: a bit each. */
export class PayloadPresence {
  #bits: Uint8Array = new Uint8Array(1024);
  readonly #pending: SequenceRange[] = [];

  /** Called for each record in order. */
  note(sequence: number, present: boolean): void {
    const byte = sequence >> 3;
    if (byte >= this.#bits.length) {
      const longer = new Uint8Array(this.#bits.length * 2);
      longer.set(this.#bits);
      this.#bits = longer;
    }
    if (present) this.#bits[byte] = (this.#bits[byte] ?? 0) | (1 << (sequence & 7));
  }

  /** Called for the core of each `erased` record. */
  noteErased(core: JsonObject): void {
    for (const range of readRanges(core["ranges"]) ?? []) if (this.#any(range)) this.#pending.push(range);
  }

  /** Ascending ranges that were to be erased and have payloads yet. */
  get pending(): readonly SequenceRange[] {
    return rangesOf(
      this.#pending.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at)),
    );
  }

  #any([from, to]: SequenceRange): boolean {
    for (let sequence = from; sequence < to; sequence += 1) {
      if (((this.#bits[sequence >> 3] ?? 0) & (1 << (sequence & 7))) !== 0) return true;
    }
    return false;
  }
}

/** Nothing is appended any more to the segments up to the one that is given. */
async function closeSegment({ between, journal }: ErasePorts): Promise<number> {
  let last = journal.segment - 1;
  await between(async () => {
    if (journal.hasPayloads) await journal.roll();
    last = journal.segment - 1;
  });
  return last;
}

async function payloadsIn({ fs, dir }: ErasePorts, segment: number): Promise<readonly number[]> {
  return await withFile(fs, join(dir, payloadName(segment)), "sealed", async (file) => {
    const found: number[] = [];
    if (file === null) return found;
    const reader = new FrameReader(file, payloadFormat);
    for (let read = await reader.next(); read.status === "frame"; read = await reader.next()) {
      found.push(read.frame.sequence);
    }
    return found;
  });
}

async function removeFrom(
  { fs, dir, anchors }: ErasePorts,
  last: number,
  ranges: readonly SequenceRange[],
): Promise<number> {
  let payloads = 0;
  for (let segment = 1; segment <= last; segment += 1) {
    const where = { dir, segment };
    payloads += await erasePayloads(fs, where, (sequence) => holds(ranges, sequence), {
      before: () => anchors.beginMove(),
      after: (removed) => anchors.endMove(segment, removed),
    });
  }
  return payloads;
}
