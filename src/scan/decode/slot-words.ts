// The words of a text by the places of its pattern: all of them, every second and every third one, the columns of its lines and
// sentences; and what stands between them. Not numbers (slot-numbers.ts), nor what is made of them (read-slots.ts).

/** Things of one place of a pattern. */
export interface Slots {
  /** Equal for things that are written alike. */
  readonly symbols: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Whether their letters, one after another, may be the value. */
  readonly text: boolean;
}

/** Words of which one is a value's. */
const STRIDES: readonly number[] = [2, 3];

/** The streams of things of at least `least`. */
export function* slotsOf(bytes: Uint8Array, least: number): Generator<Slots> {
  const words = wordsOf(bytes);
  const count = words.starts.length;
  if (count < least) return;
  yield words;
  for (const stride of STRIDES)
    for (let phase = 0; phase < stride && Math.floor((count - phase) / stride) >= least; phase++)
      yield every(words, stride, phase);
  for (const column of columnsOf(bytes, words)) yield { ...column, text: true };
  // What stands between two words, as its own thing.
  yield named(bytes, words.ends.subarray(0, count - 1), words.starts.subarray(1));
}

function every({ symbols, starts, ends }: Slots, stride: number, phase: number): Slots {
  const taken = (all: Uint32Array): Uint32Array => {
    const some = new Uint32Array(Math.ceil((all.length - phase) / stride));
    for (let at = 0; at < some.length; at++) some[at] = all[phase + at * stride] ?? 0;
    return some;
  };
  return { symbols: taken(symbols), starts: taken(starts), ends: taken(ends), text: true };
}

function named(bytes: Uint8Array, starts: Uint32Array, ends: Uint32Array): Slots {
  const symbols = new Uint32Array(starts.length);
  for (let at = 0; at < starts.length; at++) symbols[at] = symbolOf(bytes, starts[at] ?? 0, ends[at] ?? 0);
  return { symbols, starts, ends, text: false };
}

/** FNV-1a, 32 bits: of few things, equal for those that are written alike and for hardly any others. */
function symbolOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c_9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 16_777_619);
  return hash;
}

/** Runs of letters, digits and bytes of multi-byte characters; the letter of a written `\n` is none. */
function wordsOf(bytes: Uint8Array): Slots {
  const starts = new Uint32Array((bytes.length >> 1) + 1);
  const ends = new Uint32Array((bytes.length >> 1) + 1);
  let count = 0;
  let start = -1;
  for (let at = 0; at <= bytes.length; at++) {
    const isLetter = at < bytes.length && IN_WORD[bytes[at] ?? 0] === 1 && bytes[at - 1] !== BACKSLASH;
    if (isLetter && start < 0) start = at;
    if (isLetter || start < 0) continue;
    starts[count] = start;
    ends[count++] = at;
    start = -1;
  }
  return named(bytes, starts.subarray(0, count), ends.subarray(0, count));
}

const BACKSLASH = 0x5c;
const IN_WORD: Uint8Array = new Uint8Array(256)
  .fill(1, 0x30, 0x3a)
  .fill(1, 0x41, 0x5b)
  .fill(1, 0x61, 0x7b)
  .fill(1, 0x80);

/** Records from which they are a pattern, the words of one, and the share of them that has as many. */
const RECORDS_MIN = 20;
const WIDTH_MAX = 12;
const SHARE_MIN = 0.6;

/** Kinds of what may end a record: a line end, as it is or written; a point, a semicolon or a comma before a blank. */
const BREAKS = 4;

/** The words of each place of a record, by the first sign that parts the text into records of as many words; none: none does. */
function columnsOf(bytes: Uint8Array, words: Slots): readonly Omit<Slots, "text">[] {
  const count = words.starts.length;
  const breaks = new Uint8Array(count);
  for (let at = 1; at < count; at++)
    breaks[at] = breakOf(bytes, words.ends[at - 1] ?? 0, words.starts[at] ?? 0);
  for (let kind = 1; kind <= BREAKS; kind++) {
    const firsts = [0];
    for (let at = 1; at < count; at++) if (breaks[at] === kind) firsts.push(at);
    if (firsts.length < RECORDS_MIN) continue;
    const widths = new Uint32Array(WIDTH_MAX + 2);
    const lengthAt = (record: number): number => (firsts[record + 1] ?? count) - (firsts[record] ?? 0);
    for (let record = 0; record < firsts.length; record++) {
      const length = Math.min(WIDTH_MAX + 1, lengthAt(record));
      widths[length] = (widths[length] ?? 0) + 1;
    }
    const most = widths.subarray(2, WIDTH_MAX + 1).reduce((max, many) => Math.max(max, many), 0);
    if (most < RECORDS_MIN || most < SHARE_MIN * firsts.length) continue;
    const width = widths.indexOf(most, 2);
    // What stands around the records is in the first and in the last of them.
    const chosen = firsts.flatMap((first, record) => {
      const more = lengthAt(record) - width;
      if (more > 0 && record === 0) return [first + more];
      return more === 0 || (more > 0 && record === firsts.length - 1) ? [first] : [];
    });
    return Array.from({ length: width }, (_, column) => ({
      symbols: Uint32Array.from(chosen, (first) => words.symbols[first + column] ?? 0),
      starts: Uint32Array.from(chosen, (first) => words.starts[first + column] ?? 0),
      ends: Uint32Array.from(chosen, (first) => words.ends[first + column] ?? 0),
    }));
  }
  return [];
}

/** The kind of the signs between two words; 0: they end no record. */
function breakOf(bytes: Uint8Array, start: number, end: number): number {
  let found = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x0a || (byte === BACKSLASH && bytes[at + 1] === 0x6e)) return 1;
    if (bytes[at + 1] !== 0x20) continue;
    if (byte === 0x2e) found = 2;
    else if (byte === 0x3b) found = 3;
    else if (byte === 0x2c) found = 4;
  }
  return found;
}
