// The windows of a form: six folded symbols, hashed alike forwards and backwards. Leaves out those that tell nothing: dull
// ones and the ones of ordinary words and headers.
import { COMMON_WORDS } from "./common-words.ts";
import { folded, latin1, SYMBOL_BITS } from "./fold.ts";
import { hashedBothWays, type WindowHash } from "./keyed-hash.ts";

/** Symbols of a window (the design's k): 28^6, about 4.8e8 different ones. */
export const GRAM = 6;

/** The bits of one window of folded symbols. */
export const GRAM_MASK: number = 2 ** (SYMBOL_BITS * GRAM) - 1;

/** How far the newest symbol of a backward window is shifted left. */
export const GRAM_TOP: number = SYMBOL_BITS * (GRAM - 1);

/** A window's code read backwards. */
export function reversedGram(code: number): number {
  return (
    ((code & 31) << GRAM_TOP) |
    ((code & 0x3e0) << 15) |
    ((code & 0x7c00) << 5) |
    ((code >>> 5) & 0x7c00) |
    ((code >>> 15) & 0x3e0) |
    (code >>> GRAM_TOP)
  );
}

/** The hash of a window. */
export function gramKey(code: number, hash: WindowHash): number {
  return hashedBothWays(code, reversedGram(code), hash);
}

/** The hashes of the windows of `symbols`, without dull and common ones; overwritten by the next call. */
export function gramsOf(symbols: Uint8Array, hash: WindowHash): Uint32Array {
  if (found.length < symbols.length) found = new Uint32Array(2 * symbols.length);
  let [code, reverse, used] = [0, 0, 0];
  for (let at = 0; at < symbols.length; at += 1) {
    const symbol = symbols[at] as number;
    code = ((code << SYMBOL_BITS) | symbol) & GRAM_MASK;
    reverse = (reverse >>> SYMBOL_BITS) | (symbol << GRAM_TOP);
    if (at < GRAM - 1 || isDull(code) || isCommon(Math.min(code, reverse))) continue;
    found[used] = hashedBothWays(code, reverse, hash);
    used += 1;
  }
  return found.subarray(0, used);
}

let found = new Uint32Array(4096);

/** One or two different symbols, as in ruled lines and runs of zeros. */
function isDull(code: number): boolean {
  let seen = 0;
  for (let shift = 0; shift <= GRAM_TOP; shift += SYMBOL_BITS) seen |= 1 << ((code >>> shift) & 31);
  // Without its lowest two bits something is left where there are three.
  const less = seen & (seen - 1);
  return (less & (less - 1)) === 0;
}

function isCommon(code: number): boolean {
  const place = Math.imul(code, SPREAD) >>> FILTER_SHIFT;
  return (((FILTER[place >>> 5] as number) >>> (place & 31)) & 1) === 1 && COMMON.has(code);
}

/** 2^32 over the golden ratio (Knuth, The Art of Computer Programming 3, section 6.4), and the places of a filter of 2^18 bits. */
const SPREAD = 0x9e37_79b1;
const FILTER_SHIFT = 14;
const FILTER = new Uint32Array(2 ** 13);

const COMMON: ReadonlySet<number> = commonGrams();

/** The lesser of each window of ordinary words and its reverse; the filter tells of most others that they are none. */
function commonGrams(): ReadonlySet<number> {
  const common = new Set<number>();
  for (const word of COMMON_WORDS) {
    const symbols = folded(latin1(word));
    let code = 0;
    for (let at = 0; at < symbols.length; at += 1) {
      code = ((code << SYMBOL_BITS) | (symbols[at] as number)) & GRAM_MASK;
      if (at >= GRAM - 1) common.add(Math.min(code, reversedGram(code)));
    }
  }
  for (const code of common) {
    const place = Math.imul(code, SPREAD) >>> FILTER_SHIFT;
    FILTER[place >>> 5] = (FILTER[place >>> 5] as number) | (1 << (place & 31));
  }
  return common;
}
