// Bytes written as numbers: lists of decimal, octal or binary codes with anything short between, and digits without any
// (`072101…`, `01001000…`). Not hexadecimal (decode-hex.ts).
import { BINARY, DECIMAL, stretchesOf } from "./byte-stretches.ts";
import type { Decoder, DecoderInput } from "./decoder.ts";
import { explains, isText, startsFormat } from "./readable.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";
import { unmasked } from "./write-run.ts";

/** One reading for each base and way to write. Only text says that the numbers were codes. */
export const decodeNumbers: Decoder = function* (input) {
  const { survey } = input;
  let digits = 0;
  for (let digit = 0x30; digit < 0x3a; digit++) digits += survey.counts[digit] ?? 0;
  if (digits < 2 * CODES_MIN) return;
  const lists = listsOf(input);
  if (lists.length > 0) {
    for (const base of [10, 8, 2] as const) yield readLists(input, lists, base);
    if (input.known) yield readMasked(input, lists);
  }
  for (const packed of PACKED) yield readPacked(input, packed);
};

/** Codes from which a list may hold a value. */
const CODES_MIN = 5;

/** Where the digits of each number of a list start and end. */
interface Codes {
  readonly starts: number[];
  readonly ends: number[];
  /** How many may be a byte in each base. */
  bytes: number;
  octal: number;
  binary: number;
}

function noCodes(): Codes {
  return { starts: [], ends: [], bytes: 0, octal: 0, binary: 0 };
}

const DIGITS: Uint8Array = new Uint8Array(256).fill(1, 0x30, 0x3a);

/** Digits of one number; more are several. */
const NUMBER_MAX = 9;

/** Lists of numbers with no more than a name between two, that are in number at least CODES_MIN. */
function listsOf({ bytes, budget }: DecoderInput): readonly Codes[] {
  const lists: Codes[] = [];
  let list = noCodes();
  let last = -1;
  budget.spend(bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    if (DIGITS[bytes[at] ?? 0] === 0) continue;
    const start = at;
    let [value, most] = [0, 0];
    while (at < bytes.length && at - start < NUMBER_MAX && DIGITS[bytes[at] ?? 0] === 1) {
      const digit = (bytes[at++] ?? 0) - 0x30;
      value = 10 * value + digit;
      if (digit > most) most = digit;
    }
    if (last >= 0 && !isBetween(bytes, last, start)) {
      if (hasCodes(list)) lists.push(list);
      if (list.starts.length > 0) list = noCodes();
    }
    list.starts.push(start);
    list.ends.push(at);
    if (value < 256) list.bytes++;
    if (most < 8 && at - start >= 2 && at - start <= 4) list.octal++;
    if (most < 2 && at - start >= 6) list.binary++;
    last = at;
    at--;
  }
  if (hasCodes(list)) lists.push(list);
  return lists;
}

function hasCodes({ bytes, octal, binary }: Codes): boolean {
  return bytes >= CODES_MIN || octal >= CODES_MIN || binary >= CODES_MIN;
}

function isDigit(byte = 0): boolean {
  return DIGITS[byte] === 1;
}

/** Characters between two codes of one list: `, `, `)+chr(`, `","`, a line end and its indent. */
const BETWEEN_MAX = 24;
/** Signs before a name, letters of a name that is called, of one that is not, and signs around that. */
const SIGNS_MAX = 12;
const CALLED_MAX = 18;
const NAME_MAX = 4;
const AROUND_MAX = 6;

/** Signs and spaces, then nothing, the name of a function with its bracket, or a short name and more signs. */
function isBetween(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from > BETWEEN_MAX || from === to) return false;
  // A list that opens is another list.
  for (let at = from; at < to; at++) if (OPENS[bytes[at] ?? 0] === 1) return false;
  let name = from;
  while (name < to && !isLetter(bytes[name])) name++;
  if (name === to) return to - from <= SIGNS_MAX;
  let end = name;
  while (end < to && isLetter(bytes[end])) end++;
  let rest = end;
  while (rest < to && !isLetter(bytes[rest])) rest++;
  const isName = name - from <= AROUND_MAX && end - name <= NAME_MAX && to - end <= AROUND_MAX;
  if (rest === to && isName) return true;
  if (name === from || name - from > SIGNS_MAX || bytes[to - 1] !== 0x28 || to - 1 - name > CALLED_MAX)
    return false;
  for (let at = name; at < to - 1; at++) {
    if (!isLetter(bytes[at]) && bytes[at] !== 0x2e && bytes[at] !== 0x5f) return false;
  }
  return true;
}

/** `[`, `{` and `=`. */
const OPENS: Uint8Array = new Uint8Array(256).fill(1, 0x3d, 0x3e).fill(1, 0x5b, 0x5c).fill(1, 0x7b, 0x7c);

function isLetter(byte = 0): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function readLists({ bytes }: DecoderInput, lists: readonly Codes[], base: 2 | 8 | 10): Decoded | null {
  const writer = new ViewWriter();
  for (const list of lists) {
    if ((base === 10 ? list.bytes : base === 8 ? list.octal : list.binary) < CODES_MIN) continue;
    const count = list.starts.length;
    const values = new Uint8Array(count);
    // Parts of a list may be codes: the longest stretches of values that are bytes.
    let from = 0;
    for (let at = 0; at <= count; at++) {
      const value = at < count ? valueOf(bytes, list, { at, base }) : -1;
      if (value >= 0 && value < 256) {
        values[at] = value;
        continue;
      }
      if (at - from >= CODES_MIN) writeCodes(writer, list, { from, values: values.subarray(from, at) });
      from = at + 1;
    }
  }
  return writer.done(base === 10 ? "decimal codes" : base === 8 ? "octal codes" : "binary codes");
}

