// Streams in which a text written as sums or differences of its neighbours repeats itself as the text did: running XOR, running
// sum, and the two undone. For binary data. Not what is looked for in them.

/** Four streams of `bytes`: neighbours by XOR, by difference, all so far by XOR, by sum. */
export function runningStreams(bytes: Uint8Array): readonly Uint8Array[] {
  const { length } = bytes;
  const all = new Uint8Array(4 * length);
  let [before, xor, sum] = [0, 0, 0];
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[at] as number;
    xor ^= byte;
    sum = (sum + byte) & 255;
    all[at] = before ^ byte;
    all[length + at] = byte - before;
    all[2 * length + at] = xor;
    all[3 * length + at] = sum;
    before = byte;
  }
  return [0, 1, 2, 3].map((stream) => all.subarray(stream * length, (stream + 1) * length));
}
