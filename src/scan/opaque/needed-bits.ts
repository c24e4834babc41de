// How much a find must say to count in a text of a size: a large text has more by chance. Not what a find says.

/** Bytes of a text up to which the least counts. */
const SMALL = 512;

/** Of the least, for each doubling of the text. */
const GROWTH = 0.6;

/** Bits from which a find counts in a text of `length` bytes; `least`: in a small one. @example neededBits(40, 1024) // 64 */
export function neededBits(least: number, length: number): number {
  return least * (1 + GROWTH * Math.max(0, Math.log2(length / SMALL)));
}
