// Base64 of a few hundred characters to text: for tokens that must hold readable JSON or `user:password`. Not the decoder of
// views: it knows one short value, both alphabets, and answers null to everything else.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < ALPHABET.length; value += 1) VALUES[ALPHABET.charCodeAt(value)] = value;
VALUES[45] = 62;
VALUES[95] = 63;

/** RFC 4648, sections 4 and 5, padding optional; Latin-1 text. null: another character, or a length that no base64 has. */
export function base64Text(encoded: string): string | null {
  const body = encoded.replace(/={1,2}$/, "");
  if (body.length % 4 === 1) return null;
  let text = "";
  let bits = 0;
  let held = 0;
  for (let at = 0; at < body.length; at += 1) {
    const value = VALUES[body.charCodeAt(at)] ?? -1;
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    text += String.fromCharCode((held >> bits) & 255);
  }
  return text;
}
