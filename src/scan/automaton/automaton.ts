// Finds many words in bytes in one pass, ASCII letters in either case: Aho-Corasick as one dense table. It finds words,
// not their meaning: boundaries and context are its caller's.

export interface Automaton {
  /**
   * Calls `onHit` for each occurrence of each word: its place in the list given, and where it ends in `bytes`, exclusive; in
   * order of the ends, longest word first. Starts in `state` (0 at first) and returns the state after the last byte, so that
   * the next chunk goes on where this one ended; a word that began in an earlier chunk then has a start below 0.
   * One table look-up a byte, whatever the words.
   */
  readonly scan: (bytes: Uint8Array, state: number, onHit: (word: number, end: number) => void) => number;
}

/**
 * Throws RangeError for an empty word, one that is not Latin-1, and for words whose table would have more than 2^24 cells.
 * Aho and Corasick, "Efficient string matching", CACM 18(6), 1975; the failure links are resolved into the table, and bytes
 * that no word tells apart share a column.
 *
 * @example createAutomaton(["token", "key"]).scan(bytes, 0, (word, end) => hits.push([word, end]));
 */
export function createAutomaton(words: readonly string[]): Automaton {
  const folded = words.map(foldedBytes);
  const { classOf, classes } = byteClasses(folded);
  const { table, states, ends } = goto(folded, classOf, classes);
  const outputs = resolve({ table, states, ends, classes });
  return compile({ table, states, classes, classOf, outputs });
}

const CELLS_MAX = 2 ** 24;

function foldedBytes(word: string): readonly number[] {
  const bytes = Array.from(word, (character) => fold(character.charCodeAt(0)));
  if (bytes.length === 0) throw new RangeError("an automaton's word is empty");
  if (bytes.some((byte) => byte > 255)) throw new RangeError("an automaton's word is not Latin-1");
  return bytes;
}

/** ASCII capitals as small letters. */
function fold(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}

interface Classes {
  readonly classOf: Uint8Array;
  readonly classes: number;
}

/** Class 0: bytes in no word. A power of two of columns is not needed: states are kept multiplied. */
function byteClasses(words: readonly (readonly number[])[]): Classes {
  const classOf = new Uint8Array(256);
  const used = [...new Set(words.flat())].sort((a, b) => a - b);
  // 256 distinct bytes less the 26 capitals leave at most 230 classes and class 0.
  used.forEach((byte, at) => {
    classOf[byte] = at + 1;
  });
  for (let capital = 65; capital <= 90; capital += 1) classOf[capital] = classOf[capital + 32] ?? 0;
  return { classOf, classes: used.length + 1 };
}

interface Trie {
  readonly table: Int32Array;
  readonly states: number;
  /** Per state, the words that end there. */
  readonly ends: readonly (readonly number[])[];
}

function goto(words: readonly (readonly number[])[], classOf: Uint8Array, classes: number): Trie {
  const cells = (1 + words.reduce((sum, word) => sum + word.length, 0)) * classes;
  if (cells > CELLS_MAX) throw new RangeError(`an automaton of ${cells} cells: limit is ${CELLS_MAX}`);
  const table = new Int32Array(cells);
  const ends: number[][] = [[]];
  words.forEach((word, index) => {
    let state = 0;
    for (const byte of word) {
      const cell = state * classes + (classOf[byte] ?? 0);
      if (table[cell] === 0) {
        table[cell] = ends.length;
        ends.push([]);
      }
      state = table[cell] ?? 0;
    }
    ends[state]?.push(index);
  });
  return { table, states: ends.length, ends };
}

/** Breadth first: fills every missing cell with where its failure link leads, and returns all outputs of each state. */
function resolve({ table, states, ends, classes }: Trie & { readonly classes: number }): readonly number[][] {
  const failure = new Int32Array(states);
  const outputs = ends.map((own) => [...own]);
  const queue: number[] = [];
  for (let column = 0; column < classes; column += 1) {
    const state = table[column] ?? 0;
    if (state !== 0) queue.push(state);
  }
  for (let at = 0; at < queue.length; at += 1) {
    const state = queue[at] ?? 0;
    const fallback = failure[state] ?? 0;
    outputs[state]?.push(...(outputs[fallback] ?? []));
    for (let column = 0; column < classes; column += 1) {
      const cell = state * classes + column;
      const next = table[cell] ?? 0;
      const other = table[fallback * classes + column] ?? 0;
      if (next === 0) table[cell] = other;
      else {
        failure[next] = other;
        queue.push(next);
      }
    }
  }
  return outputs;
}

interface Compiled extends Classes {
  readonly table: Int32Array;
  readonly states: number;
  readonly outputs: readonly (readonly number[])[];
}

/** Renumbers so that states with outputs come last (one comparison finds them) and are kept multiplied by the columns. */
function compile({ table, states, classes, classOf, outputs }: Compiled): Automaton {
  const order = Array.from({ length: states }, (_, state) => state);
  const silent = order.filter((state) => outputs[state]?.length === 0);
  const loud = order.filter((state) => outputs[state]?.length !== 0);
  const place = new Int32Array(states);
  [...silent, ...loud].forEach((state, at) => {
    place[state] = at;
  });
  const dense = new Int32Array(states * classes);
  for (let state = 0; state < states; state += 1)
    for (let column = 0; column < classes; column += 1)
      dense[(place[state] ?? 0) * classes + column] =
        (place[table[state * classes + column] ?? 0] ?? 0) * classes;
  const firstLoud = silent.length * classes;
  const heard = loud.map((state) => Int32Array.from(outputs[state] ?? []));
  return {
    scan: (bytes, from, onHit) => {
      let state = from;
      for (let at = 0; at < bytes.length; at += 1) {
        state = dense[state + (classOf[bytes[at] ?? 0] ?? 0)] ?? 0;
        if (state < firstLoud) continue;
        for (const word of heard[(state - firstLoud) / classes] ?? []) onHit(word, at + 1);
      }
      return state;
    },
  };
}
