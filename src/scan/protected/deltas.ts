// Windows that a shift of the alphabet (Caesar, rot13, atbash) does not change: the distances between neighbouring letters.
// Digits and all else are passed over. Not substitutions in general (isomorph.ts).
import { LETTER, NO_SYMBOL } from "./fold.ts";
import { hashedBothWays, type WindowHash } from "./keyed-hash.ts";

/** Distances of a window: 14 classes each, four bits. */
export const DELTAS = 8;

/** How far the newest distance of a backward window is shifted left. */
export const DELTA_TOP: number = 4 * (DELTAS - 1);

/** The distance of two letters round the alphabet, without its sign: the same forwards, backwards and mirrored. */
export const DISTANCE: Uint8Array = Uint8Array.from({ length: 51 }, (_, at) => {
  const apart = Math.abs(at - 25);
  return Math.min(apart, 26 - apart);
});

/**
 * The hashes of the different windows of distances between the letters of `bytes`. Windows with fewer than four different distances are
 * left out (alphabets and runs of one letter have them).
 */
export function deltaGramsOf(bytes: Uint8Array, hash: WindowHash): ReadonlySet<number> {
  const grams = new Set<number>();
  let code = 0;
  let reverse = 0;
  let last = NO_SYMBOL;
  let count = 0;
  for (const byte of bytes) {
    const letter = LETTER[byte] as number;
    if (letter === NO_SYMBOL) continue;
    if (last !== NO_SYMBOL) {
      const distance = DISTANCE[letter - last + 25] as number;
      code = (code << 4) | distance;
      reverse = (reverse >>> 4) | (distance << DELTA_TOP);
      count += 1;
      if (count >= DELTAS && varies(code)) grams.add(hashedBothWays(code, reverse, hash));
    }
    last = letter;
  }
  return grams;
}

function varies(code: number): boolean {
  const seen = new Set<number>();
  for (let shift = 0; shift < 32; shift += 4) seen.add((code >>> shift) & 15);
  return seen.size >= 4;
}
