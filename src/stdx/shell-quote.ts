// Text as one word of a shell's command line, for hints that are to be typed as they stand. Not an escape for showing:
// what a hint prints goes through that as well.

/** Words that every POSIX shell takes as they are (XCU 2.2, Quoting). */
const PLAIN = /^[A-Za-z0-9_./:@%+,=-]+$/;

/**
 * `word` in single quotes where a shell would read it otherwise; a quote in it as `'\''`.
 *
 * @example shellQuote("/home/me/my notes") === "'/home/me/my notes'"
 */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
