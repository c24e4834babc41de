// Whether bytes may be the start of a compressed stream without a magic number, by what its head says. Not a decompressor.

/** Whether raw deflate or brotli may start here; of chance, one in some ten does. */
export function mayInflate(bytes: Uint8Array): boolean {
  return mayDeflate(bytes, 0) || mayBrotli(bytes);
}

/**
 * RFC 1951 section 3.2.3: a stored block says its length twice, one with dynamic codes has a complete code of code lengths,
 * and one with fixed codes copies nothing from before its start.
 */
export function mayDeflate(bytes: Uint8Array, start: number): boolean {
  const head = bytes[start] ?? 0;
  const kind = (head >> 1) & 3;
  if (kind === 0) return isStored(bytes, start);
  if (kind === 1) return mayBeFixed(new BitReader(bytes, start));
  return kind === 2 && mayBeDynamic(new BitReader(bytes, start));
}

function isStored(bytes: Uint8Array, start: number): boolean {
  for (let at = 1; at < 3; at++) {
    if (((bytes[start + at] ?? 0) ^ (bytes[start + at + 2] ?? 0)) !== 255) return false;
  }
  return true;
}

/** Bits from the least significant one on; noughts after the end. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = 8 * start;
  }

  get isOver(): boolean {
    return this.#at > 8 * this.#bytes.length;
  }

  bits(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++, this.#at++) {
      value |= (((this.#bytes[this.#at >> 3] ?? 0) >> (this.#at & 7)) & 1) << bit;
    }
    return value;
  }

  /** A Huffman code's bits, most significant first. */
  code(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++) value = 2 * value + this.bits(1);
    return value;
  }
}

/** RFC 1951 section 3.2.7: at most 286 and 30 codes, and the lengths of at most 19 fill their tree. */
function mayBeDynamic(reader: BitReader): boolean {
  reader.bits(3);
  const [literals, distances, lengths] = [reader.bits(5), reader.bits(5), reader.bits(4) + 4];
  if (literals > 29 || distances > 29) return false;
  let space = 128;
  for (let code = 0; code < lengths; code++) {
    const length = reader.bits(3);
    if (length > 0) space -= 128 >> length;
  }
  return space === 0 && !reader.isOver;
}

/** Symbols of fixed codes that are looked at: one in four of chance is a copy. */
const SYMBOLS_MAX = 24;

/** RFC 1951 section 3.2.6. */
function mayBeFixed(reader: BitReader): boolean {
  reader.bits(3);
  let length = 0;
  for (let symbol = 0; symbol < SYMBOLS_MAX; symbol++) {
    const high = reader.code(7);
    if (reader.isOver) return length > 0;
    if (high === 0) return length > 0;
    if (high >= 24) {
      // Literals of eight or nine bits, and four copies of eight bits.
      const eight = 2 * high + reader.bits(1);
      if (eight >= 0xc0 && eight < 0xc8) return eight < 0xc6 && length > 0;
      if (eight >= 0xc8) reader.bits(1);
      length++;
      continue;
    }
    const extra = high < 9 ? 0 : high < 21 ? (high - 5) >> 2 : 4;
    const copied = high < 9 ? high + 2 : ((4 + ((high - 1) & 3)) << extra) + 3 + reader.bits(extra);
    const distance = reader.code(5);
    if (distance > 29) return false;
    const more = distance < 4 ? 0 : (distance >> 1) - 1;
    const far = distance < 4 ? distance + 1 : ((2 + (distance & 1)) << more) + reader.bits(more) + 1;
    if (far > length) return false;
    length += copied;
  }
  return true;
}

/** How much smaller than its stream what a stream holds may be, and how much larger. */
const BROTLI_LEAST = 0.5;
const BROTLI_MOST = 400;

/** RFC 7932 sections 9.1 and 9.2: the first block says how many bytes it holds, which fits the stream's length. */
export function mayBrotli(bytes: Uint8Array): boolean {
  const reader = new BitReader(bytes, 0);
  // The window: 16; 18 to 24; 17; 10 to 15.
  if (reader.bits(1) === 1 && reader.bits(3) === 0 && reader.bits(3) === 1) return false;
  const last = reader.bits(1);
  if (last === 1 && reader.bits(1) === 1) return false;
  const nibbles = reader.bits(2) + 4;
  if (nibbles === 7) return last === 0 && reader.bits(1) === 0;
  const length = reader.bits(4 * nibbles) + 1;
  return length >= bytes.length * BROTLI_LEAST * last && length <= bytes.length * BROTLI_MOST;
}
