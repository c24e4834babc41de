// Where a text may hold runs that are dear to look for: one cheap pass over the bytes each. Not a judgement of what is there.
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";

/** Stretches of hexadecimal digits and what stands between groups of them, with at least `least` digits. */
export function digitStretches(bytes: Uint8Array, least: number, budget: ScanBudget): readonly Span[] {
  budget.spend(bytes.length >> 2);
  const found: Span[] = [];
  let [start, digits] = [0, 0];
  for (let at = 0; at <= bytes.length; at++) {
    const kind = at < bytes.length ? (DIGITS[bytes[at] ?? 0] ?? 0) : 0;
    if (kind !== 0) {
      digits += kind & 1;
      continue;
    }
    if (digits >= least) found.push({ start, end: at });
    digits = 0;
    start = at + 1;
  }
  return found;
}

/** 1: a hexadecimal digit, 2: what may stand between two groups. */
const DIGITS: Uint8Array = tableOf("0123456789abcdefABCDEF", " :,;|/.#%_\\-xu\n");

/** What `find` finds in the stretches, with a few bytes around each for its lookbehinds, as spans of the whole text. */
export function within(
  text: string,
  stretches: readonly Span[],
  find: (part: string) => readonly Span[],
): readonly Span[] {
  return stretches.flatMap(({ start, end }) => {
    const from = Math.max(0, start - EDGE);
    return find(text.slice(from, end + EDGE)).map((span) => ({
      start: from + span.start,
      end: from + span.end,
    }));
  });
}

const EDGE = 4;

/** Bytes between two numbers of a list. */
const APART_MAX = 10;

/** Stretches of decimal numbers near each other: at least `least` of them, or one of at least `long` digits, or two of 17. */
export function numberStretches(
  bytes: Uint8Array,
  { least, long }: { readonly least: number; readonly long: number },
  budget: ScanBudget,
): readonly Span[] {
  budget.spend(bytes.length >> 2);
  const found: Span[] = [];
  let [start, end, count, weight] = [0, -1, 0, 0];
  let from = -1;
  for (let at = 0; at <= bytes.length; at++) {
    const byte = at < bytes.length ? (bytes[at] ?? 0) : 0;
    if (byte >= 0x30 && byte <= 0x39) {
      if (from < 0) from = at;
      continue;
    }
    if (from < 0) continue;
    if (end < 0 || from - end > APART_MAX) {
      if (count >= least || weight >= long) found.push({ start, end });
      [start, count, weight] = [from, 0, 0];
    }
    count++;
    if (at - from >= WIDE_MIN) weight += at - from;
    end = at;
    from = -1;
  }
  if (count >= least || weight >= long) found.push({ start, end });
  return found;
}

/** Digits from which a number alone may be a part of a value. */
const WIDE_MIN = 8;

/** Bytes of a block: a run of twice as many holds one of them whole. */
const BLOCK = 20;

/** Stretches around blocks of at most `most` different bytes. */
export function poorStretches(bytes: Uint8Array, most: number, budget: ScanBudget): readonly Span[] {
  budget.spend(bytes.length >> 2);
  const found: Span[] = [];
  const seen = new Int32Array(256).fill(-1);
  for (let block = 0; block + BLOCK <= bytes.length; block += BLOCK) {
    let kinds = 0;
    for (let at = block; at < block + BLOCK && kinds <= most; at++) {
      const byte = bytes[at] ?? 0;
      if (seen[byte] !== block) kinds++;
      seen[byte] = block;
    }
    if (kinds > most) continue;
    const [start, end] = [Math.max(0, block - BLOCK), Math.min(bytes.length, block + 2 * BLOCK)];
    const last = found.at(-1);
    if (last !== undefined && start <= last.end) found[found.length - 1] = { start: last.start, end };
    else found.push({ start, end });
  }
  return found;
}

/**
 * Stretches of at least `least` words with the same few bytes between all of them, or with two kinds of them in turn, or of as
 * many bytes beyond ASCII in a row.
 */
export function wordStretches(bytes: Uint8Array, least: number, budget: ScanBudget): readonly Span[] {
  budget.spend(bytes.length >> 2);
  const found: Span[] = [];
  let [start, words, word, last, previous, earlier] = [0, 0, -1, 0, 0, 0];
  // What stood before the last word, and before the one ahead of it.
  let [apart, other] = [0, 0];
  const flush = (): void => {
    if (words >= least) found.push({ start, end: last });
  };
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && LETTERS[bytes[at] ?? 0] === 1) {
      if (word >= 0) continue;
      // What stands between, as one number; none of more than three bytes goes on.
      const gap = at - last > 3 ? -1 : at - last === 0 ? 0 : separatorAt(bytes, last, at);
      if (words === 0 || gap < 0 || (words > 2 && gap !== other)) {
        flush();
        // The last word, or the last two, may begin another stretch.
        const joined = words === 0 || gap < 0 ? 0 : words > 1 && gap === apart ? 2 : 1;
        start = joined === 0 ? at : joined === 1 ? previous : earlier;
        words = joined;
      }
      [other, apart] = [apart, gap];
      word = at;
      continue;
    }
    if (word < 0) continue;
    if (at - word >= WIDE_LEAST && (bytes[word] ?? 0) >= 0x80) found.push({ start: word, end: at });
    words++;
    [earlier, previous] = [previous, word];
    last = at;
    word = -1;
  }
  flush();
  return found;
}

