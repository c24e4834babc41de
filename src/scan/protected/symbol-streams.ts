// The streams of symbols in a view that a substitution may have written: letters, code points, groups of equally many
// characters. Not words (word-streams.ts), nor what is looked for in them (isomorph-scan.ts).

import type { Span } from "../view.ts";
import { PART } from "./first-look.ts";
import { FOLDED, NO_SYMBOL } from "./fold.ts";
import type { SymbolStream } from "./isomorph-scan.ts";

/** Room for the streams of one part. */
const BYTES = new Uint8Array(PART);
const WORDS = new Uint32Array(PART);
const STARTS = new Uint32Array(PART);

/** Letters and digits alone, as bytes: whatever separators stand between them. Of at most `PART` bytes; valid until the next call. */
export function packedStream(bytes: Uint8Array): SymbolStream {
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    BYTES[length] = byte;
    STARTS[length] = at;
    // What is no letter or digit is overwritten by the next one.
    if (FOLDED[byte] !== NO_SYMBOL) length += 1;
  }
  return { symbols: BYTES, first: 0, step: 1, starts: STARTS, length, width: 1 };
}

/**
 * The multi-byte characters of UTF-8 text, one symbol each; all ASCII is passed over, so that it may stand between. Of at most
 * `PART` bytes; valid until the next call.
 */
export function codePointStream(bytes: Uint8Array): SymbolStream {
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte < 128) continue;
    if (byte >= 192) {
      WORDS[length] = byte;
      STARTS[length] = at;
      length += 1;
    } else if (length > 0) WORDS[length - 1] = Math.imul(WORDS[length - 1] as number, 64) + byte;
  }
  return { symbols: WORDS, first: 0, step: 1, starts: STARTS, length, width: 1 };
}

/** The widest group, in bytes: eight binary digits. */
const WIDTH_MAX = 8;

/** Bytes of a span up to which every 2nd to 8th byte alone is a stream too, whatever stands between. */
const STRIDED_MAX = 2048;

/**
 * The streams of a span of at most `PART` bytes in groups of 2 to 8 bytes and of every 2nd to 8th byte, from each phase, that have at least `min`
 * symbols. A stream is to be read before the next one is asked for: they share their memory.
 */
export function* groupStreams(bytes: Uint8Array, { start, end }: Span, min: number): Generator<SymbolStream> {
  const length = end - start;
  const groups = WORDS;
  groups.set(bytes.subarray(start, end));
  for (let width = 2; width <= WIDTH_MAX && width * min <= length + width; width += 1) {
    // INVARIANT: a symbol stands for the `width` bytes from its place.
    for (let at = 0; at + width <= length; at += 1)
      groups[at] = (Math.imul(groups[at] as number, 251) + (bytes[start + at + width - 1] as number)) | 0;
    for (let phase = 0; phase < width; phase += 1) {
      const count = Math.floor((length - phase) / width);
      const place = { first: phase, step: width, starts: null };
      if (count >= min) yield { symbols: groups, ...place, length: count, width };
      if (length > STRIDED_MAX) continue;
      const strided = Math.ceil((length - phase) / width);
      if (strided >= min) yield { symbols: bytes.subarray(start, end), ...place, length: strided, width: 1 };
    }
  }
}

/** The spans without white space of at least `min` bytes. */
export function longRuns(bytes: Uint8Array, min: number): readonly Span[] {
  const runs: Span[] = [];
  for (let at = 0, start = 0; at <= bytes.length; at += 1) {
    if (at < bytes.length && (bytes[at] as number) > 32) continue;
    if (at - start >= min) runs.push({ start, end: at });
    start = at + 1;
  }
  return runs;
}
