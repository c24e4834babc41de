// What went to one endpoint last, and which stretches of a request stand in it already, however far back. Deflate alone sees
// 32 KiB back, and a conversation that is sent again with each turn is soon longer. Not the measure (novelty.ts).

/** What of a request is not in what was sent before. */
export interface Remainder {
  /** The new stretches, one after the other. */
  readonly bytes: Uint8Array;
  /** How many stretches were taken for copies. */
  readonly copies: number;
}

/** Bytes of an indexed block. Every repeated stretch of twice as many bytes holds a whole one, and so is found. */
const BLOCK = 32;

/** Any odd multiplier without a pattern does (Knuth, The Art of Computer Programming 3, section 6.4: the golden ratio). */
const FACTOR = 0x9e3779b1;

/** `FACTOR` to the power of `BLOCK`: what the byte that leaves the window is multiplied with. */
const LEAVING: number = Array.from({ length: BLOCK }).reduce<number>((power) => Math.imul(power, FACTOR), 1);

const INDEX_MIN = 1024;

/**
 * The last bytes that were sent, at most `max`, with an index of their blocks (as rsync finds moved parts: Tridgell and Mackerras,
 * The rsync algorithm, 1996). A stretch that the index loses, since two blocks share a place in it, counts as new.
 */
export class SentBytes {
  /** Bytes that are kept at most. */
  readonly max: number;
  #bytes = new Uint8Array(0);
  #length = 0;
  /** By hash, the place of a block, plus one. */
  #index = new Int32Array(INDEX_MIN);

  constructor(max: number) {
    this.max = max;
  }

  /** Bytes that are kept. */
  get length(): number {
    return this.#length;
  }

  /** The last `count` bytes, as a view. */
  last(count: number): Uint8Array {
    return this.#bytes.subarray(Math.max(0, this.#length - count), this.#length);
  }

  add(sent: Uint8Array): void {
    const newer = sent.subarray(Math.max(0, sent.length - this.max));
    if (this.#length + newer.length > this.max) {
      // Half goes at once, so that not every request moves all of it.
      this.#keep(Math.min(this.max >>> 1, this.max - newer.length));
    }
    this.#room(this.#length + newer.length);
    this.#bytes.set(newer, this.#length);
    const from = this.#length - (this.#length % BLOCK);
    this.#length += newer.length;
    this.#indexFrom(from);
  }

  /** `request` without its stretches of at least 32 bytes that are kept here. Changes nothing. */
  remainderOf(request: Uint8Array): Remainder {
    const rest = new Uint8Array(request.length);
    let [length, from, copies] = [0, 0, 0];
    let hash = hashAt(request, 0);
    for (let at = 0; at + BLOCK <= request.length; ) {
      const place = (this.#index[this.#slot(hash)] as number) - 1;
      const copied = place < 0 ? 0 : this.#common(request, at, place);
      if (copied < BLOCK) {
        hash = rolled(hash, request[at] as number, request[at + BLOCK] ?? 0);
        at += 1;
        continue;
      }
      const back = this.#before(request, { at, place, least: from });
      rest.set(request.subarray(from, at - back), length);
      length += at - back - from;
      copies += 1;
      at += copied;
      from = at;
      hash = hashAt(request, at);
    }
    rest.set(request.subarray(from), length);
    return { bytes: rest.subarray(0, length + request.length - from), copies };
  }

  #slot(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.#index.length - 1);
  }

  /** How many bytes are the same from there on. */
  #common(request: Uint8Array, at: number, place: number): number {
    const most = Math.min(request.length - at, this.#length - place);
    let same = 0;
    while (same < most && request[at + same] === this.#bytes[place + same]) same += 1;
    return same;
  }

  /** How many bytes are the same before there, down to `least` of the request. */
  #before(
    request: Uint8Array,
    { at, place, least }: { readonly at: number; readonly place: number; readonly least: number },
  ): number {
    const most = Math.min(at - least, place);
    let same = 0;
    while (same < most && request[at - same - 1] === this.#bytes[place - same - 1]) same += 1;
    return same;
  }

  #keep(count: number): void {
    const kept = this.last(count);
    this.#bytes.copyWithin(0, this.#length - kept.length, this.#length);
    this.#length = kept.length;
    this.#index.fill(0);
    this.#indexFrom(0);
  }

  #room(length: number): void {
    if (length <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.min(this.max, Math.max(length, 2 * this.#bytes.length)));
    bytes.set(this.last(this.#length));
    this.#bytes = bytes;
    const places = 2 ** Math.ceil(Math.log2((4 * bytes.length) / BLOCK));
    if (places <= this.#index.length) return;
    this.#index = new Int32Array(places);
    this.#indexFrom(0);
  }

  #indexFrom(from: number): void {
    for (let at = from; at + BLOCK <= this.#length; at += BLOCK)
      this.#index[this.#slot(hashAt(this.#bytes, at))] = at + 1;
  }
}

/** Of the block at `at`; bytes beyond the end are zero. */
function hashAt(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let next = at; next < at + BLOCK; next += 1) hash = (Math.imul(hash, FACTOR) + (bytes[next] ?? 0)) | 0;
  return hash;
}

function rolled(hash: number, leaving: number, coming: number): number {
  return (Math.imul(hash, FACTOR) + coming - Math.imul(leaving, LEAVING)) | 0;
}
