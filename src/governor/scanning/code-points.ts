// From offsets of UTF-8 bytes to offsets of Unicode code points. Pure.

/**
 * How many code points begin before each of `offsets` (bytes of `utf8`, in any order). An offset inside a character counts
 * as before it, with `round` "up" as behind it. An offset beyond the end counts as the end.
 *
 * @example codePointsAt(Buffer.from("aé🙂"), [3]).get(3) === 2
 */
export function codePointsAt(
  utf8: Uint8Array,
  offsets: readonly number[],
  round: "down" | "up" = "down",
): ReadonlyMap<number, number> {
  const counted = new Map<number, number>();
  let at = 0;
  let points = 0;
  for (const offset of [...new Set(offsets)].toSorted((a, b) => a - b)) {
    const end = Math.min(offset, utf8.length);
    for (; at < end; at += 1) if (begins(utf8[at])) points += 1;
    const isInside = end < utf8.length && !begins(utf8[end]);
    counted.set(offset, isInside && round === "down" ? points - 1 : points);
  }
  return counted;
}

/** Every byte but 10xxxxxx begins a character (RFC 3629 section 3). */
function begins(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) !== 0x80;
}
