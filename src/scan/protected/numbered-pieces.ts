// Puts pieces that say their number in order again: `3/7:chunk`, `03-chunk`. Not for numbers in another slot.

/** Pieces that are kept, the oldest given up first, and characters of each. */
const PIECES_MAX = 128;
const PIECE_MAX = 96;

const NUMBERED = /^[^0-9]{0,8}([0-9]{1,4})(?:\s{0,2}(?:\/|of)\s{0,2}[0-9]{1,4})?[^0-9A-Za-z]{1,3}(.{1,96})$/s;

export class NumberedPieces {
  readonly #pieces = new Map<number, string>();

  /** All pieces so far with `text` in the order of their numbers; null: it has no number in front. */
  joined(text: string): string | null {
    const found = NUMBERED.exec(text.slice(0, 2 * PIECE_MAX));
    if (found === null) return null;
    const number = Number(found[1]);
    this.#pieces.delete(number);
    this.#pieces.set(number, found[2] ?? "");
    const oldest = this.#pieces.keys().next();
    if (this.#pieces.size > PIECES_MAX && oldest.done !== true) this.#pieces.delete(oldest.value);
    return [...this.#pieces]
      .sort(([one], [other]) => one - other)
      .map(([, piece]) => piece)
      .join("");
  }
}
