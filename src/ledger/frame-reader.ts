// Reads frames of one file in order, in bounded memory, and looks behind damage. Decides nothing about what damage means.
import { assert } from "../stdx/assert.ts";
import type { LedgerFile } from "./file-system.ts";
import {
  ALIGNMENT,
  announcedBytes,
  decodeFrame,
  type Frame,
  type FrameFormat,
  HEADER_BYTES,
} from "./frame.ts";

/** A reader begins with small windows, for ledgers and reads that are small, and doubles them. */
const WINDOW_BYTES_MIN: number = 16 * 1024;
const WINDOW_BYTES_MAX: number = 256 * 1024;

/** `end`: only zeros (space reserved ahead) up to the end of the file. `bad`: something that is no frame. */
export type FrameRead =
  | { readonly status: "frame"; readonly frame: Frame }
  | { readonly status: "end" }
  | { readonly status: "bad" };

/** A forward reader. `offset` is where the next frame is expected; it stays there after `end` and `bad`. */
export class FrameReader {
  readonly #file: LedgerFile;
  readonly #format: FrameFormat;
  #window: Buffer = Buffer.alloc(0);
  #windowAt: number;
  #windowBytes: number = WINDOW_BYTES_MIN;
  #offset: number;

  constructor(file: LedgerFile, format: FrameFormat, from = 0) {
    this.#file = file;
    this.#format = format;
    this.#offset = from;
    this.#windowAt = from;
  }

  get offset(): number {
    return this.#offset;
  }

  /** The same as `next` where it can be told from what was read already; else null, and nothing moved. */
  held(): FrameRead | null {
    const bytes = this.#window.subarray(this.#offset - this.#windowAt);
    const whole = announcedBytes(this.#format, bytes);
    if (whole === null || bytes.length < whole) return null;
    return this.#taken(decodeFrame(this.#format, bytes));
  }

  /** The frame at `offset`, which moves behind it. Bodies stay valid after later calls. */
  async next(): Promise<FrameRead> {
    const head = await this.#have(HEADER_BYTES);
    const whole = announcedBytes(this.#format, head);
    if (whole === null) {
      return { status: (await contentEnd(this.#file, this.#offset)) === this.#offset ? "end" : "bad" };
    }
    return this.#taken(decodeFrame(this.#format, await this.#have(whole)));
  }

  #taken(frame: Frame | null): FrameRead {
    if (frame === null) return { status: "bad" };
    this.#offset += frame.bytes;
    return { status: "frame", frame };
  }

  /** At least `bytes` from the offset, fewer only at the end of the file. */
  async #have(bytes: number): Promise<Buffer> {
    const held = this.#window.subarray(this.#offset - this.#windowAt);
    if (held.length >= bytes) return held;
    const window = Buffer.allocUnsafe(Math.max(bytes, this.#windowBytes));
    this.#windowBytes = Math.min(this.#windowBytes * 2, WINDOW_BYTES_MAX);
    const read = await this.#file.read(window, this.#offset);
    assert(read <= window.length, "a read fits its buffer");
    this.#window = window.subarray(0, read);
    this.#windowAt = this.#offset;
    return this.#window;
  }
}

/** Offset just behind the last byte that is not zero, at or after `from`; `from` when there is none. */
export async function contentEnd(file: LedgerFile, from: number): Promise<number> {
  const window = Buffer.allocUnsafe(WINDOW_BYTES_MIN);
  let end = from;
  for (let at = from; ; at += window.length) {
    const read = await file.read(window, at);
    const held = window.subarray(0, read);
    if (!held.equals(ZEROS.subarray(0, read))) end = at + held.findLastIndex((byte) => byte !== 0) + 1;
    if (read < window.length) return end;
  }
}

const ZEROS = Buffer.alloc(WINDOW_BYTES_MIN);

/**
 * The highest flush number of any whole frame at or after `from`, or null when there is none. Reads the rest of the
 * file into memory, which a segment's size bounds.
 */
export async function latestFlushBehind(
  file: LedgerFile,
  format: FrameFormat,
  from: number,
): Promise<number | null> {
  const rest = Buffer.alloc((await contentEnd(file, from)) - from + ALIGNMENT);
  await file.read(rest, from);
  let latest: number | null = null;
  for (let at = 0; at + HEADER_BYTES <= rest.length; ) {
    const frame = decodeFrame(format, rest.subarray(at));
    if (frame !== null) latest = Math.max(latest ?? 0, frame.flush);
    at += frame?.bytes ?? ALIGNMENT;
  }
  return latest;
}
