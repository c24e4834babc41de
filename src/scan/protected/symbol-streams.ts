// The streams of symbols in a view that a substitution may have written: words, numbers and signs between separators, code
// points, groups of equally many characters. Not what is looked for in them (isomorph-scan.ts).

import type { Span } from "../view.ts";
import { FOLDED, IN_TOKEN, NO_SYMBOL } from "./fold.ts";
import type { SymbolStream } from "./isomorph-scan.ts";

/** Maximal runs of letters, digits and bytes of multi-byte characters: words, numbers, single signs between separators. */
export function tokenStream(bytes: Uint8Array): SymbolStream {
  return splitStream(bytes, (byte) => IN_TOKEN[byte] === 1);
}

/** Maximal runs without white space, commas and quotes: signs such as `.-`, `:smile:`, `+3`. */
export function wordStream(bytes: Uint8Array): SymbolStream {
  return splitStream(bytes, (byte) => byte > 32 && byte !== 44 && byte !== 34 && byte !== 39);
}

/** The first byte of each symbol of `stream`: acrostics. */
export function initialStream(bytes: Uint8Array, stream: SymbolStream): SymbolStream {
  const symbols = new Uint8Array(stream.length);
  const { starts } = stream;
  for (let at = 0; at < stream.length; at += 1)
    symbols[at] = bytes[starts === null ? at : (starts[at] as number)] as number;
  return { ...stream, symbols };
}

/** Letters and digits alone, as bytes: whatever separators stand between them. */
export function packedStream(bytes: Uint8Array): SymbolStream {
  const symbols = new Uint8Array(bytes.length);
  const starts = new Uint32Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    symbols[length] = byte;
    starts[length] = at;
    // What is no letter or digit is overwritten by the next one.
    if (FOLDED[byte] !== NO_SYMBOL) length += 1;
  }
  return { symbols, starts, length, width: 1 };
}

/** Every `width`th byte of a span, from the `phase`th: whatever stands between. */
export function strideStream(
  bytes: Uint8Array,
  { start, end }: Span,
  width: number,
  phase: number,
): SymbolStream {
  const length = Math.max(0, Math.ceil((end - start - phase) / width));
  const symbols = new Uint8Array(length);
  const starts = new Uint32Array(length);
  for (let each = 0, at = start + phase; each < length; each += 1, at += width) {
    symbols[each] = bytes[at] as number;
    starts[each] = at;
  }
  return { symbols, starts, length, width: 1 };
}

/** The multi-byte characters of UTF-8 text, one symbol each; all ASCII is passed over, so that it may stand between. */
export function codePointStream(bytes: Uint8Array): SymbolStream {
  const symbols = new Uint32Array(bytes.length);
  const starts = new Uint32Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte < 128) continue;
    if (byte >= 192) {
      symbols[length] = byte;
      starts[length] = at;
      length += 1;
    } else if (length > 0) symbols[length - 1] = Math.imul(symbols[length - 1] as number, 64) + byte;
  }
  return { symbols, starts, length, width: 1 };
}

/** Every `width` bytes of a span, from the `phase`th, as one symbol. */
export function groupStream(
  bytes: Uint8Array,
  { start, end }: Span,
  width: number,
  phase: number,
): SymbolStream {
  const from = start + phase;
  const length = Math.max(0, Math.floor((end - from) / width));
  const symbols = new Uint32Array(length);
  const starts = new Uint32Array(length);
  for (let group = 0, at = from; group < length; group += 1) {
    starts[group] = at;
    let symbol = 0;
    for (const stop = at + width; at < stop; at += 1)
      symbol = (Math.imul(symbol, 251) + (bytes[at] as number)) | 0;
    symbols[group] = symbol;
  }
  return { symbols, starts, length, width };
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

function splitStream(bytes: Uint8Array, inside: (byte: number) => boolean): SymbolStream {
  const symbols = new Uint32Array((bytes.length >>> 1) + 1);
  const starts = new Uint32Array(symbols.length);
  let length = 0;
  let open = false;
  let symbol = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (!inside(byte)) {
      if (open) symbols[length - 1] = symbol;
      open = false;
      continue;
    }
    if (!open) {
      starts[length] = at;
      length += 1;
      symbol = 0;
    }
    open = true;
    symbol = (Math.imul(symbol, 16_777_619) ^ (byte + 1)) | 0;
    symbol ^= symbol >>> 15;
  }
  if (open) symbols[length - 1] = symbol;
  return { symbols, starts, length, width: 1 };
}
