// What of a decoded run becomes part of a view: all of it where it is text or a known format, else its readable stretches.
import { explains, hasText, isText, READABLE_MIN, startsFormat } from "./readable.ts";
import type { ViewWriter } from "./view-writer.ts";

/**
 * Adds what `decoded` (read from [start, end) of the input) holds. `guess`: the alphabet or the first character was guessed,
 * so only text that chance does not make counts, and nothing is explained. True when something was added.
 */
export function writeRun(
  writer: ViewWriter,
  decoded: Uint8Array,
  { start, end, guess = false }: { readonly start: number; readonly end: number; readonly guess?: boolean },
): boolean {
  if (isWhole(decoded)) {
    if (guess && decoded.length < GUESS_MIN) return false;
    writer.gap(start);
    writer.put(decoded, start, end);
    writer.note("whole");
    if (!guess && (!isText(decoded) || explains(decoded))) writer.explain(start, end);
    return true;
  }
  return writeStretches(writer, decoded, { start, end, min: guess ? GUESS_MIN : READABLE_MIN });
}

/** Readable bytes in a row that a wrong guess makes once in some thousand places: 0.38^9. */
const GUESS_MIN = 9;

/** Text, a known format, or text of two bytes a character: all of it is what was encoded. */
export function isWhole(decoded: Uint8Array): boolean {
  return isText(decoded) || startsFormat(decoded) || isWide(decoded);
}

/** Text of two or four bytes a character: most of every second byte is 0, and the others are text. */
export function isWide(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const zeros = [0, 0];
  let plain = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1;
    else if (isPlain(bytes[at] ?? 0)) plain++;
  }
  const others = bytes.length - (zeros[0] ?? 0) - (zeros[1] ?? 0);
  return Math.max(...zeros) >= 0.4 * bytes.length && others >= 4 && plain >= 0.8 * others;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function writeStretches(
  writer: ViewWriter,
  decoded: Uint8Array,
  { start, end, min }: Range & { readonly min: number },
): boolean {
  if (!hasText(decoded)) return false;
  let written = false;
  writer.note("part");
  const ratio = (end - start) / decoded.length;
  let from = 0;
  for (let at = 0; at <= decoded.length; at++) {
    const byte = decoded[at] ?? 0;
    if (at < decoded.length && byte >= 0x20 && byte < 0x7f) continue;
    if (at - from >= Math.min(min, decoded.length)) {
      const place = start + Math.floor(from * ratio);
      writer.gap(place);
      writer.put(decoded.subarray(from, at), place, Math.min(end, start + Math.ceil(at * ratio)));
      written = true;
    }
    from = at + 1;
  }
  return written;
}

/** Bytes for which masks are tried; of fewer, chance makes text with one of 255 masks. */
const MASK_MIN = 12;
const MASK_MAX = 4096;
/** Readings of one run below a mask: the right one may not be the one with most letters. */
const MASKS_MAX = 8;

/**
 * The same bytes below a mask of one byte, or moved by a constant, where all of them become readable: each with its bytes. A
 * trivial cipher; only a value that is known can be told apart in it.
 */
export function unmasked(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length < MASK_MIN || bytes.length > MASK_MAX || !isVaried(bytes)) return [];
  const readings: { readonly plain: Uint8Array; readonly letters: number }[] = [];
  const add = (plain: Uint8Array): void => {
    readings.push({ plain, letters: plain.filter(isLetter).length });
  };
  for (let mask = 1; mask < 256; mask++) {
    let at = 0;
    while (at < bytes.length && isPlain((bytes[at] ?? 0) ^ mask)) at++;
    if (at === bytes.length) add(bytes.map((byte) => byte ^ mask));
    at = 0;
    while (at < bytes.length && isPlain(((bytes[at] ?? 0) + mask) & 255)) at++;
    if (at === bytes.length) add(bytes.map((byte) => (byte + mask) & 255));
  }
  const best = readings.sort((a, b) => b.letters - a.letters).slice(0, MASKS_MAX);
  return best.map(({ plain }) => plain);
}

function isLetter(byte: number): boolean {
  return (byte >= 0x30 && byte < 0x3a) || (byte >= 0x41 && byte < 0x5b) || (byte >= 0x61 && byte < 0x7b);
}

/** Different bytes that a value has: of a few that repeat, many masks make text. */
const VARIED_MIN = 8;

/** Whether a mask that makes text of the bytes says anything. */
export function isVaried(bytes: Uint8Array): boolean {
  const seen = new Uint8Array(256);
  let kinds = 0;
  for (let at = 0; at < bytes.length && kinds < VARIED_MIN; at++) {
    const byte = bytes[at] ?? 0;
    if (seen[byte] === 0) kinds++;
    seen[byte] = 1;
  }
  return kinds >= VARIED_MIN;
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}
