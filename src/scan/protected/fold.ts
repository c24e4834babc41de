// The folded stream: which symbol each byte counts as. Case, leet spelling and everything between letters and digits are
// gone. Not a decoder.

/** What a byte that is no letter or digit folds to. */
export const NO_SYMBOL = 255;

/** Bits of one folded symbol: 28 classes. */
export const SYMBOL_BITS = 5;

/**
 * Letters and digits that leet spelling exchanges, as classes of equal symbols (0 o, 1 i l, 3 e, 4 a, 5 s, 7 t, 8 b, 9 g):
 * the usual table of https://en.wikipedia.org/wiki/Leet without its rare signs.
 */
const LEET: readonly (readonly [string, string])[] = [
  ["0", "o"],
  ["1", "i"],
  ["l", "i"],
  ["3", "e"],
  ["4", "a"],
  ["5", "s"],
  ["7", "t"],
  ["8", "b"],
  ["9", "g"],
];

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Of each byte its folded symbol (0 to 27), or `NO_SYMBOL`. */
export const FOLDED: Uint8Array = foldTable();

/** Of each byte its letter (a 0 to z 25) whatever its case, or `NO_SYMBOL`. */
export const LETTER: Uint8Array = letterTable();

/** Of each byte the lower-case byte, ASCII only. */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 65 && byte <= 90 ? byte + 32 : byte,
);

/** Of each byte 1 where it continues a token: letters, digits and every byte of a multi-byte character. */
export const IN_TOKEN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 || FOLDED[byte] !== NO_SYMBOL ? 1 : 0,
);

/**
 * The folded symbols of `bytes`, one byte each.
 *
 * @example folded(latin1("A-b")) // [0, 1]
 */
export function folded(bytes: Uint8Array): Uint8Array {
  const symbols = new Uint8Array(bytes.length);
  let length = 0;
  for (const byte of bytes) {
    symbols[length] = FOLDED[byte] as number;
    if (symbols[length] !== NO_SYMBOL) length += 1;
  }
  return symbols.slice(0, length);
}

/** One byte a character; what is above 0xff loses its upper bits, so for ASCII and Latin-1 only. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function foldTable(): Uint8Array {
  const table = new Uint8Array(256).fill(NO_SYMBOL);
  const same = new Map(LEET);
  const symbols = ALPHABET.split("").filter((each) => !same.has(each));
  for (const each of ALPHABET) {
    const symbol = symbols.indexOf(same.get(each) ?? each);
    table[each.charCodeAt(0)] = symbol;
    table[each.toUpperCase().charCodeAt(0)] = symbol;
  }
  return table;
}

function letterTable(): Uint8Array {
  const table = new Uint8Array(256).fill(NO_SYMBOL);
  for (let letter = 0; letter < 26; letter += 1) {
    table[65 + letter] = letter;
    table[97 + letter] = letter;
  }
  return table;
}
