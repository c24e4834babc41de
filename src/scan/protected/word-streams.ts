// The words, numbers and signs between the separators of a text as streams of symbols. Not what is looked for in them
// (isomorph-scan.ts), nor other streams (symbol-streams.ts).
import { PART } from "./first-look.ts";
import { IN_TOKEN } from "./fold.ts";
import type { SymbolStream } from "./isomorph-scan.ts";

/** Of each byte 1 where it is inside a token, and 2 where it is inside a word. */
const INSIDE: Uint8Array = Uint8Array.from(
  IN_TOKEN,
  (token, byte) => token | (byte > 32 && byte !== 44 && byte !== 34 && byte !== 39 ? 2 : 0),
);

/** Room for the runs of one part, of tokens and of words: where they start, where they end, and their symbols. */
interface Runs {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly symbols: Uint32Array;
}

const ROOM: number = PART / 2 + 2;
const TOKENS: Runs = runs();
const WORDS: Runs = runs();
const INITIALS = new Uint32Array(ROOM);

/**
 * Three streams of a part of at most `PART` bytes: its tokens (maximal runs of letters, digits and bytes of multi-byte
 * characters), the first bytes of these, its words (maximal runs without white space, commas and quotes). They are valid
 * until the next call. Two runs are one symbol that agree in length, first and last four bytes.
 */
export function wordStreams(part: Uint8Array): readonly SymbolStream[] {
  if (part.length > PART) throw new RangeError("the part is too long");
  const { tokens, words } = findRuns(part);
  for (let at = 0; at < tokens; at += 1) INITIALS[at] = part[TOKENS.starts[at] as number] as number;
  const stream = { first: 0, step: 1, width: 1 };
  return [
    { ...stream, symbols: named(part, TOKENS, tokens), length: tokens, starts: TOKENS.starts },
    { ...stream, symbols: INITIALS, length: tokens, starts: TOKENS.starts },
    { ...stream, symbols: named(part, WORDS, words), length: words, starts: WORDS.starts },
  ];
}

/** Fills the starts and ends of both kinds; how many runs of each there are. */
function findRuns(part: Uint8Array): { readonly tokens: number; readonly words: number } {
  let [before, tokenStarts, tokenEnds, wordStarts, wordEnds] = [0, 0, 0, 0, 0];
  for (let at = 0; at < part.length; at += 1) {
    const inside = INSIDE[part[at] as number] as number;
    const begins = inside & ~before;
    const over = before & ~inside;
    // Without branches: what is no edge is overwritten by the next one.
    TOKENS.starts[tokenStarts] = at;
    TOKENS.ends[tokenEnds] = at;
    WORDS.starts[wordStarts] = at;
    WORDS.ends[wordEnds] = at;
    tokenStarts += begins & 1;
    tokenEnds += over & 1;
    wordStarts += begins >>> 1;
    wordEnds += over >>> 1;
    before = inside;
  }
  TOKENS.ends[tokenEnds] = part.length;
  WORDS.ends[wordEnds] = part.length;
  return { tokens: tokenStarts, words: wordStarts };
}

/** The symbols of the first `count` runs. */
function named(part: Uint8Array, { starts, ends, symbols }: Runs, count: number): Uint32Array {
  for (let each = 0; each < count; each += 1) {
    const start = starts[each] as number;
    const end = ends[each] as number;
    let symbol = end - start;
    for (let at = start, stop = Math.min(end, start + EDGE); at < stop; at += 1)
      symbol = Math.imul(symbol ^ (part[at] as number), 16_777_619);
    for (let at = Math.max(end - EDGE, start + EDGE); at < end; at += 1)
      symbol = Math.imul(symbol ^ (part[at] as number), 16_777_619);
    symbols[each] = symbol ^ (symbol >>> 15);
  }
  return symbols;
}

/** Bytes of each end of a run that its symbol tells. */
const EDGE = 4;

function runs(): Runs {
  return {
    starts: new Uint32Array(ROOM),
    ends: new Uint32Array(ROOM),
    symbols: new Uint32Array(ROOM),
  };
}
