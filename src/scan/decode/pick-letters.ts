// Letters that are spread in other text: the first and the last of each word, line and sentence, and every n-th character of a
// run. Only a value that is known can be told apart in them, so these readings are for the protected layer alone.
import type { Decoder, DecoderInput } from "./decoder.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

export const pickLetters: Decoder = function* (input) {
  if (!input.known) return;
  // A spread value needs its cover at hand; of decoded text it would be spread in text that nobody wrote.
  if (input.bytes.length < PICKED_MIN * 2 || input.bytes.length > COVER_MAX) return;
  for (const { name, pattern } of PLACES) yield pick(input, name, pattern);
  if (input.bytes.length > NTH_MAX) return;
  for (const stride of [2, 3, 4]) yield everyNth(input, stride);
};

const PICKED_MIN = 12;
/** Bytes of a cover: what is longer is judged as documents are. */
const COVER_MAX = 8192;
/** Bytes of a cover of which every n-th letter is read. */
const NTH_MAX = 2048;

const PLACES: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "first letters of words", pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]/g },
  { name: "last letters of words", pattern: /[A-Za-z0-9](?![A-Za-z0-9])/g },
  { name: "first letters of lines", pattern: /(?<=^|\n|\\n)[ \t>*\-#"]{0,8}[^\s]/g },
  { name: "last letters of lines", pattern: /[A-Za-z0-9](?=[.,;:!?"]{0,2}(?:\r?\n|\\n|$))/g },
  { name: "capitals", pattern: /[A-Z0-9]/g },
];

function pick({ text, budget }: DecoderInput, name: string, pattern: RegExp): Decoded | null {
  budget.spend(text.length);
  const writer = new ViewWriter();
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const at = match.index + match[0].length - 1;
    writer.byte(text.charCodeAt(at), at, at + 1);
  }
  return writer.length < PICKED_MIN ? null : writer.done(name, { for: "protected" });
}

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

function isLetter(byte: number): boolean {
  return (byte >= 0x30 && byte < 0x3a) || (byte >= 0x41 && byte < 0x5b) || (byte >= 0x61 && byte < 0x7b);
}
