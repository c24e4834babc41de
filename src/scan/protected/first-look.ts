// One pass over a view that says where the dearer looks are worth it: near windows of enrolled values, where the text is not
// ordinary, and whether it is binary. Not those looks.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";
import { FOLDED, NO_SYMBOL, SYMBOL_BITS } from "./fold.ts";
import { firstEntry, mayHold } from "./gram-table.ts";
import { GRAM_MASK, gramKey } from "./grams.ts";
import type { ProtectedIndex } from "./protected-index.ts";
import { hasTrigram, RARE, WORD_MASK } from "./triggers.ts";

export interface FirstLook {
  /** Around places where some windows of enrolled values stand together; apart and in order, as the next ones. */
  readonly near: readonly Span[];
  /** Stretches of letters that are no words, of long words and of many signs. */
  readonly odd: readonly Span[];
  /** More than 2 % of the bytes are neither printable ASCII nor characters of UTF-8. */
  readonly binary: boolean;
  /** There are bytes from 128 on. */
  readonly wide: boolean;
}

/** What a first look found, and its odd stretches in parts (`oddOf`). */
export interface OddPlaces {
  readonly look: FirstLook;
  readonly odd: readonly Span[];
}

/** The share of bytes that are no printable ASCII from which a view counts as binary. */
const BINARY_SHARE = 0.02;

/** Bytes between two looks at the budget. */
const BLOCK = 16_384;

/** Letters and digits, and signs, in a row that no ordinary text has. */
const LETTERS_MAX = 40;
const SIGNS_MAX = 16;

/** Bytes of which one is looked at: a run of twice as many has `STEP` of them before one. */
const STEP = 8;

/** Of KINDS what tells a run: 0 letters and digits, 32 neither these nor signs, 96 signs. */
const RUN_KINDS = 96;
const NO_SYMBOL_KIND = 32;

/** The triggers of one block: the window's code, where it ends, and how many symbols there were up to it. */
const CODES = new Int32Array(BLOCK);
const PLACES = new Uint32Array(BLOCK);
const COUNTS = new Uint32Array(BLOCK);

/** Looks once at all of `bytes`. Work: about one step a byte, whatever they are. */
export function firstLook(bytes: Uint8Array, index: ProtectedIndex, budget: ScanBudget): FirstLook {
  const near = new NearWindows(bytes, index);
  const odd = new OddStretches(bytes);
  const state = { code: 0, count: 0, other: 0, any: 0 };
  for (let from = 0; from < bytes.length; from += BLOCK) {
    const to = Math.min(bytes.length, from + BLOCK);
    budget.spend(to - from);
    const found = readBlock(bytes.subarray(from, to), index.triggers.trigrams, state);
    for (let each = 0; each < found; each += 1) {
      const code = CODES[each] as number;
      const at = from + (PLACES[each] as number);
      if (hasTrigram(RARE, code)) odd.addRare(at, COUNTS[each] as number);
      near.look(code, at);
    }
    odd.addRuns(from, to);
  }
  const wide = (state.any & WIDE) !== 0;
  const binary = state.other > bytes.length * BINARY_SHARE && !(wide && isUtf8(bytes));
  return { near: merged(near.spans), odd: merged(odd.end()), binary, wide };
}

interface State {
  /** The last six symbols, and how many there were. */
  code: number;
  count: number;
  /** Bytes that are no printable ASCII, and all kinds of bytes there were. */
  other: number;
  any: number;
}

/** Reads one block on from `state`; how many triggers there are now in CODES, PLACES and COUNTS. */
function readBlock(block: Uint8Array, triggers: Uint32Array, state: State): number {
  let { code, count, other, any } = state;
  let found = 0;
  for (let at = 0; at < block.length; at += 1) {
    const kind = KINDS[block[at] as number] as number;
    // Without branches: all ones for a letter or digit, else 0.
    const isSymbol = ((kind >>> 5) & 1) - 1;
    code = (isSymbol & (((code << SYMBOL_BITS) | (kind & 31)) & GRAM_MASK)) | (~isSymbol & code);
    count = (count - isSymbol) | 0;
    other += (kind >>> 7) & 1;
    any |= kind;
    CODES[found] = code;
    PLACES[found] = at;
    COUNTS[found] = count;
    // What is no trigger is overwritten by the next one.
    found += ((triggers[(code >>> SYMBOL_BITS) & WORD_MASK] as number) >>> (code & 31)) & isSymbol & 1;
  }
  state.code = code;
  state.count = count;
  state.other = other;
  state.any = any;
  return found;
}

/** Text in other scripts has as many bytes from 128 on as binary data, but nearly all of them make characters of UTF-8. */
function isUtf8(bytes: Uint8Array): boolean {
  const allowed = bytes.length * BINARY_SHARE;
  let odd = 0;
  let left = 0;
  for (let at = 0; at < bytes.length && odd <= allowed; at += 1) {
    const byte = bytes[at] as number;
    const follows = byte >= 128 && byte < 192;
    if (follows && left > 0) left -= 1;
    else {
      if (follows || left > 0 || byte > 244 || ((KINDS[byte] as number) & (128 | WIDE)) === 128) odd += 1;
      left = byte < 192 ? 0 : byte < 224 ? 1 : byte < 240 ? 2 : 3;
    }
  }
  return odd <= allowed;
}

