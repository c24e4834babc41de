// What waits for the next flush: records in order, with who waits for each, and how much of them goes into one flush.
import type { Entry } from "./entry.ts";
import { stampFlush } from "./frame.ts";
import { joinedPieces } from "./frame-slab.ts";
import type { Appended } from "./record.ts";

/** Most bytes in one flush, so that memory and the cost of a torn one stay bounded. */
const FLUSH_BYTES_MAX: number = 8 * 1024 * 1024;

/** One record, and what its append resolves or rejects with. */
export interface Waiting {
  readonly entry: Entry;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/** The frames of some records, each kind as one piece. */
export interface Batch {
  readonly waiting: readonly Waiting[];
  readonly records: Uint8Array;
  readonly payloads: Uint8Array;
}

export class AppendQueue {
  #waiting: Waiting[] = [];
  #bytes = 0;
  /** What the flush under way is to settle: kept here, so that no failure can lose a waiting promise. */
  #taken: readonly Waiting[] = [];

  /** Bytes that wait for a flush. */
  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#waiting.length;
  }

  push(waiting: Waiting): void {
    this.#bytes += waiting.entry.bytes;
    this.#waiting.push(waiting);
  }

  /** The next flush, whose first record is `flush`; at least one record if any waits. */
  take(flush: number): Batch {
    const waiting = this.#next();
    for (const { entry } of waiting) {
      this.#bytes -= entry.bytes;
      stampFlush(entry.record, flush);
      if (entry.payload !== null) stampFlush(entry.payload, flush);
    }
    this.#taken = waiting;
    const records = joinedPieces(waiting.map(({ entry }) => entry.record));
    const payloads = joinedPieces(waiting.flatMap(({ entry }) => entry.payload ?? []));
    return { waiting, records, payloads };
  }

  /** The records that `take` gave are durable, and their promises settled. */
  settled(): void {
    this.#taken = [];
  }

  /** Rejects all that was taken or waits. */
  reject(error: unknown): void {
    for (const { reject } of [...this.#taken, ...this.#waiting]) reject(error);
    this.#taken = [];
    this.#waiting = [];
    this.#bytes = 0;
  }

  #next(): readonly Waiting[] {
    const all = this.#waiting;
    if (this.#bytes <= FLUSH_BYTES_MAX) {
      this.#waiting = [];
      return all;
    }
    let bytes = 0;
    const fits = all.findIndex(({ entry }) => (bytes += entry.bytes) > FLUSH_BYTES_MAX);
    const count = Math.max(fits, 1);
    this.#waiting = all.slice(count);
    return all.slice(0, count);
  }
}
