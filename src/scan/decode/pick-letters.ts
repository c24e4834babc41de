// Letters that are spread in other text: the first and the last of each word, line and sentence, and every n-th character of a
// run. Only a value that is known can be told apart in them, so these readings are for the protected layer alone.

import type { Span } from "../view.ts";
import type { Decoder, DecoderInput } from "./decoder.ts";
import type { Decoded } from "./view-writer.ts";

export const pickLetters: Decoder = function* (input) {
  if (!input.known) return;
  // A spread value needs its cover at hand; of decoded text it would be spread in text that nobody wrote.
  if (input.bytes.length < PICKED_MIN * 2 || input.bytes.length > COVER_MAX) return;
  input.budget.spend(input.bytes.length);
  findPlaces(input.bytes);
  for (const [at, places] of PLACES.entries()) yield pick(input.bytes, NAMES[at] ?? "", places);
  if (input.bytes.length > NTH_MAX) return;
  for (const stride of [2, 3, 4]) yield everyNth(input, stride);
};

const PICKED_MIN = 12;
/** Bytes of a cover: what is longer is judged as documents are. */
const COVER_MAX = 8192;
/** Bytes of a cover of which every n-th letter is read. */
const NTH_MAX = 2048;

/** In the order of their readings. */
const NAMES = [
  "first letters of words",
  "last letters of words",
  "first letters of lines",
  "last letters of lines",
  "capitals",
] as const;

/** Where the letters of one reading stand; overwritten by the next view. */
class Places {
  readonly at: Uint32Array = new Uint32Array(COVER_MAX + 1);
  count = 0;

  add(place: number): void {
    this.at[this.count++] = place;
  }
}

const PLACES: readonly Places[] = NAMES.map(() => new Places());

/** All readings in one look at the bytes. */
function findPlaces(bytes: Uint8Array): void {
  const [firsts, lasts, starts, ends, capitals] = PLACES as readonly [Places, Places, Places, Places, Places];
  for (const places of PLACES) places.count = 0;
  // Bytes of indent since the line began, -1: it has begun; the last letter, and whether a line end may follow it.
  let [indent, letter, near] = [0, -1, false];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const kind = KINDS[byte] ?? 0;
    if (isBreak(bytes, at)) {
      if (near) ends.add(letter);
      near = false;
      // The letter of an escape is none of the line.
      if (byte === BACKSLASH) at++;
      indent = 0;
      continue;
    }
    if (indent >= 0 && (kind & INDENT) !== 0 && indent < INDENT_MAX) indent++;
    else if (indent >= 0) {
      starts.add(at);
      indent = -1;
    }
    if ((kind & LETTER) === 0) {
      near &&= (kind & CLOSING) !== 0 && at - letter <= CLOSING_MAX;
      continue;
    }
    if (((KINDS[bytes[at - 1] ?? 0] ?? 0) & LETTER) === 0) firsts.add(at);
    if (((KINDS[bytes[at + 1] ?? 0] ?? 0) & LETTER) === 0) lasts.add(at);
    if ((kind & CAPITAL) !== 0) capitals.add(at);
    letter = at;
    near = true;
  }
  if (near) ends.add(letter);
}

/** A line end, or one that is written `\\n`. */
function isBreak(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  return byte === 0x0a || byte === 0x0d || (byte === BACKSLASH && bytes[at + 1] === 0x6e);
}

const BACKSLASH = 0x5c;
/** Signs and blanks before the first letter of a line, and signs after its last one. */
const INDENT_MAX = 8;
const CLOSING_MAX = 2;

const LETTER = 1;
/** A capital or a digit. */
const CAPITAL = 2;
const INDENT = 4;
const CLOSING = 8;

const KINDS: Uint8Array = kinds();

function kinds(): Uint8Array {
  const table = new Uint8Array(256);
  table
    .fill(LETTER | CAPITAL, 0x30, 0x3a)
    .fill(LETTER | CAPITAL, 0x41, 0x5b)
    .fill(LETTER, 0x61, 0x7b);
  for (const sign of ' \t>*-#"') table[sign.charCodeAt(0)] = INDENT;
  for (const sign of '.,;:!?"') table[sign.charCodeAt(0)] = (table[sign.charCodeAt(0)] ?? 0) | CLOSING;
  return table;
}

function pick(bytes: Uint8Array, name: string, { at: places, count }: Places): Decoded | null {
  if (count < PICKED_MIN) return null;
  return pickedView(name, bytes, places.slice(0, count));
}

/** Every phase of a stride, one after another, over letters and digits alone. */
function everyNth({ bytes, budget }: DecoderInput, stride: number): Decoded | null {
  budget.spend(2 * bytes.length);
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    LETTERS[count] = at;
    if (isLetter(bytes[at] ?? 0)) count++;
  }
  if (count < PICKED_MIN * stride) return null;
  const places = new Uint32Array(count + stride);
  let length = 0;
  for (let phase = 0; phase < stride; phase++) {
    for (let at = phase; at < count; at += stride) places[length++] = LETTERS[at] ?? 0;
    // A line end, so that two phases are not read as one.
    places[length++] = NOWHERE;
  }
  return pickedView("every second letter and the like", bytes, places);
}

/** Where the letters of a small cover stand. */
const LETTERS = new Uint32Array(NTH_MAX);
const NOWHERE = 0xffff_ffff;

/** The bytes at `places`, in their order; a line end for `NOWHERE`. */
function pickedView(name: string, bytes: Uint8Array, places: Uint32Array): Decoded {
  const picked = new Uint8Array(places.length);
  for (let at = 0; at < places.length; at++) {
    if (places[at] === NOWHERE) {
      places[at] = at === 0 ? 0 : (places[at - 1] ?? 0);
      picked[at] = LINE_FEED;
    } else picked[at] = bytes[places[at] ?? 0] ?? 0;
  }
  const origin = (start: number, end: number): Span => {
    const from = places[Math.min(start, places.length - 1)] ?? 0;
    const last = places[Math.min(Math.max(start, end - 1), places.length - 1)] ?? 0;
    return {
      start: Math.min(from, last),
      end: end > start ? Math.max(from, last) + 1 : Math.min(from, last),
    };
  };
  return {
    name,
    bytes: picked,
    map: { origin },
    read: [],
    unread: [],
    for: "protected",
    leaf: false,
    levels: 1,
  };
}

const LINE_FEED = 0x0a;

function isLetter(byte = 0): boolean {
  return (byte >= 0x30 && byte < 0x3a) || (byte >= 0x41 && byte < 0x5b) || (byte >= 0x61 && byte < 0x7b);
}
