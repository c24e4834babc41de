// Where a picture ends that starts at a place: formats whose structure is checked, so that they explain their bytes. What may be
// hidden in the pixels of a picture is for the novelty budget.

/** The end of the picture that starts at `at`; `at`: none does. */
export function pictureEnd(bytes: Uint8Array, at: number): number {
  if (matches(bytes, at, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return pngEnd(bytes, at);
  if (matches(bytes, at, [0xff, 0xd8, 0xff])) return markEnd(bytes, at, [0xff, 0xd9]);
  if (matches(bytes, at, [0x47, 0x49, 0x46, 0x38])) return markEnd(bytes, at, [0x00, 0x3b]);
  if (matches(bytes, at, [0x52, 0x49, 0x46, 0x46]) && matches(bytes, at + 8, [0x57, 0x45, 0x42, 0x50])) {
    return Math.min(bytes.length, at + 8 + little(bytes, at + 4));
  }
  return at;
}

/** Chunks of a length, a name of four letters and a sum, to the last one (PNG third edition, 5.3). */
function pngEnd(bytes: Uint8Array, start: number): number {
  let at = start + 8;
  while (at + 12 <= bytes.length) {
    const length = big(bytes, at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(name)) return at;
    at += 12 + length;
    if (name === "IEND") return Math.min(bytes.length, at);
  }
  // Cut short: the rest of a chunk that has begun.
  return bytes.length;
}

function markEnd(bytes: Uint8Array, start: number, mark: readonly [number, number]): number {
  for (let at = bytes.length - 2; at > start; at--) {
    if (bytes[at] === mark[0] && bytes[at + 1] === mark[1]) return at + 2;
  }
  return bytes.length;
}

function matches(bytes: Uint8Array, at: number, magic: readonly number[]): boolean {
  return magic.every((byte, place) => bytes[at + place] === byte);
}

function big(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) * 0x1000000 +
    (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))
  );
}

function little(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at + 3] ?? 0) * 0x1000000 +
    (((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at] ?? 0))
  );
}
