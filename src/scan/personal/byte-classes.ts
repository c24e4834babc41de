// What each byte can be to a finder of personal data: dense tables over the 256 bytes.

export const DIGIT = 1;
export const LETTER = 2;
/** `@`, `:`, `=`, `-`, `.`: places where something may begin that has no digit. */
export const MARK = 4;
export const HEX = 8;
/** May stand in an e-mail's local part without quotes (RFC 5322 atext and the dot), or in UTF-8. */
export const LOCAL = 16;
/** May stand in a key's name. */
export const NAMED = 32;
/** Quotes, escapes and spaces that open a value. */
export const OPENING = 64;
/** Quotes, escapes and spaces after a key's name. */
export const CLOSING = 128;

/** The classes of a byte, or'ed. */
export const CLASSES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  let classes = 0;
  if (/[0-9]/.test(character)) classes |= DIGIT;
  if (/[A-Za-z]/.test(character)) classes |= LETTER;
  if (/[@:=.-]/.test(character)) classes |= MARK;
  if (/[0-9A-Fa-f]/.test(character)) classes |= HEX;
  if (/[\w!#$%&'*+\-^`{|}~.\x80-\xff]/.test(character)) classes |= LOCAL;
  if (/[\w.\-\x80-\xff]/.test(character)) classes |= NAMED;
  if (/[ \t"'\\`(\n\r]/.test(character)) classes |= OPENING;
  if (/[ "'\\`\]]/.test(character)) classes |= CLOSING;
  return classes;
});

/** The classes at an offset; outside of the bytes none. */
export function classAt(bytes: Uint8Array, at: number): number {
  return CLASSES[bytes[at] ?? 0] ?? 0;
}

/** True of an ASCII letter or digit. */
export function isAlnum(bytes: Uint8Array, at: number): boolean {
  return (classAt(bytes, at) & (DIGIT | LETTER)) !== 0;
}
