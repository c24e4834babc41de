// The Verhoeff check digit (J. Verhoeff, Error Detecting Decimal Codes, 1969): the dihedral group of ten elements.

/**
 * True if the digits, the last one being the check, pass. Catches all single errors and adjacent transpositions.
 *
 * @example verhoeff("2363") === true
 */
export function verhoeff(digits: string): boolean {
  let check = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    if (digit < 0 || digit > 9) return false;
    check = product(check, permuted(place, digit));
  }
  return check === 0;
}

/** The group's operation: 0 to 4 are turns, 5 to 9 reflections. */
function product(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5);
  return b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5;
}

/** The basic permutation, applied `place` times. */
function permuted(place: number, digit: number): number {
  let value = digit;
  for (let times = place % 8; times > 0; times--) value = PERMUTATION[value] ?? 0;
  return value;
}

const PERMUTATION: readonly number[] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
