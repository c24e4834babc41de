// Which three folded symbols in a row make a sweep look closer: rare ones, and as few ordinary ones as let every enrolled
// sequence be seen. Not the windows themselves (grams.ts).
import { SYMBOL_BITS } from "./fold.ts";
import { TRIGRAM_LEVELS } from "./ordinary-trigrams.ts";

/** Different codes of three symbols, the oldest uppermost. */
const CODES: number = 2 ** (3 * SYMBOL_BITS);

/** Symbols, of which trigrams are told in ordinary-trigrams.ts. */
const SYMBOLS = 28;

/** Trigrams in a row of which one at least is a trigger: a piece of 13 symbols of an enrolled sequence has one in a window. */
const GAP = 8;

/** The word of a trigram's code is `code >>> SYMBOL_BITS & WORD_MASK`, its bit `code & 31`. */
export const WORD_MASK: number = CODES / 32 - 1;

/** Digits of ordinary-trigrams.ts. RFC 4648, section 4. */
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Of each trigram how common it is in ordinary text: 0 (under 1 of 100,000) to 3. */
const LEVELS: Uint8Array = levels();

/** One bit for each trigram: those of level 0. Shared; never written to. */
export const RARE: Uint32Array = rare();

/** Whether `bits` has the trigram of the last three symbols of `code`; what is above them is not looked at. */
export function hasTrigram(bits: Uint32Array, code: number): boolean {
  return (((bits[(code >>> SYMBOL_BITS) & WORD_MASK] as number) >>> (code & 31)) & 1) === 1;
}

/** Triggers of nothing yet: the rare trigrams. */
export function rareTriggers(): Uint32Array {
  return RARE.slice();
}

/** Adds to `triggers` what `symbols` needs to be seen when read forwards: the rarest of each `GAP` in a row without one. */
export function addTriggers(triggers: Uint32Array, symbols: Uint8Array): void {
  let code = 0;
  let rarest = 0;
  let rarestAt = 0;
  let since = 0;
  for (let at = 0; at < symbols.length; at += 1) {
    code = ((code << SYMBOL_BITS) | (symbols[at] as number)) & (CODES - 1);
    if (at < 2) continue;
    if (hasTrigram(triggers, code)) {
      since = 0;
      continue;
    }
    if (since === 0 || (LEVELS[code] as number) <= (LEVELS[rarest] as number)) {
      rarest = code;
      rarestAt = at;
    }
    since += 1;
    if (since < GAP) continue;
    const word = rarest >>> SYMBOL_BITS;
    triggers[word] = (triggers[word] as number) | (1 << (rarest & 31));
    at = rarestAt;
    code = rarest;
    since = 0;
  }
}

function levels(): Uint8Array {
  const found = new Uint8Array(CODES);
  for (let number = 0; number < SYMBOLS ** 3; number += 1) {
    const digit = BASE64.indexOf(TRIGRAM_LEVELS[Math.floor(number / 3)] ?? "A");
    const [one, two] = [Math.floor(number / SYMBOLS ** 2), Math.floor(number / SYMBOLS) % SYMBOLS];
    const code = (one << (2 * SYMBOL_BITS)) | (two << SYMBOL_BITS) | (number % SYMBOLS);
    found[code] = (digit >>> (2 * (number % 3))) & 3;
  }
  return found;
}

function rare(): Uint32Array {
  const bits = new Uint32Array(CODES / 32);
  for (const [code, level] of LEVELS.entries())
    if (level === 0) bits[code >>> SYMBOL_BITS] = (bits[code >>> SYMBOL_BITS] as number) | (1 << (code & 31));
  return bits;
}
