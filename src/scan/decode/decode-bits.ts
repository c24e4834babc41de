// Bits hidden in pairs of things that look alike or like nothing: zero-width characters, kinds of white space, line ends, and
// two words or signs that alternate. Not for digits 0 and 1 (decode-numbers.ts).
import { BLANK, stretchesOf, TWO_LETTERS, TWO_SIGNS } from "./byte-stretches.ts";
import type { Decoder, DecoderInput } from "./decoder.ts";
import { isText } from "./readable.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

/** Bits from which they may be a value: five bytes. */
const BITS_MIN = 40;

interface Symbol {
  readonly sign: string;
  readonly start: number;
  readonly end: number;
}

/** Each family of two signs, in both meanings and widths; only text says which is right. */
export const decodeBits: Decoder = function* (input) {
  for (const { name, pattern, needs, likely } of FAMILIES) {
    if (!needs.some((byte) => (input.survey.counts[byte] ?? 0) >= BITS_MIN / 2)) continue;
    input.budget.spend(input.bytes.length >> 2);
    if (likely(input)) yield* readFamily(input, { name, pattern });
  }
};

interface Family {
  readonly name: string;
  readonly pattern: RegExp;
}

/** `likely`: a cheap look that says whether the family may be there at all. */
const FAMILIES: readonly (Family & {
  readonly needs: readonly number[];
  readonly likely: (input: DecoderInput) => boolean;
})[] = [
  {
    name: "zero-width bits",
    // U+200B to U+200F, U+2060 to U+2064, U+FEFF in UTF-8.
    pattern: /\xe2\x80[\x8b-\x8f]|\xe2\x81[\xa0-\xa4]|\xef\xbb\xbf/g,
    needs: [0xe2],
    likely: ({ text }) => /\xe2\x80[\x8b-\x8f]|\xe2\x81[\xa0-\xa4]/.test(text),
  },
  { name: "white space bits", pattern: /[ \t]/g, needs: [0x09], likely: hasBlanks },
  { name: "white space bits", pattern: / {1,2}(?! )/g, needs: [0x20], likely: hasWideSpaces },
  {
    name: "white space bits",
    pattern: / |\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]/g,
    needs: [0xe2, 0xc2],
    likely: ({ text }) => /\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]/.test(text),
  },
  {
    name: "two letters for bits",
    pattern: /[aAbB]/g,
    needs: [0x61, 0x41],
    likely: ({ bytes }) => stretchesOf(bytes, TWO_LETTERS, BITS_MIN).length > 0,
  },
  {
    name: "two signs for bits",
    pattern: /[.-]/g,
    needs: [0x2e],
    likely: ({ bytes }) => stretchesOf(bytes, TWO_SIGNS, BITS_MIN).length > 0,
  },
];

/** Forty blanks in a row, or four at the end of a line. */
function hasBlanks({ bytes, text }: DecoderInput): boolean {
  const stretches = stretchesOf(bytes, BLANK, 4);
  for (let at = 0; at < stretches.length; at += 2) {
    const [start, end] = [stretches[at] ?? 0, stretches[at + 1] ?? 0];
    if (end - start >= BITS_MIN || /^\r?\n/.test(text.slice(end, end + 2))) return true;
  }
  return false;
}

/** Words between which two spaces stand, as often as a byte has ones. */
function hasWideSpaces({ bytes }: DecoderInput): boolean {
  let wide = 0;
  // Of two spaces one stands at every second byte.
  for (let at = 1; at + 1 < bytes.length && wide < WIDE_MIN; at += 2) {
    if (bytes[at] !== 0x20) continue;
    const start = bytes[at - 1] === 0x20 ? at - 1 : at;
    if (bytes[start + 1] === 0x20 && isWordByte(bytes[start - 1]) && isWordByte(bytes[start + 2])) wide++;
  }
  return wide >= WIDE_MIN;
}

const WIDE_MIN = 5;

function isWordByte(byte = 0): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte < 0x3a) || (lower >= 0x61 && lower <= 0x7a);
}

function* readFamily({ text, budget }: DecoderInput, { name, pattern }: Family): Iterable<Decoded | null> {
  budget.spend(text.length);
  const symbols: Symbol[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    symbols.push({ sign: match[0].toLowerCase(), start: match.index, end: match.index + match[0].length });
    if (symbols.length > SYMBOLS_MAX) return;
  }
  const kinds = [...new Set(symbols.map(({ sign }) => sign))];
  if (symbols.length < BITS_MIN || kinds.length < 2) return;
  // A third sign stands between letters.
  for (const [zero, one] of pairsOf(kinds)) {
    const bits = symbols.filter(({ sign }) => sign === zero || sign === one);
    budget.spend(bits.length);
    for (const width of [8, 7]) yield readBits(name, bits, { one: one ?? "", width });
  }
}

/** More white space than this is no message, and its bits are judged as they stand. */
const SYMBOLS_MAX = 8192;

function pairsOf(kinds: readonly string[]): readonly (readonly string[])[] {
  return kinds
    .slice(0, 4)
    .flatMap((zero) => kinds.slice(0, 4).flatMap((one) => (zero === one ? [] : [[zero, one]])));
}

function readBits(
  name: string,
  bits: readonly Symbol[],
  { one, width }: { readonly one: string; readonly width: number },
): Decoded | null {
  const bytes = new Uint8Array(Math.floor(bits.length / width));
  for (let at = 0; at < bytes.length * width; at++) {
    const place = Math.floor(at / width);
    bytes[place] = ((bytes[place] ?? 0) << 1) | (bits[at]?.sign === one ? 1 : 0);
  }
  if (bytes.length < 5 || !isText(bytes)) return null;
  const writer = new ViewWriter();
  for (const [at, byte] of bytes.entries()) {
    writer.byte(byte, bits[at * width]?.start ?? 0, bits[at * width + width - 1]?.end ?? 1);
  }
  return writer.done(name);
}
