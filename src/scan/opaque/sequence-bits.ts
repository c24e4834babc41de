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

/** What a symbol that never came after the one before counts as, of one that did. */
const NEW = 0.25;

/**
 * Bits of the choices in a sequence: of each symbol after the one before it among those that came there. That a symbol comes
 * at all says nothing here, and what is repeated says next to nothing the second time.
 */
export function choiceBits(symbols: readonly string[]): number {
  const after = new Map<string, Map<string, number>>();
  const kinds = new Set<string>();
  let bits = 0;
  let before = "";
  for (const symbol of symbols) {
    const seen = after.get(before) ?? new Map<string, number>();
    after.set(before, seen);
    let total = 0;
    for (const times of seen.values()) total += times;
    const all = total + NEW * seen.size + NEW;
    const times = seen.get(symbol) ?? 0;
    if (times > 0) bits -= Math.log2(times / all);
    else if (kinds.has(symbol) && total > 0) bits -= Math.log2(NEW / all);
    kinds.add(symbol);
    seen.set(symbol, times + 1);
    before = symbol;
  }
  return bits;
}
