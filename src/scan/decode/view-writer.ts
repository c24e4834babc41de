// Writes one decoded view: copied and decoded pieces, each with where it was read from. Not for deciding what to decode.
import type { SlotKind, Span } from "../view.ts";
import { OffsetMap } from "./offset-map.ts";

/** What one decoder made of one view. Offsets are those of the view it was given. */
export interface Decoded {
  /** What the decoding is called: `base64`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly map: Pick<OffsetMap, "origin">;
  /** Runs of the view given that are explained: what they stand for is readable text or a known format. */
  readonly read: readonly Span[];
  /** Runs that are compressed and larger than what is read. */
  readonly unread: readonly Span[];
  readonly for: "all" | "protected";
  /** Whether it is looked into further: no piece of it is whole, else what it holds is chance or the end of the way. */
  readonly leaf: boolean;
  /** Each of its bytes stands for one thing of the view. */
  readonly symbols?: SlotKind;
  /** How many of the levels it takes: 1; 0 of what only leaves out what stands between pieces. */
  readonly levels: 0 | 1;
}

/** Grows as needed; never more than twice what is written. */
export class ViewWriter {
  readonly #map: OffsetMap;
  readonly #read: Span[] = [];
  readonly #unread: Span[] = [];
  #bytes: Uint8Array;
  #length = 0;
  #partial = false;
  #entire = false;

  /** `expected` bytes in `pieces` pieces, as far as that is known. */
  constructor(expected = 0, pieces = 0) {
    this.#map = new OffsetMap(pieces);
    this.#bytes = expected === 0 ? NOTHING : new Uint8Array(expected);
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes [start, end) of the view given, as they are. */
  copy(bytes: Uint8Array, start: number, end: number): void {
    if (end > start) this.put(bytes.subarray(start, end), start, end);
  }

  /** Decoded bytes that were read from [start, end), in proportion. */
  put(piece: ArrayLike<number>, start: number, end: number): void {
    this.#append(piece);
    this.#map.linear(piece.length, start, end);
  }

  /** One decoded byte that was read from [start, end). */
  byte(value: number, start: number, end: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
    this.#map.linear(1, start, end);
  }

  /** Decoded bytes of which each was read from all of [start, end). */
  whole(piece: ArrayLike<number>, start: number, end: number): void {
    this.#append(piece);
    this.#map.whole(piece.length, start, end);
  }

  /** A line end between two runs, so that they are not read as one. Nothing at the beginning or twice. */
  gap(at: number): void {
    if (this.#length === 0 || this.#bytes[this.#length - 1] === LINE_FEED) return;
    this.#room(1);
    this.#bytes[this.#length++] = LINE_FEED;
    this.#map.whole(1, Math.max(0, at - 1), Math.max(1, at));
  }

  /** Notes that a piece is all of what its run stands for, or only a stretch of it. */
  note(piece: "whole" | "part"): void {
    if (piece === "whole") this.#entire = true;
    else this.#partial = true;
  }

  /** Notes that [start, end) is explained. Spans come in order. */
  explain(start: number, end: number): void {
    const last = this.#read.at(-1);
    if (last !== undefined && last.end >= start)
      this.#read[this.#read.length - 1] = { start: last.start, end };
    else this.#read.push({ start, end });
  }

  /** Notes that [start, end) is compressed and too large to read. */
  leave(start: number, end: number): void {
    this.#unread.push({ start, end });
  }

  /** What was written; null when it is nothing. */
  done(name: string, options: Partial<Pick<Decoded, "for" | "levels">> = {}): Decoded | null {
    if (this.#length === 0 && this.#unread.length === 0) return null;
    return {
      name,
      bytes: this.#bytes.subarray(0, this.#length),
      map: this.#map,
      read: this.#read,
      unread: this.#unread,
      for: options.for ?? "all",
      leaf: this.#partial && !this.#entire,
      levels: options.levels ?? 1,
    };
  }

  #append(piece: ArrayLike<number>): void {
    this.#room(piece.length);
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const next = new Uint8Array(Math.max(64, 2 * (this.#length + more)));
    next.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = next;
  }
}

const LINE_FEED = 0x0a;
const NOTHING: Uint8Array = new Uint8Array();
