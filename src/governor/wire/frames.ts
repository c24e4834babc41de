// Frames on the governor's socket: how bytes become messages. Not what the messages mean (messages.ts).
//
// A frame is a big-endian u32 length L (1 ≤ L ≤ FRAME_MAX), then L bytes: one type byte and the payload, which is
// UTF-8 JSON or raw bytes as its type says. One connection carries one request:
//
//   client  HELLO {protocol, version, build} ▶            REQUEST {op, …} ▶  (STDIN bytes | STDIN_END | SIGNAL u8 | RESIZE u16 u16 | CANCEL)* ▶
//   server                      ◀ WELCOME {…} | ERROR {…}     ◀ (DECIDED {…} | STDOUT bytes | STDERR bytes | CREDIT u32 | EVENT {…})*
//                                                             ◀ HEAD {…}? RESULT {…} | ERROR {…}, then the server closes
//
// SIGNAL is the number of SIGHUP, SIGINT or SIGTERM; RESIZE is rows and columns. STDIN is sent against credit: a client may have sent at most as many STDIN bytes as the CREDIT frames so far add up to.
// Only the side that may send a type ever does; anything else, a length out of bounds, JSON that does not parse or has
// an unknown shape closes the connection without an answer. A client that goes away ends what it asked for.
import { Buffer } from "node:buffer";

/** Every frame type, by the byte that names it on the wire. */
export const FRAME = {
  hello: 1,
  request: 2,
  stdin: 3,
  stdin_end: 4,
  cancel: 5,
  signal: 6,
  resize: 7,
  welcome: 64,
  decided: 65,
  stdout: 66,
  stderr: 67,
  result: 68,
  error: 69,
  credit: 70,
  head: 71,
  event: 72,
} as const;

export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** Bytes of type and payload together, at most. Above the languages' own bound (4 MiB), which base64 makes 5.4 MiB. */
export const FRAME_MAX: number = 8 * 1024 * 1024;

const LENGTH_BYTES = 4;

export interface Frame {
  readonly type: FrameType;
  readonly payload: Buffer;
}

/** The bytes of one frame with a JSON payload. `null` when it would be over `FRAME_MAX`. */
export function jsonFrame(type: FrameType, value: unknown): Buffer | null {
  const payload = Buffer.from(JSON.stringify(value), "utf8");
  return payload.length + 1 > FRAME_MAX ? null : rawFrame(type, payload);
}

/** The bytes of one frame. `payload` is at most `FRAME_MAX - 1` bytes; callers send streams in smaller chunks. */
export function rawFrame(type: FrameType, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + 1 + payload.length);
  frame.writeUInt32BE(payload.length + 1, 0);
  frame.writeUInt8(type, LENGTH_BYTES);
  frame.set(payload, LENGTH_BYTES + 1);
  return frame;
}

/** Cuts a byte stream into frames. After `null` the stream is hostile or broken and must be closed. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;

  /** Takes the next bytes; the complete frames so far, in order, or null for a stream that breaks the rules. */
  push(chunk: Buffer): readonly Frame[] | null {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames: Frame[] = [];
    for (;;) {
      const length = this.#peekLength();
      if (length === null) return frames;
      if (length < 1 || length > FRAME_MAX) return null;
      if (this.#size < LENGTH_BYTES + length) return frames;
      const bytes = this.#take(LENGTH_BYTES + length);
      const type = frameType(bytes.readUInt8(LENGTH_BYTES));
      if (type === null) return null;
      frames.push({ type, payload: bytes.subarray(LENGTH_BYTES + 1) });
    }
  }

  #peekLength(): number | null {
    if (this.#size < LENGTH_BYTES) return null;
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= LENGTH_BYTES) return first.readUInt32BE(0);
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined.readUInt32BE(0);
  }

  #take(size: number): Buffer {
    const joined =
      this.#chunks.length === 1 && this.#chunks[0] !== undefined
        ? this.#chunks[0]
        : Buffer.concat(this.#chunks);
    const rest = joined.subarray(size);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size -= size;
    return joined.subarray(0, size);
  }
}

const TYPES: ReadonlySet<number> = new Set(Object.values(FRAME));

function frameType(byte: number): FrameType | null {
  return TYPES.has(byte) ? (byte as FrameType) : null;
}
