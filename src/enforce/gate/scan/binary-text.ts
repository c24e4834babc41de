// Long binary data, such as a packed upload, taken apart for the scan: as it is for values known beforehand and for what is
// compressed in it, and its readable stretches for every decoding. Decoders of text make thousands of readings of chance of it.

/** Bytes from which data is taken apart. */
const LONG: number = 64 * 1024;

/** Bytes that are looked at, evenly spread, to tell text from binary data. */
const SAMPLE = 4096;

/** The share of control bytes in the sample from which data is binary: text has none but tabs and line ends. */
const BINARY_SHARE = 0.02;

/** Whether `bytes` is long binary data. UTF-8 in any script is text. */
export function isLongBinary(bytes: Uint8Array): boolean {
  if (bytes.length < LONG) return false;
  const step = bytes.length / SAMPLE;
  let odd = 0;
  for (let at = 0; at < SAMPLE; at++) if (CONTROL[bytes[Math.floor(at * step)] ?? 0] === 1) odd += 1;
  return odd > SAMPLE * BINARY_SHARE;
}

const CONTROL: Uint8Array = new Uint8Array(256)
  .fill(1, 0, 0x20)
  .fill(0, 0x09, 0x0b)
  .fill(0, 0x0d, 0x0e)
  .fill(1, 0x7f, 0x80);

/** Readable characters in a row from which they may hold an encoded value: six bytes in base64. */
const STRETCH_MIN = 8;

/** The readable stretches of `bytes`, each on a line. */
export function readableStretches(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 1);
  let [length, start] = [0, 0];
  for (let at = 0; at <= bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x1f && byte < 0x7f) continue;
    if (at - start >= STRETCH_MIN) {
      out.set(bytes.subarray(start, at), length);
      length += at - start;
      out[length++] = 0x0a;
    }
    start = at + 1;
  }
  return out.subarray(0, length);
}
