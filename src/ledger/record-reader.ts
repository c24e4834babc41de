// Reads durable records back, with their payloads, from sparse anchors. Not a verifier: it checks each frame's own
// digest and order, not the tree.
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Json } from "../stdx/json.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Span } from "./erase-payloads.ts";
import type { LedgerFile, LedgerFileSystem } from "./file-system.ts";
import { payloadFormat, recordFormat } from "./frame.ts";
import { type FrameRead, FrameReader } from "./frame-reader.ts";
import { payloadName, segmentName } from "./layout.ts";
import { corruptError } from "./problem.ts";
import type { LedgerRecord } from "./record.ts";
import { decodeRecord, type RecordCore, rereadPayload } from "./record-codec.ts";
import type { RecordPlace } from "./scan-state.ts";
import { closeAll } from "./with-file.ts";

/** One anchor for so many records: 1 M records cost 4,000 anchors and a read passes over at most this many. */
const ANCHOR_EVERY = 256;

/** Where every 256th record begins. */
export class RecordAnchors {
  readonly #places: RecordPlace[] = [];
  #replacing = 0;
  #version = 0;

  /** Another number whenever payloads may have moved; null while they do. */
  get version(): number | null {
    return this.#replacing > 0 ? null : this.#version;
  }

  /** Resolves with the version when nothing is moving. */
  async settled(): Promise<number> {
    for (;;) {
      const { version } = this;
      if (version !== null) return version;
      await nextTurn();
    }
  }

  /** The payload file of a segment is being replaced. */
  beginMove(): void {
    this.#replacing += 1;
  }

  /** What follows the `removed` spans of the payload file of `segment` stands that much earlier now. */
  endMove(segment: number, removed: readonly Span[]): void {
    this.#replacing -= 1;
    this.#version += 1;
    for (const [index, place] of this.#places.entries()) {
      if (place.segment !== segment) continue;
      const gone = removed.reduce(
        (sum, { from, to }) => sum + Math.max(Math.min(to, place.payloadOffset) - from, 0),
        0,
      );
      this.#places[index] = { ...place, payloadOffset: place.payloadOffset - gone };
    }
  }

  /** Called for each record in order. */
  note(sequence: number, place: RecordPlace): void {
    if (sequence % ANCHOR_EVERY === 0) this.#places.push(place);
  }

  /** The last anchor at or before `sequence`. */
  before(sequence: number): { readonly sequence: number; readonly place: RecordPlace } | null {
    const index = Math.floor(sequence / ANCHOR_EVERY);
    const place = this.#places[index];
    return place === undefined ? null : { sequence: index * ANCHOR_EVERY, place };
  }
}

export interface ReadRange {
  readonly from: number;
  /** Behind the last one; at most the durable size. */
  readonly to: number;
}

/** Records `from` to `to`, in order. Throws WRIT_LEDGER_CORRUPT where a file no longer holds what was written. */
export async function* readRecords(
  fs: LedgerFileSystem,
  dir: string,
  anchors: RecordAnchors,
  range: ReadRange,
): AsyncGenerator<LedgerRecord, void, undefined> {
  let sequence = range.from;
  while (sequence < range.to) {
    const version = await anchors.settled();
    const anchor = anchors.before(sequence);
    if (anchor === null) return;
    const from = { ...anchor, to: range.to, stable: (): boolean => anchors.version === version };
    for await (const records of readSegments(fs, dir, from)) {
      for (const record of unmoved(records, sequence, from.stable)) {
        sequence = record.sequence + 1;
        yield record;
      }
    }
  }
}

/** Of several that were read together those from `first` on; the later ones count only as long as nothing moves. */
function* unmoved(
  records: readonly LedgerRecord[],
  first: number,
  stable: () => boolean,
): Generator<LedgerRecord, void, undefined> {
  for (const record of records) if (record.sequence >= first && stable()) yield record;
}

