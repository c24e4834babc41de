// One column: symbols that come over many requests, and how much of each enrolled value they have shown so far. Not which
// symbols belong to a column (columns.ts).
import { FOLDED, NO_SYMBOL, SYMBOL_BITS } from "./fold.ts";
import { firstEntry, mayHold } from "./gram-table.ts";
import { GRAM, GRAM_MASK, GRAM_TOP } from "./grams.ts";
import { hashedBothWays } from "./keyed-hash.ts";
import type { ProtectedIndex } from "./protected-index.ts";

/** Windows that a column remembers, and symbols after which one no longer counts. */
const REMEMBERED = 512;
const AGE_MAX = 8192;

/** Windows of a long value that are enough, whatever share they are. */
const ENOUGH = 40;

/** Windows under which a column is no evidence. */
const COUNT_MIN = 4;

interface Hit {
  readonly entry: number;
  readonly at: number;
}

/** INVARIANT: memory is bounded by `REMEMBERED` hits. */
export class ColumnStream {
  readonly #index: ProtectedIndex;
  #hits: Hit[] = [];
  #code = 0;
  #reverse = 0;
  #at = 0;

  constructor(index: ProtectedIndex) {
    this.#index = index;
  }

  /** Reads `text`; the sequences of which enough has now been shown, if any of it was shown now. */
  feed(text: string): readonly number[] {
    const { text: family, hashes } = this.#index;
    const { bits, shift } = family.table;
    const shown = new Set<number>();
    for (let at = 0; at < text.length; at += 1) {
      const byte = text.charCodeAt(at);
      const symbol = byte < 256 ? (FOLDED[byte] as number) : NO_SYMBOL;
      if (symbol === NO_SYMBOL) continue;
      this.#code = ((this.#code << SYMBOL_BITS) | symbol) & GRAM_MASK;
      this.#reverse = (this.#reverse >>> SYMBOL_BITS) | (symbol << GRAM_TOP);
      this.#at += 1;
      const key = hashedBothWays(this.#code, this.#reverse, hashes.text);
      if (!mayHold(bits, shift, key)) continue;
      const entry = firstEntry(family.table, key);
      if (entry >= 0) this.#hit(entry, shown);
    }
    return [...shown].filter((sequence) => this.#isEnough(sequence));
  }

  #hit(entry: number, shown: Set<number>): void {
    const { keys, sequences } = this.#index.text.table;
    this.#hits = this.#hits.filter((each) => each.entry !== entry && each.at > this.#at - AGE_MAX);
    this.#hits.push({ entry, at: this.#at });
    if (this.#hits.length > REMEMBERED) this.#hits.shift();
    for (let at = entry; keys[at] === keys[entry] && at < keys.length; at += 1)
      shown.add(sequences[at] as number);
  }

  #isEnough(sequence: number): boolean {
    const { table, counts, lengths } = this.#index.text;
    const { keys, sequences } = table;
    let seen = 0;
    for (const { entry } of this.#hits)
      for (let at = entry; keys[at] === keys[entry] && at < keys.length; at += 1)
        if (sequences[at] === sequence) seen += 1;
    return seen >= neededInColumn(lengths[sequence] as number, counts[sequence] as number);
  }
}

/**
 * The windows that show before 60 % of `length` symbols have left, one after the other: the request that would complete them
 * is the one that is refused. `count`: the windows of the value that are left, where common ones are dropped.
 */
export function neededInColumn(length: number, count: number): number {
  const shown = Math.max(1, Math.ceil(length * 0.6) - GRAM + 1);
  const share = Math.floor((shown * count) / Math.max(1, length - GRAM + 1));
  return Math.min(ENOUGH, Math.max(COUNT_MIN, share));
}
