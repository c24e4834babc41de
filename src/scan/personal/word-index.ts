// Which topics are spoken of where in a text: read in blocks, each once, only where someone asks. Nothing is kept of the words.
import type { ScanBudget } from "../scan-budget.ts";
import { VETO, wordTopics } from "./context-words.ts";

/** Mutable, for one text, asked about rising places: it keeps the last eight blocks. */
export class WordIndex {
  readonly #bytes: Uint8Array;
  readonly #budget: ScanBudget;
  readonly #kept: (Block | undefined)[] = Array.from({ length: KEPT });

  constructor(bytes: Uint8Array, budget: ScanBudget) {
    this.#bytes = bytes;
    this.#budget = budget;
  }

  /** At least the topics that keys and words between the offsets may speak of; some from up to 256 bytes around. */
  roughly(from: number, to: number): number {
    let topics = 0;
    const last = Math.min(to, this.#bytes.length) >> BLOCK_BITS;
    for (let at = Math.max(0, from) >> BLOCK_BITS; at <= last; at++) topics |= this.#block(at).keyTopics;
    return topics;
  }

  /** The topics of words that start between the offsets; `VETO` with them if the last of all, from `vetoFrom` on, vetoes. */
  topics(from: number, to: number, vetoFrom: number): number {
    let topics = 0;
    let veto = 0;
    const last = Math.min(to, this.#bytes.length) >> BLOCK_BITS;
    for (let at = Math.max(0, from) >> BLOCK_BITS; at <= last; at++) {
      for (const hit of this.#block(at).hits) {
        if (hit.start < from || hit.start >= to) continue;
        topics |= hit.topics & ~VETO;
        veto = hit.start >= vetoFrom ? hit.topics & VETO : 0;
      }
    }
    return topics | veto;
  }

  #block(number: number): Block {
    const known = this.#kept[number % KEPT];
    const start = number << BLOCK_BITS;
    if (known?.start === start) return known;
    this.#budget.spend(1 << BLOCK_BITS);
    const block = readBlock(this.#bytes, start);
    this.#kept[number % KEPT] = block;
    return block;
  }
}

interface Block {
  readonly start: number;
  readonly hits: readonly Hit[];
  /** Of all hits, as keys have them. */
  readonly keyTopics: number;
}

interface Hit {
  readonly start: number;
  readonly topics: number;
}

/** The words that start in the block, and phrases with the word before each; capitals after small letters start a word. */
function readBlock(bytes: Uint8Array, start: number): Block {
  const block = { start, hits: [] as Hit[], keyTopics: 0 };
  const stop = Math.min(bytes.length, start + (1 << BLOCK_BITS));
  let before = 0;
  let hash = 0;
  let from = -1;
  let small = false;
  for (let at = wordStart(bytes, start); at < stop || from >= 0; at++) {
    const byte = bytes[at] ?? 0;
    const letter = FOLDED[byte] ?? 0;
    if (from >= 0 && (letter === 0 || (small && letter !== byte) || at - from >= WORD_MAX)) {
      const pair = pairHash(before, hash);
      const known = FILTER[hash & FILTER_MASK] !== 0 || FILTER[pair & FILTER_MASK] !== 0;
      if (known)
        enter(block, {
          start: from,
          isHere: from >= start,
          topics: SAID.get(pair) ?? SAID.get(hash) ?? 0,
          key: (KEYED.get(pair) ?? 0) | (KEYED.get(hash) ?? 0),
        });
      before = hash;
      from = -1;
      hash = 0;
    }
    if (letter === 0 || (from < 0 && at >= stop)) continue;
    if (from < 0) from = at;
    hash = (Math.imul(hash, 31) + letter) | 0;
    small = letter === byte;
  }
  return block;
}
function enter(
  block: { readonly hits: Hit[]; keyTopics: number },
  word: { readonly start: number; readonly isHere: boolean; readonly topics: number; readonly key: number },
): void {
  block.keyTopics |= word.key;
  if (word.topics !== 0 && word.isHere) block.hits.push({ start: word.start, topics: word.topics });
}

/** Where the word before the block starts, so that phrases across blocks are seen. At most 96 bytes back. */
function wordStart(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let words = 0; words < 2; words++) {
    while (at > 0 && start - at < 96 && (FOLDED[bytes[at - 1] ?? 0] ?? 0) === 0) at--;
    while (at > 0 && start - at < 96 && (FOLDED[bytes[at - 1] ?? 0] ?? 0) !== 0) at--;
  }
  return at;
}

/** Of a word in lower case: 32 bits, and no word is looked at again to be sure. */
function wordHash(word: string): number {
  let hash = 0;
  for (let at = 0; at < word.length; at++) hash = (Math.imul(hash, 31) + word.charCodeAt(at)) | 0;
  return hash;
}

function pairHash(before: number, word: number): number {
  return (Math.imul(before, 1_000_003) + word) | 0;
}

const WORD_MAX = 64;
const BLOCK_BITS = 8;
/** Blocks: more than any context of a value spans. */
const KEPT = 8;
/** Letters in lower case, bytes above 0x7f as they are, 0 for what ends a word. */
const FOLDED: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80 || (byte >= 0x61 && byte <= 0x7a)) return byte;
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : 0;
});

/** By the hash of a word, or of a phrase of two. */
const SAID = new Map<number, number>();
const KEYED = new Map<number, number>();
const FILTER_MASK = 0x3fff;
const FILTER: Uint8Array = new Uint8Array(FILTER_MASK + 1);
for (const [phrase, said, keyed] of wordTopics()) {
  const [first = 0, second] = phrase.split(" ").map(wordHash);
  const hash = second === undefined ? first : pairHash(first, second);
  if (said !== 0) SAID.set(hash, said);
  KEYED.set(hash, said | keyed);
  FILTER[hash & FILTER_MASK] = 1;
}
