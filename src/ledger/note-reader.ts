// Splits a history of checkpoints into its notes, in bounded memory. Blind to what a note says (checkpoint.ts).
import { NOTE_BYTES_MAX } from "./checkpoint.ts";
import type { LedgerFile } from "./file-system.ts";

const WINDOW_BYTES: number = 64 * 1024;
const SIGNATURES_BEGIN = Buffer.from("\n\n— ", "utf8");
const LINE_FEED = 0x0a;

/** A forward reader over whole notes; `offset` is where the next one begins. */
export class NoteReader {
  readonly #file: LedgerFile;
  readonly #limit: number;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;
  #offset = 0;

  /** Reads up to `limit`. */
  constructor(file: LedgerFile, limit: number) {
    this.#file = file;
    this.#limit = limit;
  }

  get offset(): number {
    return this.#offset;
  }

  /** The next whole note, or null where none is. */
  async next(): Promise<Buffer | null> {
    const held = await this.#have(NOTE_BYTES_MAX);
    const end = noteEnd(held);
    if (end === null) return null;
    const note = held.subarray(0, end);
    this.#offset += end;
    return note;
  }

  /** What stands at `offset`: up to one byte more than the longest note. */
  async rest(): Promise<Buffer> {
    return (await this.#have(NOTE_BYTES_MAX + 1)).subarray(0, NOTE_BYTES_MAX + 1);
  }

  async #have(bytes: number): Promise<Buffer> {
    const held = this.#window.subarray(this.#offset - this.#windowAt);
    const left = this.#limit - this.#offset;
    if (held.length >= Math.min(bytes, left)) return held;
    const window = Buffer.alloc(Math.min(WINDOW_BYTES, left));
    this.#window = window.subarray(0, await this.#file.read(window, this.#offset));
    this.#windowAt = this.#offset;
    return this.#window;
  }
}

/** The whole notes that `bytes` begin with, one behind the other. */
export function splitNotes(bytes: Buffer): readonly Buffer[] {
  const notes: Buffer[] = [];
  for (let rest = bytes; ; ) {
    const end = noteEnd(rest);
    if (end === null) return notes;
    notes.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
}

function noteEnd(held: Buffer): number | null {
  const split = held.subarray(0, NOTE_BYTES_MAX).indexOf(SIGNATURES_BEGIN);
  if (split < 0) return null;
  const end = held.indexOf(LINE_FEED, split + SIGNATURES_BEGIN.length);
  return end < 0 || end >= NOTE_BYTES_MAX ? null : end + 1;
}