/** What number `at` of a list is in a base; -1: it has too many digits or too few, or others. */
function valueOf(
  bytes: Uint8Array,
  { starts, ends }: Codes,
  { at, base }: { readonly at: number; readonly base: 2 | 8 | 10 },
): number {
  const [start, end] = [starts[at] ?? 0, ends[at] ?? 0];
  const length = end - start;
  if (base === 2 ? length < 6 : base === 8 && (length < 2 || length > 4)) return -1;
  let value = 0;
  for (let place = start; place < end; place++) {
    const digit = (bytes[place] ?? 0) - 0x30;
    if (digit >= base) return -1;
    value = value * base + digit;
  }
  return value;
}

function writeCodes(
  writer: ViewWriter,
  { starts, ends }: Codes,
  { from, values }: { readonly from: number; readonly values: Uint8Array },
): void {
  const known = startsFormat(values);
  if (!known && (!isText(values) || !looksMeant(values))) return;
  writer.gap(starts[from] ?? 0);
  for (let at = 0; at < values.length; at++) {
    writer.byte(values[at] ?? 0, starts[from + at] ?? 0, ends[from + at] ?? 0);
  }
  if (known || explains(values)) writer.explain(starts[from] ?? 0, ends[from + values.length - 1] ?? 0);
}

/** Small numbers are control characters and signs, and numbers of one kind repeat: real text has letters, and several. */
function looksMeant(bytes: Uint8Array, kinds = 2): boolean {
  if (new Set(bytes).size < Math.min(kinds, bytes.length / 2)) return false;
  const letters = bytes.filter((byte) => byte >= 0x30 && byte < 0x7b).length;
  return letters >= 0.5 * bytes.length;
}

/** Lists of bytes that are no text, below a mask of one byte. */
function readMasked({ bytes }: DecoderInput, lists: readonly Codes[]): Decoded | null {
  const writer = new ViewWriter();
  for (const list of lists) {
    if (list.bytes < list.starts.length) continue;
    const values = list.starts.map((_, at) => valueOf(bytes, list, { at, base: 10 }));
    for (const plain of unmasked(Uint8Array.from(values))) {
      writer.gap(list.starts[0] ?? 0);
      for (const [at, byte] of plain.entries()) writer.byte(byte, list.starts[at] ?? 0, list.ends[at] ?? 0);
    }
  }
  return writer.done("masked decimal codes", { for: "protected" });
}

interface Packed {
  readonly name: string;
  /** Digits of one code. */
  readonly width: number;
  readonly base: 2 | 8 | 10;
  /** What its digits and what may stand between them are, and how many are needed at least. */
  readonly kind: number;
  readonly least: number;
}

const PACKED: readonly Packed[] = [
  { name: "binary digits", width: 8, base: 2, kind: BINARY, least: 40 },
  { name: "binary digits", width: 7, base: 2, kind: BINARY, least: 35 },
  { name: "decimal digits", width: 3, base: 10, kind: DECIMAL, least: 18 },
  { name: "decimal digits", width: 2, base: 10, kind: DECIMAL, least: 12 },
  { name: "octal digits", width: 3, base: 8, kind: DECIMAL, least: 18 },
];

function readPacked({ bytes, budget }: DecoderInput, packed: Packed): Decoded | null {
  const { name, width, kind, least } = packed;
  const writer = new ViewWriter();
  const stretches = stretchesOf(bytes, kind, least);
  for (let stretch = 0; stretch < stretches.length; stretch += 2) {
    const [from, to] = [stretches[stretch] ?? 0, stretches[stretch + 1] ?? 0];
    budget.spend(to - from);
    let [start, end, count] = [-1, 0, 0];
    for (let at = from; at < to; at++) {
      if (!isDigit(bytes[at])) continue;
      if (start < 0) start = at;
      end = at + 1;
      count++;
    }
    if (count < least || count % width !== 0 || count / width < CODES_MIN) continue;
    const decoded = unpacked(bytes, { start, end, count }, packed);
    if (decoded === null) continue;
    if (!startsFormat(decoded) && (!isText(decoded) || !looksMeant(decoded, width === 2 ? 6 : 2))) continue;
    writer.gap(start);
    writer.put(decoded, start, end);
    if (startsFormat(decoded) || explains(decoded)) writer.explain(start, end);
  }
  return writer.done(name);
}

/** Codes of `width` digits one after the other; null: one of them is no byte, or a digit is not of the base. */
function unpacked(
  bytes: Uint8Array,
  { start, end, count }: { readonly start: number; readonly end: number; readonly count: number },
  { width, base }: Packed,
): Uint8Array | null {
  const out = new Uint8Array(count / width);
  let [value, digits, length] = [0, 0, 0];
  for (let at = start; at < end; at++) {
    if (!isDigit(bytes[at])) continue;
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit >= base) return null;
    value = value * base + digit;
    if (++digits < width) continue;
    if (value > 255) return null;
    out[length++] = value;
    [value, digits] = [0, 0];
  }
  return out;
}
