// Whether decoded bytes are text: what tells a right guess of an encoding from a wrong one. Not for what the text says.

/** Readable bytes in a row from which a decoded run may hold a value: one byte in three of chance is readable. */
export const READABLE_MIN = 6;

/** The share of readable bytes from which a whole run is explained by its decoding: chance gives three in eight. */
const TEXT_SHARE = 0.92;

/** The longest stretch of ASCII that text is made of. */
export function longestReadable(bytes: Uint8Array): number {
  let longest = 0;
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (READABLE[bytes[at] ?? 0] === 1) continue;
    if (at - start > longest) longest = at - start;
    start = at + 1;
  }
  return Math.max(longest, bytes.length - start);
}

/** Whether bytes may hold text: a readable stretch, or all of the little there is. */
export function hasText(bytes: Uint8Array): boolean {
  return bytes.length >= 3 && longestReadable(bytes) >= Math.min(READABLE_MIN, bytes.length);
}

/** Whether nearly all of it is text: ASCII, or UTF-8 that is valid. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.length < 3) return false;
  // The first bytes say so of nearly all that is none.
  let misses = bytes.length - TEXT_SHARE * bytes.length;
  for (let at = 0; at < bytes.length; at++) {
    if (READABLE[bytes[at] ?? 0] === 1) continue;
    const length = sequenceAt(bytes, at);
    if (length > 1) at += length - 1;
    else if (--misses < 0) return false;
  }
  return true;
}

/** Bytes of text from which a decoding explains its run: chance makes as many once in some ten thousand runs. */
const EXPLAINED_MIN = 8;

/** Whether text is as text is that somebody wrote: letters and digits, for the most part, and more than a few. */
export function explains(bytes: Uint8Array): boolean {
  if (bytes.length < EXPLAINED_MIN) return false;
  let letters = 0;
  for (const byte of bytes) {
    const lower = byte | 0x20;
    if (byte >= 0x80 || (byte >= 0x30 && byte < 0x3a) || (lower >= 0x61 && lower <= 0x7a) || byte === 0x20)
      letters++;
  }
  return letters >= 0.6 * bytes.length;
}

/** Bytes of the UTF-8 sequence of two to four bytes at `at` (RFC 3629 section 4); 0: none. */
export function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  for (let next = 1; next < length; next++) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  // Overlong forms, surrogates, beyond the last code point.
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  return first === 0xf4 && second > 0x8f ? 0 : length;
}

/** A bounded look at the beginning: whether the bytes are of a format that has a magic number and is no text. */
export function startsFormat(bytes: Uint8Array): boolean {
  if (FIRST_OF_MAGIC[bytes[0] ?? 0] === 0) return false;
  // Two bytes are soon there by chance: of a short run they say nothing.
  return MAGIC.some(
    (magic) => bytes.length >= 16 / (magic.length - 1) && magic.every((byte, at) => bytes[at] === byte),
  );
}

/** Formats that something else in this room reads or judges: compression, pictures, archives, documents. */
const MAGIC: readonly (readonly number[])[] = [
  [0x1f, 0x8b, 0x08],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0x78, 0x9c],
  [0x78, 0xda],
  [0x78, 0x01],
  [0x78, 0x5e],
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a],
  [0xff, 0xd8, 0xff],
  [0x47, 0x49, 0x46, 0x38],
  [0x52, 0x49, 0x46, 0x46],
];

const FIRST_OF_MAGIC: Uint8Array = new Uint8Array(256);
for (const [first] of MAGIC) FIRST_OF_MAGIC[first ?? 0] = 1;

const READABLE: Uint8Array = new Uint8Array(256).fill(1, 0x20, 0x7f).fill(1, 0x09, 0x0b).fill(1, 0x0d, 0x0e);
