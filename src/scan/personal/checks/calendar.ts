// Dates inside identifiers: is there such a day?

/**
 * True if the day exists. A two-digit year counts as 2000 + year for leap years, so 00 is one.
 *
 * @example isDay(1999, 2, 29) === false
 */
export function isDay(year: number, month: number, day: number): boolean {
  if (!(month >= 1 && month <= 12 && day >= 1)) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0 || year < 100);
  return day <= (month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0));
}

/** `YYMMDD` starting at `at`; `months`: what may be added to the month (sex or century). */
export function isYmd(text: string, at = 0, months: readonly number[] = [0]): boolean {
  const [year, month, day] = pairs(text, at);
  return months.some((added) => isDay(year, month - added, day));
}

/** `DDMMYY` starting at `at`; `days`: what may be added to the day. */
export function isDmy(text: string, at = 0, days: readonly number[] = [0]): boolean {
  const [day, month, year] = pairs(text, at);
  return days.some((added) => isDay(year, month, day - added));
}

/** `YYYYMMDD` of someone who may live or has lived: 1900 to 2099. */
export function isFullYmd(text: string, at = 0): boolean {
  const year = Number(text.slice(at, at + 4));
  return (
    year >= 1900 &&
    year < 2100 &&
    isDay(year, Number(text.slice(at + 4, at + 6)), Number(text.slice(at + 6, at + 8)))
  );
}

function pairs(text: string, at: number): readonly [number, number, number] {
  return [
    Number(text.slice(at, at + 2)),
    Number(text.slice(at + 2, at + 4)),
    Number(text.slice(at + 4, at + 6)),
  ];
}

const DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
