// Streams in which a text written as sums or differences of its neighbours repeats itself as the text did: running XOR, running
// sum, and the two undone. For binary data. Not what is looked for in them.

/** Four streams of `bytes`: neighbours by XOR, by difference, all so far by XOR, by sum. */
export function runningStreams(bytes: Uint8Array): readonly Uint8Array[] {
  const streams = [
    (before: number, byte: number) => before ^ byte,
    (before: number, byte: number) => byte - before,
  ].map((undo) => bytes.map((byte, at) => undo(at === 0 ? 0 : (bytes[at - 1] as number), byte)));
  let xor = 0;
  let sum = 0;
  const xors = bytes.map((byte) => (xor ^= byte));
  const sums = bytes.map((byte) => (sum = (sum + byte) & 255));
  return [...streams, xors, sums];
}
