// How much a sequence of symbols can say. Not for text, of which the model knows more.

/**
 * Bits of a sequence by the chance of each symbol after the one before it, counted in the sequence itself with one seen of
 * each: a pattern that repeats has nearly none, throws of a coin have one each.
 */
export function sequenceBits(symbols: readonly (string | number)[]): number {
  const pairs = new Map<string, number>();
  const singles = new Map<string | number, number>();
  const kinds = new Set(symbols).size;
  let bits = 0;
  let before: string | number = "";
  for (const symbol of symbols) {
    const pair = `${before}\n${symbol}`;
    const [seen, total] = [pairs.get(pair) ?? 0, singles.get(before) ?? 0];
    // Learns as it goes (Krichevsky and Trofimov's estimate): a repeated pattern becomes cheap after a few rounds.
    bits -= Math.log2((seen + 0.5) / (total + kinds / 2));
    pairs.set(pair, seen + 1);
    singles.set(before, total + 1);
    before = symbol;
  }
  return bits;
}
