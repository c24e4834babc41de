// Bytes written as numbers: lists of decimal, octal or binary codes with anything short between, and digits without any
// (`072101…`, `01001000…`). Not hexadecimal (decode-hex.ts).
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
    for (const base of [10, 8, 2] as const) yield readLists(lists, base);
    yield readMasked(lists);
  }
  yield readPacked(input, {
    name: "binary digits",
    width: 8,
    base: 2,
    pattern: /[01][01 \t\r\n,_|-]{46,}[01]/g,
  });
  yield readPacked(input, {
    name: "binary digits",
    width: 7,
    base: 2,
    pattern: /[01][01 \t\r\n,_|-]{40,}[01]/g,
  });
  yield readPacked(input, { name: "decimal digits", width: 3, base: 10, pattern: /[0-9]{18,}/g });
  yield readPacked(input, { name: "decimal digits", width: 2, base: 10, pattern: /[0-9]{12,}/g, plus: 0 });
  yield readPacked(input, { name: "octal digits", width: 3, base: 8, pattern: /[0-7]{18,}/g });
};

/** Codes from which a list may hold a value. */
const CODES_MIN = 5;

interface Code {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

/** Lists of numbers of at most eight digits with no letters between, that are in number at least CODES_MIN. */
function listsOf({ text, budget }: DecoderInput): readonly (readonly Code[])[] {
  const lists: Code[][] = [];
  let list: Code[] = [];
  budget.spend(text.length);
  NUMBER.lastIndex = 0;
  for (let match = NUMBER.exec(text); match !== null; match = NUMBER.exec(text)) {
    const [all] = match;
    const last = list.at(-1);
    const start = match.index;
    if (last !== undefined && !isBetween(text, last.end, start)) {
      if (list.length >= CODES_MIN) lists.push(list);
      list = [];
    }
    list.push({ digits: all, start, end: start + all.length });
  }
  if (list.length >= CODES_MIN) lists.push(list);
  return lists;
}

const NUMBER = /[0-9]{1,9}/g;

/** Characters between two codes of one list: `, `, `)+chr(`, `","`, a line end and its indent. */
const BETWEEN_MAX = 24;

function isBetween(text: string, from: number, to: number): boolean {
  if (to - from > BETWEEN_MAX || from === to) return false;
  const between = text.slice(from, to);
  // A list that opens is another list.
  return !/[[{=]/.test(between) && BETWEEN.test(between);
}

/** Signs and spaces, the prefixes of bases, or one name of a function between brackets. */
const BETWEEN =
  /^[^A-Za-z0-9]{1,12}(?:0[oObB]|(?:[A-Za-z_.]{1,18}[([]))?$|^[^A-Za-z0-9]{0,6}[A-Za-z]{1,4}[^A-Za-z0-9]{0,6}$/;

function readLists(lists: readonly (readonly Code[])[], base: 2 | 8 | 10): Decoded | null {
  const writer = new ViewWriter();
  for (const list of lists) {
    const values = list.map(({ digits }) => valueOf(digits, base));
    // Parts of a list may be codes: the longest stretches of values that are bytes.
    let from = 0;
    for (let at = 0; at <= list.length; at++) {
      const value = values[at] ?? -1;
      if (value >= 0 && value < 256) continue;
      writeCodes(writer, list.slice(from, at), values.slice(from, at));
      from = at + 1;
    }
  }
  return writer.done(base === 10 ? "decimal codes" : base === 8 ? "octal codes" : "binary codes");
}

function valueOf(digits: string, base: 2 | 8 | 10): number {
  if (base === 10) return Number(digits);
  if (base === 2) return /^[01]{6,9}$/.test(digits) ? Number.parseInt(digits, 2) : -1;
  return /^[0-7]{2,4}$/.test(digits) ? Number.parseInt(digits, 8) : -1;
}

function writeCodes(writer: ViewWriter, list: readonly Code[], values: readonly number[]): void {
  if (list.length < CODES_MIN) return;
  const bytes = Uint8Array.from(values);
  if (!startsFormat(bytes) && (!isText(bytes) || !looksMeant(bytes))) return;
  writer.gap(list[0]?.start ?? 0);
  for (const [at, { start, end }] of list.entries()) writer.byte(bytes[at] ?? 0, start, end);
  if (startsFormat(bytes) || explains(bytes)) writer.explain(list[0]?.start ?? 0, list.at(-1)?.end ?? 0);
}

/** Small numbers are control characters and signs, and numbers of one kind repeat: real text has letters, and several. */
function looksMeant(bytes: Uint8Array, kinds = 2): boolean {
  if (new Set(bytes).size < Math.min(kinds, bytes.length / 2)) return false;
  const letters = bytes.filter((byte) => byte >= 0x30 && byte < 0x7b).length;
  return letters >= 0.5 * bytes.length;
}

/** Lists of bytes that are no text, below a mask of one byte. */
function readMasked(lists: readonly (readonly Code[])[]): Decoded | null {
  const writer = new ViewWriter();
  for (const list of lists) {
    const values = list.map(({ digits }) => valueOf(digits, 10));
    if (values.some((value) => value > 255)) continue;
    for (const plain of unmasked(Uint8Array.from(values))) {
      writer.gap(list[0]?.start ?? 0);
      for (const [at, { start, end }] of list.entries()) writer.byte(plain[at] ?? 0, start, end);
    }
  }
  return writer.done("masked decimal codes", { for: "protected" });
}

interface Packed {
  readonly name: string;
  /** Digits of one code. */
  readonly width: number;
  readonly base: 2 | 8 | 10;
  readonly pattern: RegExp;
  /** What is added to each code. */
  readonly plus?: number;
}

function readPacked(
  { text, budget }: DecoderInput,
  { name, width, base, pattern, plus = 0 }: Packed,
): Decoded | null {
  const writer = new ViewWriter();
  pattern.lastIndex = 0;
  budget.spend(text.length);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const places = Array.from(match[0]).flatMap((letter, at) => (letter >= "0" && letter <= "9" ? [at] : []));
    if (places.length % width !== 0 || places.length / width < CODES_MIN) continue;
    budget.spend(match[0].length);
    const digits = places.map((at) => match[0][at]).join("");
    const bytes = new Uint8Array(digits.length / width);
    let odd = false;
    for (let at = 0; at < bytes.length; at++) {
      const value = Number.parseInt(digits.slice(at * width, (at + 1) * width), base) + plus;
      odd ||= value > 255;
      bytes[at] = value;
    }
    if (odd || (!startsFormat(bytes) && (!isText(bytes) || !looksMeant(bytes, width === 2 ? 6 : 2))))
      continue;
    writer.gap(match.index);
    writer.put(bytes, match.index, match.index + match[0].length);
    if (startsFormat(bytes) || explains(bytes)) writer.explain(match.index, match.index + match[0].length);
  }
  return writer.done(name);
}
