// Learns what is fixed before and after the changing part of a slot's values. Not a comparison of only two values.

/** Characters up to which a first value is taken for a piece without anything fixed round it. */
const SHORT = 4;

/** INVARIANT: holds at most two of the values it was given. */
export class VaryingPart {
  #first: string | null = null;
  #count = 0;
  #prefix = 0;
  #suffix = 0;

  /**
   * What of `value` lies between the beginning and the end that all values so far share. A short first value varies as a
   * whole; what varied in a longer one is told with the second.
   */
  of(value: string): string {
    this.#count += 1;
    const first = this.#first;
    if (first === null) {
      this.#first = value;
      this.#prefix = value.length;
      this.#suffix = value.length;
      return value.length <= SHORT ? value : "";
    }
    const known = this.#count > 2 || first.length <= SHORT;
    this.#prefix = Math.min(this.#prefix, sharedPrefix(first, value));
    this.#suffix = Math.min(this.#suffix, sharedSuffix(first, value), first.length - this.#prefix);
    return known ? this.#between(value) : this.#between(first) + this.#between(value);
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
