// Frames between processes of Writ's own, as the executor speaks them: a big-endian u32 length, then that many bytes of a UTF-8
// JSON object. Not what they mean.

/** Bytes of one frame's JSON, at most: a writ token (1 MiB) and a task in canonical JSON (4 MiB) fit. */
export const FRAME_MAX: number = 8 * 1024 * 1024;

const LENGTH_BYTES = 4;

/** The bytes of one frame. Throws `RangeError` when it would be over `FRAME_MAX`. */
export function frameOf(value: object): Buffer {
  const body = Buffer.from(JSON.stringify(value), "utf8");
  if (body.length > FRAME_MAX) throw new RangeError(`frame has ${body.length} bytes: limit is ${FRAME_MAX}`);
  const head = Buffer.alloc(LENGTH_BYTES);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** Cuts a stream of bytes into objects. After `null` the stream is hostile or broken: its connection is to be closed. */
export class FrameReader {
  readonly #max: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #broken = false;

  constructor(max: number = FRAME_MAX) {
    this.#max = max;
  }

  /** The whole frames so far, in order; null from the first one that is empty, too long, no UTF-8, no JSON or no object. */
  push(chunk: Buffer): readonly object[] | null {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const frames: object[] = [];
    while (!this.#broken && this.#size >= LENGTH_BYTES) {
      const length = this.#joined().readUInt32BE();
      if (length === 0 || length > this.#max) this.#broken = true;
      if (this.#broken || this.#size < LENGTH_BYTES + length) break;
      const bytes = this.#joined();
      const value = objectIn(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
      if (value === null) this.#broken = true;
      else frames.push(value);
      this.#chunks = [bytes.subarray(LENGTH_BYTES + length)];
      this.#size -= LENGTH_BYTES + length;
    }
    return this.#broken ? null : frames;
  }

  /** Joins what came in pieces once it is looked at; a long frame in many pieces is joined when its length is there. */
  #joined(): Buffer {
    const [first = EMPTY] = this.#chunks;
    if (this.#chunks.length > 1 && (first.length < LENGTH_BYTES || this.#isWhole(first))) {
      this.#chunks = [Buffer.concat(this.#chunks, this.#size)];
    }
    return this.#chunks[0] ?? EMPTY;
  }

  #isWhole(first: Buffer): boolean {
    return this.#size >= LENGTH_BYTES + first.readUInt32BE();
  }
}

const EMPTY = Buffer.alloc(0);

function objectIn(bytes: Buffer): object | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null; // Neither UTF-8 nor JSON: the caller closes the connection.
  }
}
