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
 * Entries from `pairs` (key, sequence, key, sequence …): sorted, each pair once, and without the keys that more than
 * `ownersMax` different owners have: they tell nobody apart.
 */
export function gramEntries(
  pairs: Uint32Array,
  ownerOf: (sequence: number) => number,
  ownersMax: number,
): GramEntries {
  const words = new BigUint64Array(pairs.length / 2);
  const split = new Uint32Array(words.buffer);
  for (let at = 0; at < words.length; at += 1) {
    split[2 * at + HIGH] = pairs[2 * at] as number;
    split[2 * at + LOW] = pairs[2 * at + 1] as number;
  }
  words.sort();
  const keys = new Uint32Array(words.length);
  const sequences = new Uint32Array(words.length);
  let kept = 0;
  for (let at = 0, end = 0; at < words.length; at = end) {
    const key = split[2 * at + HIGH] as number;
    while (end < words.length && split[2 * end + HIGH] === key) end += 1;
    if (end - at > ownersMax && ownersIn(split, at, end, ownerOf) > ownersMax) continue;
    for (let each = at; each < end; each += 1) {
      if (each > at && words[each] === words[each - 1]) continue;
      keys[kept] = key;
      sequences[kept] = split[2 * each + LOW] as number;
      kept += 1;
    }
  }
  return { keys: keys.slice(0, kept), sequences: sequences.slice(0, kept) };
}

function ownersIn(
  split: Uint32Array,
  from: number,
  to: number,
  ownerOf: (sequence: number) => number,
): number {
  const owners = new Set<number>();
  for (let at = from; at < to; at += 1) owners.add(ownerOf(split[2 * at + LOW] as number));
  return owners.size;
}

/** Which half of a 64-bit word in memory is its upper one: the machine's byte order says. */
const HIGH: 0 | 1 = new Uint32Array(new BigUint64Array([1n]).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;

/** The bits that number at least `wanted`, within bounds. */
function widthFor(wanted: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, Math.ceil(Math.log2(Math.max(1, wanted)))));
}
