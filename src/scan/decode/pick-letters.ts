// Letters that are spread in other text: the first and the last of each word, line and sentence, and every n-th character of a
// run. Only a value that is known can be told apart in them, so these readings are for the protected layer alone.
import type { Decoder, DecoderInput } from "./decoder.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

export const pickLetters: Decoder = function* (input) {
  if (!input.known) return;
  // A spread value needs its cover at hand; of decoded text it would be spread in text that nobody wrote.
  if (input.bytes.length < PICKED_MIN * 2 || input.bytes.length > COVER_MAX) return;
  for (const place of PLACES) yield pick(input, place);
  if (input.bytes.length > NTH_MAX) return;
  for (const stride of [2, 3, 4]) yield everyNth(input, stride);
};

const PICKED_MIN = 12;
/** Bytes of a cover: what is longer is judged as documents are. */
const COVER_MAX = 8192;
/** Bytes of a cover of which every n-th letter is read. */
const NTH_MAX = 2048;

/** Which bytes each reading takes: by the bytes before and after them. */
const PLACES: readonly {
  readonly name: string;
  readonly takes: (bytes: Uint8Array, at: number) => boolean;
}[] = [
  { name: "first letters of words", takes: (bytes, at) => isLetter(bytes[at]) && !isLetter(bytes[at - 1]) },
  { name: "last letters of words", takes: (bytes, at) => isLetter(bytes[at]) && !isLetter(bytes[at + 1]) },
  { name: "first letters of lines", takes: startsLine },
  { name: "last letters of lines", takes: endsLine },
  { name: "capitals", takes: (bytes, at) => isCapital(bytes[at]) },
];

function pick({ bytes, budget }: DecoderInput, { name, takes }: (typeof PLACES)[number]): Decoded | null {
  budget.spend(bytes.length);
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if (takes(bytes, at)) places[count++] = at;
  if (count < PICKED_MIN) return null;
  const writer = new ViewWriter(count);
  for (let picked = 0; picked < count; picked++) {
    const at = places[picked] ?? 0;
    writer.byte(bytes[at] ?? 0, at, at + 1);
  }
  return writer.done(name, { for: "protected" });
}

const places: Uint32Array = new Uint32Array(COVER_MAX);

function isCapital(byte = 0): boolean {
  return (byte >= 0x30 && byte < 0x3a) || (byte >= 0x41 && byte < 0x5b);
}

/** Signs and blanks before the first letter of a line. */
const INDENT_MAX = 8;

/** The first byte of a line that is no indent, sign of a list or quotation; a line end may be written as an escape. */
function startsLine(bytes: Uint8Array, at: number): boolean {
  if (isIndent(bytes[at] ?? 0) || isLineEnd(bytes[at] ?? 0)) return false;
  let before = at - 1;
  while (before >= 0 && at - before <= INDENT_MAX && isIndent(bytes[before] ?? 0)) before--;
  if (before < 0 || bytes[before] === 0x0a) return true;
  return bytes[before] === 0x6e && bytes[before - 1] === 0x5c;
}

function isIndent(byte: number): boolean {
  return (
    byte === 0x20 ||
    byte === 0x09 ||
    byte === 0x3e ||
    byte === 0x2a ||
    byte === 0x2d ||
    byte === 0x23 ||
    byte === 0x22
  );
}

function isLineEnd(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d;
}

/** The last letter before a line end, with at most two signs between. */
function endsLine(bytes: Uint8Array, at: number): boolean {
  if (!isLetter(bytes[at])) return false;
  let after = at + 1;
  while (after - at <= 2 && CLOSING.includes(bytes[after] ?? 0)) after++;
  const next = bytes[after] ?? 0x0a;
  return isLineEnd(next) || (next === 0x5c && bytes[after + 1] === 0x6e);
}

/** `.`, `,`, `;`, `:`, `!`, `?` and `"`. */
const CLOSING: readonly number[] = [0x2e, 0x2c, 0x3b, 0x3a, 0x21, 0x3f, 0x22];

/** Every phase of a stride, one after another, over letters and digits alone. */
function everyNth({ bytes, budget }: DecoderInput, stride: number): Decoded | null {
  budget.spend(2 * bytes.length);
  const places: number[] = [];
  for (let at = 0; at < bytes.length; at++) if (isLetter(bytes[at] ?? 0)) places.push(at);
  if (places.length < PICKED_MIN * stride) return null;
  const writer = new ViewWriter(places.length + stride);
  for (let phase = 0; phase < stride; phase++) {
    for (let at = phase; at < places.length; at += stride) {
      const place = places[at] ?? 0;
      writer.byte(bytes[place] ?? 0, place, place + 1);
    }
    writer.gap(places[phase] ?? 1);
  }
  return writer.done("every second letter and the like", { for: "protected" });
}

function isLetter(byte = 0): boolean {
  return (byte >= 0x30 && byte < 0x3a) || (byte >= 0x41 && byte < 0x5b) || (byte >= 0x61 && byte < 0x7b);
}
