// The Luhn check digit (ISO/IEC 7812-1, annex B) and other sums of digits.

/**
 * True if the digits pass Luhn. Anything else than ASCII digits is false.
 *
 * @example luhn("79927398713") === true
 */
export function luhn(digits: string): boolean {
  let sum = 0;
  let double = false;
  for (let at = digits.length - 1; at >= 0; at--) {
    let digit = digits.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return false;
    if (double) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
    double = !double;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/**
 * The sum of the first digits, each times its weight: what most national check digits are computed from.
 *
 * @example weighted("123", [3, 2, 1]) === 10
 */
export function weighted(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (const [at, weight] of weights.entries()) sum += digitAt(digits, at) * weight;
  return sum;
}

/** The digit at a place; of anything else NaN, which fails every comparison. */
export function digitAt(digits: string, at: number): number {
  const digit = digits.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}

/** True if all digits are the same one, or count up or down from the first: filler, nobody's number. */
export function isFiller(digits: string): boolean {
  const step = (digits.charCodeAt(1) - digits.charCodeAt(0) + 10) % 10;
  if (step !== 0 && step !== 1 && step !== 9) return false;
  for (let at = 1; at < digits.length; at++) {
    if ((digits.charCodeAt(at) - digits.charCodeAt(at - 1) + 10) % 10 !== step) return false;
  }
  return true;
}
