// Bytes as text of one character a byte, and back. Not for UTF-8.

/** `bytes` as Latin-1: an offset in the text is an offset in the bytes. */
export function latin1Of(bytes: Uint8Array): string {
  // The decoder that the web calls "latin1" is Windows-1252, which differs in 0x80 to 0x9f (Encoding Standard, 4.2).
  if (!hasC1(bytes)) return DECODER.decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += pieceOf(bytes.subarray(at, at + PIECE));
  return text;
}

/** The bytes of a text whose characters are all below 256. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Characters made by one call: as many arguments as every engine takes. */
const PIECE = 8192;

const DECODER = new TextDecoder("latin1");

function pieceOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function hasC1(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80 && byte < 0xa0) return true;
  return false;
}
