// From the hash of a window to the sequences that contain it: a dense bitset in front, sorted words behind. Not what the
// sequences are (protected-index.ts).

/** Sorted by key, then sequence; the two arrays are parallel. */
export interface GramEntries {
  readonly keys: Uint32Array;
  readonly sequences: Uint32Array;
}

export interface GramTable extends GramEntries {
  /** A blocked Bloom filter (Putze, Sanders and Singler 2007): two bits of one word for each key. */
  readonly bits: Uint32Array;
  /** How far a hash is shifted right for its word. */
  readonly shift: number;
  /** Where the entries begin whose upper bits are at least the place's number. */
  readonly starts: Uint32Array;
  readonly startShift: number;
}

/** Bits of the filter for each entry: about one of 60 foreign windows passes. 2^12 to 2^27 bits in all. */
const BITS_PER_ENTRY = 12;

export function gramTable({ keys, sequences }: GramEntries): GramTable {
  const startWidth = widthFor(keys.length / 2, 4, 24);
  const starts = new Uint32Array(2 ** startWidth + 1);
  const startShift = 32 - startWidth;
  for (const key of keys) starts[(key >>> startShift) + 1] = (starts[(key >>> startShift) + 1] as number) + 1;
  for (let at = 1; at < starts.length; at += 1)
    starts[at] = (starts[at] as number) + (starts[at - 1] as number);
  return { keys, sequences, ...gramFilter(keys, BITS_PER_ENTRY), starts, startShift };
}

/** A filter of `keys` alone, of about `bitsEach` bits for each: for `mayHold`. */
export function gramFilter(keys: Uint32Array, bitsEach: number): Pick<GramTable, "bits" | "shift"> {
  const width = widthFor(keys.length * bitsEach, 12, 27);
  const bits = new Uint32Array(2 ** (width - 5));
  const shift = 32 - (width - 5);
  for (const key of keys) {
    const word = key >>> shift;
    bits[word] = (bits[word] as number) | (1 << (key & 31)) | (1 << ((key >>> 5) & 31));
  }
  return { bits, shift };
}

/** False: no entry has `key`. Takes the fields of a table one by one, for the inner loops. */
export function mayHold(bits: Uint32Array, shift: number, key: number): boolean {
  const word = bits[key >>> shift] as number;
  return ((word >>> (key & 31)) & (word >>> ((key >>> 5) & 31)) & 1) === 1;
}

/** The place of the first entry of `key`, or -1. Entries of one key follow each other. */
export function firstEntry(table: GramTable, key: number): number {
  const bucket = key >>> table.startShift;
  const end = table.starts[bucket + 1] as number;
  for (let at = table.starts[bucket] as number; at < end; at += 1) if (table.keys[at] === key) return at;
  return -1;
}

/**
 * Entries from `pairs` (key, sequence, key, sequence …; of equal keys sequences that rise): sorted, each pair once, and without
 * the keys that more than `ownersMax` different owners have: they tell nobody apart.
 */
export function gramEntries(
  pairs: Uint32Array,
  ownerOf: (sequence: number) => number,
  ownersMax: number,
): GramEntries {
  const sorted = sortedByDigit(sortedByDigit(sortedByDigit(pairs, 0), DIGIT), 2 * DIGIT);
  const keys = new Uint32Array(sorted.length / 2);
  const sequences = new Uint32Array(sorted.length / 2);
  let kept = 0;
  for (let at = 0, end = 0; at < sorted.length; at = end) {
    const key = sorted[at] as number;
    while (end < sorted.length && sorted[end] === key) end += 2;
    if (end - at > 2 * ownersMax && ownersIn(sorted, { at, end }, ownerOf) > ownersMax) continue;
    for (let each = at; each < end; each += 2) {
      const sequence = sorted[each + 1] as number;
      if (each > at && sorted[each - 1] === sequence) continue;
      keys[kept] = key;
      sequences[kept] = sequence;
      kept += 1;
    }
  }
  return { keys: keys.slice(0, kept), sequences: sequences.slice(0, kept) };
}

/** Bits of a digit: three of them hold a key. */
const DIGIT = 11;
const DIGIT_MASK = 2 ** DIGIT - 1;

/** The pairs by the digit of their keys that begins at bit `shift`, else in their order: a step of a radix sort (Knuth 3, 5.2.5). */
function sortedByDigit(pairs: Uint32Array, shift: number): Uint32Array {
  const places = new Uint32Array(DIGIT_MASK + 1);
  for (let at = 0; at < pairs.length; at += 2) {
    const digit = ((pairs[at] as number) >>> shift) & DIGIT_MASK;
    places[digit] = (places[digit] as number) + 2;
  }
  for (let digit = 0, before = 0; digit <= DIGIT_MASK; digit += 1) {
    const count = places[digit] as number;
    places[digit] = before;
    before += count;
  }
  const sorted = new Uint32Array(pairs.length);
  for (let at = 0; at < pairs.length; at += 2) {
    const digit = ((pairs[at] as number) >>> shift) & DIGIT_MASK;
    const place = places[digit] as number;
    sorted[place] = pairs[at] as number;
    sorted[place + 1] = pairs[at + 1] as number;
    places[digit] = place + 2;
  }
  return sorted;
}

function ownersIn(
  sorted: Uint32Array,
  { at, end }: { readonly at: number; readonly end: number },
  ownerOf: (sequence: number) => number,
): number {
  const owners = new Set<number>();
  for (let each = at; each < end; each += 2) owners.add(ownerOf(sorted[each + 1] as number));
  return owners.size;
}

/** The bits that number at least `wanted`, within bounds. */
function widthFor(wanted: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, Math.ceil(Math.log2(Math.max(1, wanted)))));
}
