// Learns what is fixed before and after the changing part of a slot's values. Not a comparison of only two values.

/** Characters up to which a first value is taken for a piece without anything fixed round it. */
const SHORT = 4;

/** Values that are told again when less turns out to be fixed. */
const KEPT_MAX = 24;

/** INVARIANT: holds at most `KEPT_MAX` of the values it was given. */
export class VaryingPart {
  readonly #kept: string[] = [];
  #prefix = 0;
  #suffix = 0;

  /**
   * What of `value` lies between the beginning and the end that all values so far share. Where that is less than it seemed
   * before, the parts of the first values come again in front of it. A short first value varies as a whole.
   */
  of(value: string): string {
    const first = this.#kept[0];
    if (this.#kept.length < KEPT_MAX) this.#kept.push(value);
    if (first === undefined) {
      this.#prefix = value.length <= SHORT ? 0 : value.length;
      this.#suffix = this.#prefix;
      return this.#between(value);
    }
    const prefix = Math.min(this.#prefix, sharedPrefix(first, value));
    const suffix = Math.min(this.#suffix, sharedSuffix(first, value));
    const shrinks = prefix < this.#prefix || suffix < this.#suffix;
    this.#prefix = prefix;
    this.#suffix = suffix;
    return shrinks ? this.#kept.map((each) => this.#between(each)).join("") : this.#between(value);
  }

  #between(value: string): string {
    return value.slice(this.#prefix, Math.max(this.#prefix, value.length - this.#suffix));
  }
}

function sharedPrefix(one: string, other: string): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  return at;
}

function sharedSuffix(one: string, other: string): number {
  let at = 0;
  while (at < one.length && at < other.length && one.at(-1 - at) === other.at(-1 - at)) at += 1;
  return at;
}
