// Check characters of ISO/IEC 7064 (MOD 97-10, MOD 11-2, MOD 11,10), and a remainder of numbers longer than 2^53.

/**
 * The remainder of a decimal number of any length. Letters count as 10 to 35, as IBANs have it (ISO 13616).
 *
 * @example remainder("3214282912345698765432161182", 97) === 1
 */
export function remainder(text: string, modulus: number): number {
  let rest = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) rest = (rest * 10 + code - 48) % modulus;
    else if (code >= 65 && code <= 90) rest = (rest * 100 + code - 55) % modulus;
    else return Number.NaN;
  }
  return rest;
}

/** MOD 11,10: the last digit checks all others (German tax and VAT ids, Croatian OIB). */
export function mod11v10(digits: string): boolean {
  let product = 10;
  for (let at = 0; at < digits.length - 1; at++) {
    const sum = (digits.charCodeAt(at) - 48 + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digits.charCodeAt(digits.length - 1) - 48;
}

/** MOD 11-2: the last character, `0` to `9` or `X`, checks all others (Chinese resident ids, GB 11643). */
export function mod11v2(text: string): boolean {
  let rest = 0;
  for (let at = 0; at < text.length - 1; at++) rest = ((rest + text.charCodeAt(at) - 48) * 2) % 11;
  const check = (12 - rest) % 11;
  return text[text.length - 1] === (check === 10 ? "X" : String(check));
}
