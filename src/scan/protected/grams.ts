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

/** The hashes of the different windows of `symbols`, without dull and common ones. */
export function gramsOf(symbols: Uint8Array, hash: WindowHash): ReadonlySet<number> {
  const grams = new Set<number>();
  eachGram(symbols, (code, reverse) => {
    if (!isDull(code) && !COMMON.has(Math.min(code, reverse))) grams.add(hashedBothWays(code, reverse, hash));
  });
  return grams;
}

function eachGram(symbols: Uint8Array, visit: (code: number, reverse: number) => void): void {
  let code = 0;
  let reverse = 0;
  for (let at = 0; at < symbols.length; at += 1) {
    const symbol = symbols[at] as number;
    code = ((code << SYMBOL_BITS) | symbol) & GRAM_MASK;
    reverse = (reverse >>> SYMBOL_BITS) | (symbol << GRAM_TOP);
    if (at >= GRAM - 1) visit(code, reverse);
  }
}

/** One or two different symbols, as in ruled lines and runs of zeros. */
function isDull(code: number): boolean {
  let seen = 0;
  for (let shift = 0; shift <= GRAM_TOP; shift += SYMBOL_BITS) seen |= 1 << ((code >>> shift) & 31);
  // Without its lowest two bits something is left where there are three.
  const less = seen & (seen - 1);
  return (less & (less - 1)) === 0;
}

const COMMON: ReadonlySet<number> = commonGrams();

function commonGrams(): ReadonlySet<number> {
  const common = new Set<number>();
  for (const word of COMMON_WORDS)
    eachGram(folded(latin1(word)), (code, reverse) => common.add(Math.min(code, reverse)));
  return common;
}