/** Bytes of ten pictures. */
const WIDE_LEAST = 30;

const LETTERS: Uint8Array = new Uint8Array(256).fill(1, 0x41, 0x5b).fill(1, 0x61, 0x7b).fill(1, 0x80);

/** Stretches of at least `least` runs of letters and digits in which a digit is, with at most three other bytes between two. */
export function digitRows(bytes: Uint8Array, least: number, budget: ScanBudget): readonly Span[] {
  budget.spend(bytes.length >> 2);
  const found: Span[] = [];
  let [start, end, runs, from, digits] = [0, 0, 0, -1, 0];
  for (let at = 0; at <= bytes.length; at++) {
    const kind = at < bytes.length ? (ALNUM[bytes[at] ?? 0] ?? 0) : 0;
    if (kind !== 0) {
      if (from < 0) [from, digits] = [at, 0];
      digits += kind & 1;
      continue;
    }
    if (from < 0) continue;
    // A word alone may stand between two, as the month of a date.
    if (from - end > 3 || (digits === 0 && at - from > 12)) {
      if (runs >= least) found.push({ start, end });
      [start, runs] = [from, 0];
    }
    if (digits > 0) runs++;
    end = at;
    from = -1;
  }
  if (runs >= least) found.push({ start, end });
  return found;
}

/** Bytes from one that stands alone between signs of lists to the next. */
const LONELY_APART = 14;

/** Stretches of at least `least` bytes that stand alone between signs of lists. */
export function lonelyStretches(bytes: Uint8Array, least: number, budget: ScanBudget): readonly Span[] {
  budget.spend(bytes.length >> 2);
  const found: Span[] = [];
  let [start, end, count] = [0, 0, 0];
  for (let at = 2; at < bytes.length; at++) {
    if (LISTING[bytes[at] ?? 0] === 0 || LISTING[bytes[at - 2] ?? 0] === 0 || (bytes[at - 1] ?? 0) < 0x21)
      continue;
    if (at - end > LONELY_APART) {
      if (count >= least) found.push({ start, end });
      [start, count] = [Math.max(0, at - 2 - LONELY_APART), 0];
    }
    count++;
    end = at;
  }
  if (count >= least) found.push({ start, end: Math.min(bytes.length, end + LONELY_APART) });
  return found;
}

/** 1: a digit, 2: a letter. */
const ALNUM: Uint8Array = tableOf("0123456789", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

const LISTING: Uint8Array = tableOf("\"',|`\n", "");

/** Words back to which a word is known again, of a stretch of few. */
const AGAIN = 48;

/** What a word that is not known again takes from a stretch. */
const FRESH_COST = 2;

/** Stretches of words and marks of sentences alone in which at least `least` more words than not come again soon. */
export function poorWordStretches(bytes: Uint8Array, least: number, budget: ScanBudget): readonly Span[] {
  budget.spend(bytes.length >> 1);
  const found: Span[] = [];
  LAST.fill(-AGAIN - 1);
  let [start, end, words, known, word] = [0, 0, 0, 0, -1];
  const flush = (): void => {
    if (known >= least) found.push({ start, end });
    known = 0;
  };
  for (let at = 0; at <= bytes.length; at++) {
    const kind = at < bytes.length ? (PROSE[bytes[at] ?? 0] ?? 0) : 0;
    if (kind === 1) {
      if (word < 0) word = at;
      continue;
    }
    if (word >= 0) {
      const slot = slotOf(bytes, word, at);
      words++;
      if (words - (LAST[slot] ?? 0) <= AGAIN) known++;
      else if (known <= FRESH_COST) [known, start] = [0, Math.max(word, end)];
      else known -= FRESH_COST;
      LAST[slot] = words;
      end = at;
      word = -1;
    }
    if (kind === 0) {
      if (known > 0) flush();
      words += AGAIN;
      start = at + 1;
    }
  }
  return found;
}

/** Words of one length that begin and end alike share a place. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const [first, second, last] = [bytes[start] ?? 0, bytes[start + 1] ?? 0, bytes[end - 1] ?? 0];
  return (
    (Math.imul(first | 32, 31) + Math.imul(second | 32, 131) + Math.imul(last | 32, 517) + (end - start)) &
    1023
  );
}

/** Where each word came last; shared, and filled anew by each search. */
const LAST = new Int32Array(1024);

/** 1: a letter, 2: what stands between the words of sentences. */
const PROSE: Uint8Array = tableOf("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", " ,.;!?\n\r\t-");

function separatorAt(bytes: Uint8Array, start: number, end: number): number {
  let gap = 0;
  for (let at = start; at < end; at++) gap = (gap << 8) | (bytes[at] ?? 0);
  return gap;
}

function tableOf(ones: string, twos: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const letter of twos) table[letter.charCodeAt(0)] = 2;
  for (const letter of ones) table[letter.charCodeAt(0)] = 1;
  return table;
}