/** From one anchor on, as long as nothing moves. */
async function* readSegments(
  fs: LedgerFileSystem,
  dir: string,
  range: SegmentRange,
): AsyncGenerator<readonly LedgerRecord[], void, undefined> {
  let { place, sequence } = range;
  while (sequence < range.to && range.stable()) {
    for await (const records of readSegment(fs, dir, { ...range, place, sequence })) {
      sequence += records.length;
      yield records;
    }
    place = { segment: place.segment + 1, recordOffset: 0, payloadOffset: 0 };
  }
}

/** WRIT_RECORD_UNKNOWN. */
export function unknownRecord(sequence: number, size: number): WritError {
  const message = `no record \`${sequence}\`: the ledger holds ${size}`;
  const hint = size === 0 ? "writ ledger tail" : `give a number from 0 to ${size - 1}`;
  return new WritError("WRIT_RECORD_UNKNOWN", message, { hint });
}

interface SegmentRange {
  readonly place: RecordPlace;
  readonly sequence: number;
  readonly to: number;
  /** False once payloads may have moved: what is read then counts for nothing, and the reading begins again. */
  readonly stable: () => boolean;
}

/** Records that are handed on together: to await each of them costs as much as to read it. */
const TOGETHER_MAX = 64;

async function* readSegment(
  fs: LedgerFileSystem,
  dir: string,
  range: SegmentRange,
): AsyncGenerator<readonly LedgerRecord[], void, undefined> {
  const { place } = range;
  const recordFile = await fs.openExisting(join(dir, segmentName(place.segment)), "sealed");
  if (recordFile === null) throw gone(dir, place, range.sequence);
  const opened: LedgerFile[] = [recordFile];
  try {
    const payloadFile = await fs.openExisting(join(dir, payloadName(place.segment)), "sealed");
    if (payloadFile !== null) opened.push(payloadFile);
    const records = new FrameReader(recordFile, recordFormat, place.recordOffset);
    const payloads =
      payloadFile === null ? null : new FrameReader(payloadFile, payloadFormat, place.payloadOffset);
    let payload = await payloads?.next();
    let together: LedgerRecord[] = [];
    let lost: WritError | null = null;
    for (let sequence = range.sequence; sequence < range.to; sequence += 1) {
      const read = records.held() ?? (await records.next());
      if (read.status === "end") break;
      const record = readOne(read, payload, sequence);
      if (!range.stable()) return;
      if (record === null) {
        lost = gone(dir, { ...place, recordOffset: records.offset }, sequence);
        break;
      }
      if (payload?.status === "frame" && payload.frame.sequence === sequence)
        payload = payloads?.held() ?? (await payloads?.next());
      together.push(record);
      if (together.length < TOGETHER_MAX) continue;
      yield together;
      together = [];
    }
    yield together;
    if (lost !== null && range.stable()) throw lost;
  } finally {
    await closeAll(opened);
  }
}

function readOne(read: FrameRead, payload: FrameRead | undefined, sequence: number): LedgerRecord | null {
  if (read.status !== "frame" || read.frame.sequence !== sequence) return null;
  const record = decodeRecord(read.frame.body);
  if (record === null || record.sequence !== sequence) return null;
  if (payload?.status !== "frame" || payload.frame.sequence !== sequence) return { ...record, payload: null };
  if (Buffer.from(payload.frame.digest).toString("hex") !== record.payload_hash) return null;
  return withPayload(record, payload.frame.body);
}

/** The record with the payload that its hash names, which is parsed when somebody asks for it: a rebuild asks for few. */
function withPayload(record: RecordCore, read: Uint8Array): LedgerRecord {
  // Its own: who keeps a record keeps no more than this of the file.
  const body = Uint8Array.from(read);
  let parsed: Json | undefined;
  return {
    ...record,
    get payload(): Json {
      parsed ??= rereadPayload(body);
      return parsed;
    },
  };
}

function gone(dir: string, place: RecordPlace, sequence: number): WritError {
  return corruptError(dir, {
    kind: "changed",
    file: segmentName(place.segment),
    offset: place.recordOffset,
    sequence,
    detail: "the record is not as it was written",
  });
}
