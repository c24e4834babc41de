// Which three folded symbols in a row make a sweep look closer: rare ones, and as few ordinary ones as let every enrolled
// sequence be seen. Not the windows themselves (grams.ts).
import { SYMBOL_BITS } from "./fold.ts";
import { gramFilter } from "./gram-table.ts";
import { GRAM, GRAM_MASK, gramKey } from "./grams.ts";
import type { WindowHash } from "./keyed-hash.ts";
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

/** What a first look asks for: trigrams, and a filter of some windows that end with them. */
export interface Triggers {
  /** One bit for each trigram: the rare ones, and ordinary ones that some sequence needs. */
  readonly trigrams: Uint32Array;
  /** Hashes of windows, one of `GAP` in a row of every sequence and direction; and the filter of them (gram-table.ts). */
  readonly keys: Uint32Array;
  readonly bits: Uint32Array;
  readonly shift: number;
}

/** Bits of the filter for each window: small, so that it stays in a near cache. */
const BITS_PER_KEY = 8;

/** The triggers of trigrams and windows that were found before. */
export function triggersOf(trigrams: Uint32Array, keys: Uint32Array): Triggers {
  const filter = gramFilter(keys, BITS_PER_KEY);
  return { trigrams, keys, ...filter };
}

/** Collects the triggers of sequences. */
export class TriggersBuilder {
  readonly #trigrams = RARE.slice();
  readonly #hash: WindowHash;
  #keys = new Uint32Array(4096);
  #used = 0;

  /** `hash`: what hashes the windows. */
  constructor(hash: WindowHash) {
    this.#hash = hash;
  }

  /**
   * Adds what `symbols` needs to be seen in both directions. `plain`: more of it, for windows that many plain values share are
   * left out later.
   */
  add(symbols: Uint8Array, plain: boolean): void {
    while (this.#used + 2 * symbols.length > this.#keys.length) this.#grow();
    for (const read of [symbols, symbols.toReversed()]) {
      addTrigrams(this.#trigrams, read, plain ? GAP / 2 : GAP);
      this.#addWindows(read, plain ? 1 : GAP);
    }
  }

  build(): Triggers {
    const keys = this.#keys.slice(0, this.#used).sort();
    let kept = 0;
    for (let at = 0; at < keys.length; at += 1) {
      if (at > 0 && keys[at] === keys[kept - 1]) continue;
      keys[kept] = keys[at] as number;
      kept += 1;
    }
    return triggersOf(this.#trigrams, keys.slice(0, kept));
  }

  /** The last window of each `gap` that ends with a trigger. */
  #addWindows(symbols: Uint8Array, gap: number): void {
    const [trigrams, hash, keys] = [this.#trigrams, this.#hash, this.#keys];
    let used = this.#used;
    let code = 0;
    let since = 0;
    let last = 0;
    let lastAt = -1;
    for (let at = 0; at < symbols.length; at += 1) {
      code = ((code << SYMBOL_BITS) | (symbols[at] as number)) & GRAM_MASK;
      if (at < GRAM - 1) continue;
      since += 1;
      if (hasTrigram(trigrams, code)) {
        last = code;
        lastAt = at;
      }
      if ((since < gap && at < symbols.length - 1) || lastAt < 0) continue;
      keys[used] = gramKey(last, hash);
      used += 1;
      since = at - lastAt;
      lastAt = -1;
    }
    this.#used = used;
  }

  #grow(): void {
    const wider = new Uint32Array(2 * this.#keys.length);
    wider.set(this.#keys);
    this.#keys = wider;
  }
}

/** Adds to `triggers` the rarest trigram of each `gap` in a row of `symbols` without one. */
function addTrigrams(triggers: Uint32Array, symbols: Uint8Array, gap: number): void {
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
    if (since < gap) continue;
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