/** Of each byte its folded symbol, 32 for none, 64 for a sign, 128 where it is no printable ASCII, 256 from 128 on. */
const WIDE = 256;
const KINDS: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  const symbol = FOLDED[byte] as number;
  const isText = byte < 127 && (byte >= 32 || (byte >= 9 && byte <= 13));
  const sign = symbol === NO_SYMBOL && byte > 32 && byte < 127;
  return (
    (symbol === NO_SYMBOL ? 32 : symbol) | (sign ? 64 : 0) | (isText ? 0 : 128) | (byte >= 128 ? WIDE : 0)
  );
});

/** Symbols on both sides of a window that are looked at, and windows of one sequence there that make it worth to read all around. */
const BESIDE = 8;
const TOGETHER = 3;

/** Bytes on each side that these symbols are looked for in. */
const BESIDE_BYTES = 128;

/** Bytes for each symbol of a value, and more, that the whole of it may be spread over; as coverage.ts counts. */
const REACH_PER_SYMBOL = 16;
const REACH = 1024;
const REACH_MAX = 65_536;

/** The different windows of one look: at most one for each symbol. */
const ENTRIES = new Int32Array(2 * BESIDE + 2);

class NearWindows {
  readonly spans: Span[] = [];
  readonly #bytes: Uint8Array;
  readonly #index: ProtectedIndex;
  /** What stands before has been looked at. */
  #done = 0;

  constructor(bytes: Uint8Array, index: ProtectedIndex) {
    this.#bytes = bytes;
    this.#index = index;
  }

