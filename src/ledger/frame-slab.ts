// Memory for frames, one behind another, so that those of one flush are one piece and are written without a copy.

/** Larger than most flushes; a frame that does not fit gets its own. */
const SLAB_BYTES: number = 512 * 1024;

export class FrameSlab {
  #slab: Buffer = Buffer.alloc(0);
  #used = 0;

  /** Room for `bytes`, behind what was taken before where that fits. What is in it is anything: write every byte. */
  take(bytes: number): Buffer {
    if (this.#used + bytes > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += bytes;
    return this.#slab.subarray(from, this.#used);
  }
}

/** `pieces` as one: without a copy where they follow each other in memory. */
export function joinedPieces(pieces: readonly Buffer[]): Uint8Array {
  const [first] = pieces;
  if (first === undefined) return NOTHING;
  let end = first.byteOffset;
  for (const piece of pieces) {
    if (piece.buffer !== first.buffer || piece.byteOffset !== end) return Buffer.concat(pieces);
    end += piece.length;
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}

const NOTHING = new Uint8Array(0);
