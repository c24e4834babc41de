// What one stream of a child has printed, kept for its parent: the first bytes of it, within a bound that it shares.
import { Buffer } from "node:buffer";
import type { JsonObject } from "../stdx/json.ts";

/** Bytes kept of one stream. */
const STREAM_MAX = 256 * 1024;

/** Bytes that may still be kept by all that share it. */
export interface KeptRoom {
  bytes: number;
}

/** The beginning of a stream. */
export class KeptOutput {
  readonly #room: KeptRoom;
  #chunks: Buffer[] = [];
  #kept = 0;
  #cut = false;

  constructor(room: KeptRoom) {
    this.#room = room;
  }

  /** Keeps as much of `chunk` as there is room for, and notes what was left out. */
  add(chunk: Uint8Array): void {
    const room = Math.min(STREAM_MAX - this.#kept, this.#room.bytes, chunk.length);
    if (room < chunk.length) this.#cut = true;
    if (room <= 0) return;
    this.#chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.#kept += room;
    this.#room.bytes -= room;
  }

  /** As text where it is UTF-8 throughout, else in base64. */
  told(): JsonObject {
    const bytes = Buffer.concat(this.#chunks);
    const text = bytes.toString("utf8");
    const whole = Buffer.from(text, "utf8").equals(bytes);
    return {
      text: whole ? text : bytes.toString("base64"),
      encoding: whole ? "utf8" : "base64",
      cut: this.#cut,
    };
  }

  /** Gives the room back. */
  drop(): void {
    this.#room.bytes += this.#kept;
    this.#kept = 0;
    this.#chunks = [];
  }
}
