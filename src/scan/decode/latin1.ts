// Bytes as text of one character a byte, and back. Not for UTF-8.

/** `bytes` as Latin-1: an offset in the text is an offset in the bytes. */
export function latin1Of(bytes: Uint8Array): string {
  // The decoder that the web calls "latin1" is Windows-1252, which differs in 0x80 to 0x9f (Encoding Standard, 4.2).
  return hasC1(bytes) ? WIDE.decode(new Uint16Array(bytes)) : DECODER.decode(bytes);
}

const DECODER = new TextDecoder("latin1");

/** Each byte widened to two is the character of that number; none is a byte order mark or half of a pair. */
const WIDE = new TextDecoder(isLittleEndian() ? "utf-16le" : "utf-16be");

function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}

function hasC1(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (((bytes[at] ?? 0) & 0xe0) === 0x80) return true;
  return false;
}
