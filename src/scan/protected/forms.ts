// The texts under which a value is looked for besides itself: rot13, base64 at its three offsets, base32, hexadecimal, and
// the orders of transpositions.ts. As folded symbols. Not a search.
import { FOLDED, folded, LOWER, latin1, NO_SYMBOL } from "./fold.ts";
import { inOrder, ordersOf } from "./transpositions.ts";

const BASE64 = latin1("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const BASE32 = latin1("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
const HEX = latin1("0123456789abcdef");

/** Bytes up to which a value is looked for in other orders and encodings; of longer ones the first ones are. */
const FORM_BYTES_MAX = 4096;

/** The folded symbols of `value` as given: always the first of its forms. */
export function plainForm(value: Uint8Array): Uint8Array {
  return folded(value);
}

/** The folded symbols of the other forms of `value`, without empty ones. Reading backwards is no form: see ./grams.ts. */
export function otherForms(value: Uint8Array): readonly Uint8Array[] {
  const part = value.subarray(0, FORM_BYTES_MAX);
  const plain = folded(part);
  const encoded = [
    rot13(part),
    ...[0, 1, 2].map((offset) => base64At(part, offset)),
    inDigits(part, BASE32, 5),
    inDigits(part, HEX, 4),
  ].map(folded);
  return [...encoded, ...transposed(part, plain)].filter((form) => form.length > 0);
}

/** Orders of the bytes as given, and of the folded symbols where that differs: what stands between moves too. */
function transposed(part: Uint8Array, plain: Uint8Array): readonly Uint8Array[] {
  const ofBytes = ordersOf(part.length).map((order) => folded(inOrder(part, order)));
  if (part.length === plain.length) return ofBytes;
  return [...ofBytes, ...ordersOf(plain.length).map((order) => inOrder(plain, order))];
}

function rot13(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => {
    const lower = LOWER[byte] as number;
    if (lower < 97 || lower > 122 || FOLDED[byte] === NO_SYMBOL) return byte;
    return ((lower - 97 + 13) % 26) + 97;
  });
}

/** The base64 digits that `bytes` alone decide when they start `offset` bytes after a border of three. RFC 4648, section 4. */
function base64At(bytes: Uint8Array, offset: number): Uint8Array {
  const padded = new Uint8Array(bytes.length + offset);
  padded.set(bytes, offset);
  const digits = inDigits(padded, BASE64, 6);
  return digits.subarray(Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6));
}

/** `bytes` as one number of digits of `width` bits, most significant first; a last part of a digit is filled with zeros. */
function inDigits(bytes: Uint8Array, alphabet: Uint8Array, width: number): Uint8Array {
  const digits = new Uint8Array(Math.ceil((bytes.length * 8) / width));
  let held = 0;
  let count = 0;
  let at = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    count += 8;
    for (; count >= width; count -= width, at += 1)
      digits[at] = alphabet[(held >>> (count - width)) & (2 ** width - 1)] as number;
  }
  if (count > 0) digits[at] = alphabet[(held << (width - count)) & (2 ** width - 1)] as number;
  return digits;
}
