// The orders in which the symbols of a value may be written: columns, rails, blocks. Pure lists of places. Reversal needs no
// entry here: windows are hashed alike in both directions.

/** Places of the original, in the order they are written. */
export type Order = readonly number[];

/**
 * The orders other than the original that are looked for in `length` symbols: columns of 2 to 5 read one after the other,
 * rail fences of 3 and 4 (of 2 it is columns of 2), blocks of 2 to 8 in reverse order (with reversal also blocks that are
 * each reversed).
 */
export function ordersOf(length: number): readonly Order[] {
  const known = KNOWN.get(length);
  if (known !== undefined) return known;
  const orders = [
    ...[2, 3, 4, 5].map((columns) => columnOrder(length, columns)),
    ...[3, 4].map((rails) => railOrder(length, rails)),
    ...[2, 3, 4, 5, 6, 7, 8].map((block) => blockOrder(length, block)),
  ];
  if (length <= KNOWN_MAX) KNOWN.set(length, orders);
  return orders;
}

/** Orders of short values, which are many, are made once for each length. */
const KNOWN = new Map<number, readonly Order[]>();
const KNOWN_MAX = 128;

export function columnOrder(length: number, columns: number): Order {
  const order: number[] = [];
  for (let column = 0; column < columns; column += 1)
    for (let at = column; at < length; at += columns) order.push(at);
  return order;
}

export function railOrder(length: number, rails: number): Order {
  const period = 2 * (rails - 1);
  const order: number[] = [];
  for (let rail = 0; rail < rails; rail += 1)
    for (let at = 0; at < length; at += 1) {
      const phase = at % period;
      if (Math.min(phase, period - phase) === rail) order.push(at);
    }
  return order;
}

export function blockOrder(length: number, block: number): Order {
  const order: number[] = [];
  for (let start = Math.floor((length - 1) / block) * block; start >= 0; start -= block)
    for (let at = start; at < Math.min(length, start + block); at += 1) order.push(at);
  return order;
}

/** The symbols of `symbols` in `order`. */
export function inOrder(symbols: Uint8Array, order: Order): Uint8Array {
  const ordered = new Uint8Array(order.length);
  for (let at = 0; at < order.length; at += 1) ordered[at] = symbols[order[at] as number] ?? 0;
  return ordered;
}
