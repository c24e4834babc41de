// The pass over one segment and its payload file, in lockstep. Part of scan-ledger.ts; decides what an end means.
import type { LedgerFile } from "./file-system.ts";
import { type Frame, payloadFormat, recordFormat } from "./frame.ts";
import { contentEnd, type FrameRead, FrameReader, latestFlushBehind } from "./frame-reader.ts";
import { payloadName, segmentName } from "./layout.ts";
import type { LedgerProblem, ProblemKind } from "./problem.ts";
import { decodePayload, decodeRecord, type RecordCore } from "./record-codec.ts";
import { rotatedIn } from "./rotation-record.ts";
import { checkHeads, headDue, keptOldKey, type ScanState, scanned, type TailPart } from "./scan-state.ts";
import { withFile } from "./with-file.ts";

/** A segment or payload file with the space reserved in it; a longer one was not made by a ledger. */
const FILE_BYTES_MAX: number = 96 * 1024 * 1024;

/** Moves `state` over segment `number`; the first thing that does not hold, or null. */
export async function scanSegment(state: ScanState, number: number): Promise<LedgerProblem | null> {
  const { fs } = state.input;
  return await withFile(fs, scanned(state, segmentName(number)), "sealed", async (records) => {
    if (records === null) return await missing(state, segmentName(number));
    return await withFile(fs, scanned(state, payloadName(number)), "sealed", async (payloads) => {
      // Payloads that were moved and are not there are not erased.
      if (payloads === null && (await moved(state, payloadName(number))) !== null)
        return await missing(state, payloadName(number));
      for (const file of [records, payloads]) {
        if (file !== null && (await file.size()) > FILE_BYTES_MAX) return oversized(state, number);
      }
      return await new Cursor(state, number, { records, payloads }).run();
    });
  });
}

interface Files {
  readonly records: LedgerFile;
  readonly payloads: LedgerFile | null;
}

/** `torn`: this record is not complete. */
type Step = "next" | "torn" | LedgerProblem;

class Cursor {
  readonly #state: ScanState;
  readonly #number: number;
  readonly #files: Files;
  readonly #records: FrameReader;
  readonly #payloads: FrameReader | null;
  /** The payload frame read ahead, and where it begins. */
  #payload: FrameRead = { status: "end" };
  #payloadAt = 0;
  /** The next one is not read yet: nothing may be asked of it before `#advancePayload`. */
  #payloadDue = false;

  constructor(state: ScanState, number: number, files: Files) {
    this.#state = state;
    this.#number = number;
    this.#files = files;
    this.#records = new FrameReader(files.records, recordFormat);
    this.#payloads = files.payloads === null ? null : new FrameReader(files.payloads, payloadFormat);
  }

  async run(): Promise<LedgerProblem | null> {
    await this.#advancePayload();
    for (;;) {
      const at = this.#records.offset;
      this.#markEnd(at);
      const read = this.#records.held() ?? (await this.#records.next());
      if (read.status === "end") return await this.#finish(at, "cut");
      if (read.status === "bad") return await this.#finish(at, "changed");
      // Awaiting what is known costs as much as hashing it, so most records are taken without.
      const taken = this.#take(read.frame, at);
      const step = taken instanceof Promise ? await taken : taken;
      if (step === "torn") return await this.#finish(at, "payload_mismatch");
      if (step !== "next") return step;
    }
  }

  #take(frame: Frame, at: number): Step | Promise<Step> {
    const state = this.#state;
    const expected = state.tree.size;
    if (frame.sequence !== expected) return this.#misplaced(frame, at);
    const record = decodeRecord(frame.body);
    if (record === null || record.sequence !== expected || record.time < state.lastTime) {
      return this.#problem("changed", at, "the frame does not hold the record that belongs there");
    }
    if (frame.flush !== expected && frame.flush !== state.flush) {
      return this.#problem("changed", at, "the frame names a flush that it cannot be part of");
    }
    const kept = keptOldKey(state);
    if (kept !== null) return kept;
    const place = { segment: this.#number, recordOffset: at, payloadOffset: this.#payloadAt };
    const erased = state.erased;
    const payload = this.#takePayload(record);
    if (payload !== "next") return payload;
    state.flush = frame.flush;
    state.lastTime = record.time;
    state.rotated = rotatedIn(record);
    state.tree.append(frame.digest);
    if (expected >= state.heads.sealed) state.unsealed ??= place;
    state.input.visit(record, place, record.payload_hash !== null && state.erased === erased, frame);
    return headDue(state) || this.#payloadDue ? this.#turn() : "next";
  }

