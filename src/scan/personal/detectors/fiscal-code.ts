// The Italian codice fiscale's check letter (Decreto ministeriale 23 dicembre 1976, article 6).

/** True if the sixteenth letter checks the fifteen characters before it. In capitals, no separators. */
export function isFiscalCode(compact: string): boolean {
  let sum = 0;
  for (let at = 0; at < 15; at++) {
    const value = Number.parseInt(compact.charAt(at), 36);
    const place = value < 10 ? value : value - 10;
    sum += at % 2 === 0 ? (ODD[place] ?? Number.NaN) : place;
  }
  return compact.charCodeAt(15) === 65 + (sum % 26);
}

/** What a digit, or the letter of that number, counts in the first, third, … place. */
const ODD: readonly number[] = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];
