// Text of two or four bytes a character (UTF-16 and UTF-32 in either order) as one of one byte, and bytes
// that were written as characters as bytes again. Not for other character sets: those are opaque.
import type { Decoder, DecoderInput } from "./decoder.ts";
import { sequenceAt } from "./readable.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";
import { isWide } from "./write-run.ts";

/** The characters without the zero bytes between them; those beyond ASCII in UTF-8. */
export const narrowText: Decoder = function* (input) {
  yield bytesInUtf8(input);
  yield withoutZeros(input);
};

/** Sequences of UTF-8 that stand for control characters from U+0080 to U+009F, which no text has. */
const CONTROLS_MIN = 2;

/** Bytes that were written as the characters U+0000 to U+00FF, as JSON and references do: each as one byte again. */
function bytesInUtf8({ bytes, survey, budget }: DecoderInput): Decoded | null {
  if ((survey.counts[0xc2] ?? 0) < CONTROLS_MIN) return null;
  budget.spend(2 * bytes.length);
  let controls = 0;
  for (let at = 0; at + 1 < bytes.length && controls < CONTROLS_MIN; at++) {
    if (bytes[at] === 0xc2 && ((bytes[at + 1] ?? 0) & 0xe0) === 0x80) controls++;
  }
  if (controls < CONTROLS_MIN) return null;
  const writer = new ViewWriter(bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    const wide = (bytes[at] === 0xc2 || bytes[at] === 0xc3) && sequenceAt(bytes, at) === 2;
    const byte = wide ? (((bytes[at] ?? 0) & 3) << 6) | ((bytes[at + 1] ?? 0) & 63) : (bytes[at] ?? 0);
    writer.byte(byte, at, wide ? ++at + 1 : at + 1);
  }
  return writer.done("bytes in UTF-8");
}

function withoutZeros({ bytes, survey, budget }: DecoderInput): Decoded | null {
  const zeros = survey.counts[0] ?? 0;
  if (zeros < 4) return null;
  budget.spend(bytes.length);
  const writer = new ViewWriter();
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== 0 && bytes[at + 1] !== 0) {
      at++;
      continue;
    }
    const end = wideEnd(bytes, at);
    if (end - at >= STRETCH_MIN && isWide(bytes.subarray(at, end))) {
      writer.gap(at);
      writeNarrow(writer, bytes, { start: at, end });
      writer.explain(at, end);
    }
    at = Math.max(end, at + 1);
  }
  return writer.done("UTF-16");
}

function writeNarrow(
  writer: ViewWriter,
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): void {
  for (let at = start; at < end; at++) if (bytes[at] !== 0) writer.byte(bytes[at] ?? 0, at, at + 1);
}

/** Bytes from which a stretch with zeros between is text. */
const STRETCH_MIN = 8;

/** A stretch ends where no zero byte comes for five bytes, or where only zeros come. */
function wideEnd(bytes: Uint8Array, start: number): number {
  let [last, zeros] = [start, 0];
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === 0) {
      zeros++;
      if (zeros > 3) return at;
      last = at;
    } else {
      zeros = 0;
      if (at - last > 4) return last + 2 > bytes.length ? bytes.length : Math.min(bytes.length, last + 2);
    }
  }
  return bytes.length;
}