  /** What only the disk can tell: the next payload, and the next note of the history. */
  async #turn(): Promise<Step> {
    if (this.#payloadDue) await this.#advancePayload();
    return headDue(this.#state) ? ((await checkHeads(this.#state)) ?? "next") : "next";
  }

  #takePayload(record: RecordCore): Step {
    const read = this.#payload;
    const sealed = record.sequence < this.#state.heads.sealed;
    const frame = read.status === "frame" && read.frame.sequence === record.sequence ? read.frame : null;
    if (read.status === "frame" && read.frame.sequence < record.sequence) {
      return this.#payloadProblem("a payload stands where none belongs");
    }
    if (record.payload_hash === null) {
      return frame === null ? "next" : this.#payloadProblem("a payload for a record that has none");
    }
    if (read.status === "bad" && sealed) return this.#payloadProblem("the payload is damaged");
    if (frame === null) return this.#absentPayload(sealed);
    const hashed = Buffer.from(frame.digest).toString("hex");
    if (hashed !== record.payload_hash || decodePayload(frame.body) === null) {
      return this.#payloadProblem("the payload is not the one that its record commits to");
    }
    this.#advanceHeld();
    return "next";
  }

  /** Payloads are erased only below a checkpoint; above one, an absent payload is a write that did not finish. */
  #absentPayload(sealed: boolean): Step {
    if (sealed) {
      this.#state.erased += 1;
      return "next";
    }
    if (this.#payloads !== null) return "torn";
    return this.#payloadProblem("the payload file of records above the last checkpoint is not there");
  }

  /** The records end here. `otherwise` names the problem when that cannot be a write cut short by a crash. */
  async #finish(at: number, otherwise: ProblemKind): Promise<LedgerProblem | null> {
    const state = this.#state;
    const { records, payloads } = this.#files;
    const size = state.tree.size;
    const parts: readonly TailPart[] = [
      { file: segmentName(this.#number), from: at, to: await contentEnd(records, at) },
      {
        file: payloadName(this.#number),
        from: this.#payloadAt,
        to: payloads === null ? this.#payloadAt : await contentEnd(payloads, this.#payloadAt),
      },
    ];
    const tail = parts.filter((part) => part.to > part.from);
    if (tail.length === 0) return null;
    if (size < state.heads.sealed) return this.#problem(otherwise, at, "damage below a signed checkpoint");
    if (this.#number < state.segments) return this.#problem(otherwise, at, "damage before a later segment");
    const flush = Math.max(
      (await latestFlushBehind(records, recordFormat, at)) ?? 0,
      payloads === null ? 0 : ((await latestFlushBehind(payloads, payloadFormat, this.#payloadAt)) ?? 0),
    );
    // A flush begins only when the one before is durable: a later flush behind the damage proves that the damaged
    // bytes were once on disk.
    if (flush > size) return this.#problem("changed", at, "damage before good records");
    state.tail = tail;
    return null;
  }

  async #misplaced(frame: Frame, at: number): Promise<LedgerProblem> {
    const expected = this.#state.tree.size;
    const following = await this.#records.next();
    const swapped = following.status === "frame" && following.frame.sequence <= expected;
    const kind = frame.sequence < expected || swapped ? "reordered" : "cut";
    return this.#problem(kind, at, `record ${frame.sequence} stands where ${expected} belongs`);
  }

  /** The next payload if it was read already; else it is due. */
  #advanceHeld(): void {
    if (this.#payloads === null) return;
    this.#payloadAt = this.#payloads.offset;
    const held = this.#payloads.held();
    this.#payloadDue = held === null;
    if (held !== null) this.#payload = held;
  }

  async #advancePayload(): Promise<void> {
    this.#payloadDue = false;
    if (this.#payloads === null) return;
    this.#payloadAt = this.#payloads.offset;
    this.#payload = await this.#payloads.next();
  }

  #markEnd(recordOffset: number): void {
    this.#state.end = {
      segment: this.#number,
      recordOffset,
      payloadOffset: this.#payloadAt,
      payloadFile: this.#payloads !== null,
    };
  }

  #problem(kind: ProblemKind, offset: number, detail: string): LedgerProblem {
    return { kind, file: segmentName(this.#number), offset, sequence: this.#state.tree.size, detail };
  }

  #payloadProblem(detail: string): LedgerProblem {
    const sequence = this.#state.tree.size;
    return {
      kind: "payload_mismatch",
      file: payloadName(this.#number),
      offset: this.#payloadAt,
      sequence,
      detail,
    };
  }
}

async function moved(state: ScanState, name: string): Promise<string | null> {
  return await state.input.fs.movedTo(scanned(state, name));
}

async function missing(state: ScanState, file: string): Promise<LedgerProblem> {
  const place = await moved(state, file);
  const detail =
    place === null ? "the segment is not there" : `it was moved to \`${place}\`, and nothing is there`;
  return { kind: "missing", file, offset: 0, sequence: state.tree.size, detail };
}

function oversized(state: ScanState, number: number): LedgerProblem {
  const detail = `the segment or its payload file is longer than ${FILE_BYTES_MAX} bytes`;
  return { kind: "changed", file: segmentName(number), offset: 0, sequence: state.tree.size, detail };
}
