// Which bytes of the input each byte of a decoded view was read from. Not for what the bytes mean.
import type { Span } from "../view.ts";

/** Most maps stay empty: nothing is allocated for them. */
const NO_PLACES: Uint32Array = new Uint32Array();
const NO_KINDS: Uint8Array = new Uint8Array();

/**
 * Segments of output, each read from a range of the input: `linear` ones in proportion, others as a whole. Grows while a view
 * is written; memory is 13 bytes a segment, and neighbours of one proportion are one segment.
 */
export class OffsetMap {
  #out: Uint32Array = NO_PLACES;
  #from: Uint32Array = NO_PLACES;
  #to: Uint32Array = NO_PLACES;
  #whole: Uint8Array = NO_KINDS;
  #count = 0;
  #length = 0;

  /** With room for `segments`. */
  constructor(segments = 0) {
    if (segments > 0) this.#grow(segments);
  }

  /** Bytes of output that are mapped. */
  get length(): number {
    return this.#length;
  }

  /** The next `length` bytes of output were read from [start, end) of the input, in proportion. */
  linear(length: number, start: number, end: number): void {
    if (length === 0) return;
    const last = this.#count - 1;
    if (last >= 0 && this.#whole[last] === 0 && (this.#to[last] ?? 0) === start) {
      const lastLength = this.#length - (this.#out[last] ?? 0);
      if ((start - (this.#from[last] ?? 0)) * length === (end - start) * lastLength) {
        this.#to[last] = end;
        this.#length += length;
        return;
      }
    }
    this.#push(length, start, { end, whole: 0 });
  }

  /** Any of the next `length` bytes of output was read from all of [start, end). */
  whole(length: number, start: number, end: number): void {
    if (length > 0) this.#push(length, start, { end, whole: 1 });
  }

  /** Where [start, end) of the output was read from; inside the input, and never empty for a range that is not. */
  origin(start: number, end: number): Span {
    if (this.#count === 0) return { start: 0, end: 0 };
    const first = this.#segment(start);
    const last = this.#segment(Math.max(start, end - 1));
    const from = this.#place(first, start, Math.floor);
    const to = end <= start ? from : this.#place(last, Math.min(end, this.#length), Math.ceil);
    // A piece of a segment that is read from less than a byte of the input still is read from that byte.
    return { start: from, end: end > start ? Math.max(to, from + 1) : from };
  }

  #push(
    length: number,
    start: number,
    { end, whole }: { readonly end: number; readonly whole: number },
  ): void {
    if (this.#count === this.#out.length) this.#grow();
    this.#out[this.#count] = this.#length;
    this.#from[this.#count] = start;
    this.#to[this.#count] = end;
    this.#whole[this.#count] = whole;
    this.#count++;
    this.#length += length;
  }

  #grow(size = Math.max(16, 2 * this.#out.length)): void {
    this.#out = grown(this.#out, new Uint32Array(size));
    this.#from = grown(this.#from, new Uint32Array(size));
    this.#to = grown(this.#to, new Uint32Array(size));
    this.#whole = grown(this.#whole, new Uint8Array(size));
  }

  /** The segment with output byte `at`: the last that does not start after it. */
  #segment(at: number): number {
    let [low, high] = [0, this.#count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#out[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #place(segment: number, at: number, round: (value: number) => number): number {
    const [from, to] = [this.#from[segment] ?? 0, this.#to[segment] ?? 0];
    if (this.#whole[segment] === 1) return round === Math.floor ? from : to;
    const out = this.#out[segment] ?? 0;
    const length = (segment + 1 < this.#count ? (this.#out[segment + 1] ?? 0) : this.#length) - out;
    return from + Math.min(to - from, round(((at - out) * (to - from)) / length));
  }
}

function grown<A extends Uint32Array | Uint8Array>(old: A, next: A): A {
  next.set(old);
  return next;
}
