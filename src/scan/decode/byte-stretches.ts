// Where a view has enough bytes of one kind in a row, found by looking at every n-th byte. Not a decoder.

/** Kinds of bytes, as bits. Hexadecimal digits and what may stand between two pairs of them. */
export const HEXISH = 1;
/** The letters `a` and `b`, with what stands between them where they are bits. */
export const TWO_LETTERS = 2;
/** Points and dashes, with what stands between them where they are bits. */
export const TWO_SIGNS = 4;
/** Spaces and tabs. */
export const BLANK = 8;
/** The signs of Morse and what stands between them. */
export const MORSE_SIGN = 16;
/** What a line of uuencode has: from space to grave accent. */
export const UU_SIGN = 32;
/** Nought and one, with what stands between them. */
export const BINARY = 64;
/** Decimal digits. */
export const DECIMAL = 128;

/** No stretch: most views have none of most kinds. */
const NONE: readonly number[] = [];

/**
 * Start and end of each longest stretch of at least `least` bytes that are of `kind`, in order, one after the other. Looks at
 * one byte in `least` where there is none.
 *
 * @example stretchesOf(bytes, DECIMAL, 12) // [4, 20] of `"id":1234567890123456,`
 */
export function stretchesOf(bytes: Uint8Array, kind: number, least: number): readonly number[] {
  let found: number[] | null = null;
  let floor = 0;
  let at = least - 1;
  while (at < bytes.length) {
    if (((KINDS[bytes[at] ?? 0] ?? 0) & kind) === 0) {
      at += least;
      continue;
    }
    let start = at;
    while (start > floor && ((KINDS[bytes[start - 1] ?? 0] ?? 0) & kind) !== 0) start--;
    let end = at + 1;
    while (end < bytes.length && ((KINDS[bytes[end] ?? 0] ?? 0) & kind) !== 0) end++;
    if (end - start >= least) {
      found ??= [];
      found.push(start, end);
    }
    floor = end;
    at = end + least;
  }
  return found ?? NONE;
}

const KINDS: Uint8Array = kinds();

function kinds(): Uint8Array {
  const table = new Uint8Array(256);
  const add = (kind: number, letters: string): void => {
    for (const letter of letters) table[letter.charCodeAt(0)] = (table[letter.charCodeAt(0)] ?? 0) | kind;
  };
  add(HEXISH, "0123456789abcdefABCDEFxXhH:,;-_.|/\\ \t\r\n\"'#%$&+{}[]()<>");
  add(TWO_LETTERS, "abAB \n,");
  add(TWO_SIGNS, ".- \n/|");
  add(BLANK, " \t");
  add(MORSE_SIGN, ".-_ /|\t\r\n");
  for (let byte = 0x20; byte <= 0x60; byte++) add(UU_SIGN, String.fromCharCode(byte));
  add(BINARY, "01 \t\r\n,_|-");
  add(DECIMAL, "0123456789");
  return table;
}
