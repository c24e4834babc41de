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
 * The hashes of the windows of distances between the letters of `bytes`; overwritten by the next call. Windows with fewer than
 * four different distances are left out (alphabets and runs of one letter have them).
 */
export function deltaGramsOf(bytes: Uint8Array, hash: WindowHash): Uint32Array {
  if (found.length < bytes.length) found = new Uint32Array(2 * bytes.length);
  let [code, reverse, count, used] = [0, 0, 0, 0];
  let last = NO_SYMBOL;
  for (const byte of bytes) {
    const letter = LETTER[byte] as number;
    if (letter === NO_SYMBOL) continue;
    if (last !== NO_SYMBOL) {
      const distance = DISTANCE[letter - last + 25] as number;
      code = (code << 4) | distance;
      reverse = (reverse >>> 4) | (distance << DELTA_TOP);
      count += 1;
      found[used] = hashedBothWays(code, reverse, hash);
      if (count >= DELTAS && varies(code)) used += 1;
    }
    last = letter;
  }
  return found.subarray(0, used);
}

let found = new Uint32Array(4096);

function varies(code: number): boolean {
  let seen = 0;
  for (let shift = 0; shift < 32; shift += 4) seen |= 1 << ((code >>> shift) & 15);
  // Without its lowest three bits something is left where there are four.
  const two = seen & (seen - 1);
  const three = two & (two - 1);
  return (three & (three - 1)) !== 0;
}