  /** The window `code` ends at `at`. */
  look(code: number, at: number): void {
    const { triggers, hashes, text } = this.#index;
    const key = gramKey(code, hashes.text);
    if (!mayHold(triggers.bits, triggers.shift, key)) return;
    if (at < this.#done || firstEntry(text.table, key) < 0) return;
    const { reach, end, windows } = this.#beside(at);
    this.#done = end;
    if (windows < TOGETHER) return;
    const last = this.spans.at(-1);
    const start = Math.max(0, at - reach);
    const stop = Math.min(this.#bytes.length, at + reach);
    if (last !== undefined && start <= last.end && start >= last.start)
      this.spans[this.spans.length - 1] = { start: last.start, end: Math.max(last.end, stop) };
    else this.spans.push({ start, end: stop });
  }

  /** How many windows of one sequence stand near `at` at most, how far it may reach, and where the look ended. */
  #beside(at: number): { readonly windows: number; readonly reach: number; readonly end: number } {
    let [code, found] = [0, 0];
    let [place, left] = [this.#before(at), BESIDE];
    const stop = Math.min(this.#bytes.length, at + BESIDE_BYTES);
    for (; place < stop && left > 0; place += 1) {
      const symbol = FOLDED[this.#bytes[place] as number] as number;
      if (symbol === NO_SYMBOL) continue;
      if (place > at) left -= 1;
      code = ((code << SYMBOL_BITS) | symbol) & GRAM_MASK;
      const entry = entryOf(this.#index, code);
      if (entry < 0) continue;
      // Beyond the ones so far stands the entry itself, so that it is found at the latest there.
      ENTRIES[found] = entry;
      if (ENTRIES.indexOf(entry) === found) found += 1;
    }
    // Most windows stand alone: whose they are need not be asked.
    const { windows, longest } = found < TOGETHER ? { windows: found, longest: 0 } : this.#together(found);
    return { windows, reach: Math.min(REACH_MAX, REACH + REACH_PER_SYMBOL * longest), end: place };
  }

  /** Of the first `found` of ENTRIES, how many are of one sequence at most, and how long those are that are enough. */
  #together(found: number): { readonly windows: number; readonly longest: number } {
    const { table, lengths } = this.#index.text;
    const { keys, sequences } = table;
    const counts = new Map<number, number>();
    let [windows, longest] = [0, 0];
    for (let each = 0; each < found; each += 1) {
      const entry = ENTRIES[each] as number;
      const key = keys[entry];
      for (let at = entry; keys[at] === key && at < keys.length; at += 1) {
        const sequence = sequences[at] as number;
        const count = (counts.get(sequence) ?? 0) + 1;
        counts.set(sequence, count);
        windows = Math.max(windows, count);
        if (count >= TOGETHER) longest = Math.max(longest, lengths[sequence] as number);
      }
    }
    return { windows, longest };
  }

  /** Where the `BESIDE` symbols before `at` begin. */
  #before(at: number): number {
    let place = at;
    for (let left = BESIDE; place > 0 && place > at - BESIDE_BYTES && left > 0; ) {
      place -= 1;
      if (FOLDED[this.#bytes[place] as number] !== NO_SYMBOL) left -= 1;
    }
    return place;
  }
}

function entryOf({ text, hashes }: ProtectedIndex, code: number): number {
  const { table } = text;
  const key = gramKey(code, hashes.text);
  return mayHold(table.bits, table.shift, key) ? firstEntry(table, key) : -1;
}

/** What a rare trigram adds to the sum that every symbol takes one from, and the sum from which a stretch is odd: CUSUM (Page 1954). */
const RARE_WEIGHT = 8;
const ODD_FROM = 28;
const SUM_MAX = 64;

/** Bytes on both sides of an odd stretch that belong to it. */
const MARGIN = 64;

class OddStretches {
  readonly #spans: Span[] = [];
  readonly #bytes: Uint8Array;
  #sum = 0;
  #count = 0;
  #start = 0;
  #last = 0;
  #odd = false;
  /** Up to where runs have been read. */
  #read = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A rare trigram ends at `at`; `count`: the symbols up to there. */
  addRare(at: number, count: number): void {
    const left = this.#sum - (count - this.#count);
    this.#count = count;
    if (left <= 0) {
      this.#close();
      this.#start = at;
      this.#sum = RARE_WEIGHT;
    } else this.#sum = Math.min(SUM_MAX, left + RARE_WEIGHT);
    this.#last = at;
    if (this.#sum >= ODD_FROM) this.#odd = true;
  }

  /** Letters and digits alone, or signs alone, too many in a row: looks at one byte of `STEP` in [from, to). */
  addRuns(from: number, to: number): void {
    for (let at = from + STEP - 1; at < to; at += STEP) {
      if (at < this.#read) continue;
      const kind = (KINDS[this.#bytes[at] as number] as number) & RUN_KINDS;
      if (kind === NO_SYMBOL_KIND) continue;
      const start = this.#edge(at, -1, kind);
      if (at - start < STEP - 1) continue;
      const end = this.#edge(at, 1, kind) + 1;
      this.#read = end;
      if (end - start >= (kind === 0 ? LETTERS_MAX : SIGNS_MAX)) this.#spans.push({ start, end });
    }
  }

  /** The last byte of the run round `at` in one direction; backwards no farther than the last run. */
  #edge(at: number, step: -1 | 1, kind: number): number {
    let edge = at;
    for (;;) {
      const next = edge + step;
      if (next < this.#read || next >= this.#bytes.length) return edge;
      if (((KINDS[this.#bytes[next] as number] as number) & RUN_KINDS) !== kind) return edge;
      edge = next;
    }
  }

  end(): readonly Span[] {
    this.#close();
    return this.#spans.map(({ start, end }) => ({
      start: Math.max(0, start - MARGIN),
      end: Math.min(this.#bytes.length, end + MARGIN),
    }));
  }

  #close(): void {
    if (this.#odd) this.#spans.push({ start: this.#start, end: this.#last + 1 });
    this.#odd = false;
  }
}

/** Views up to this size are looked at as binary data where they are odd. Bytes. */
export const SMALL = 1024;

/** Where `bytes` is no ordinary text, all of it if it is binary: in parts of at most 64 KiB that overlap by 2 KiB. */
export function oddOf(bytes: Uint8Array, { binary, odd }: FirstLook): readonly Span[] {
  const spans = binary ? [{ start: 0, end: bytes.length }] : odd;
  return spans.every(({ start, end }) => end - start <= PART) ? spans : spans.flatMap(partsOf);
}

/** Bytes of one part, and how many of them the next one begins with again: 64 words, or a value of 2 KiB. */
export const PART = 65_536;
const OVERLAP = 2048;

/** A span in parts, so that what is held beside a view is bounded. */
export function partsOf({ start, end }: Span): readonly Span[] {
  const parts: Span[] = [];
  for (let at = start; at === start || at + OVERLAP < end; at += PART - OVERLAP)
    parts.push({ start: at, end: Math.min(end, at + PART) });
  return parts;
}

/** What `search` finds in the spans alone, in offsets of `bytes`. */
export function inSpans(
  bytes: Uint8Array,
  spans: readonly Span[],
  search: (part: Uint8Array) => readonly Match[],
): readonly Match[] {
  const [first] = spans;
  if (first === undefined) return NONE;
  if (spans.length === 1 && first.start === 0 && first.end === bytes.length) return search(bytes);
  const matches: Match[] = [];
  for (const { start, end } of spans)
    for (const match of search(bytes.subarray(start, end)))
      matches.push({ ...match, start: match.start + start, end: match.end + start });
  return matches;
}

const NONE: readonly Match[] = [];

/** `spans` by place, those that overlap made one. */
function merged(spans: readonly Span[]): readonly Span[] {
  if (spans.length < 2) return spans;
  const out: Span[] = [];
  for (const span of spans.toSorted((one, other) => one.start - other.start)) {
    const last = out.at(-1);
    if (last !== undefined && span.start <= last.end)
      out[out.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    else out.push(span);
  }
  return out;
}
