// Runs that the model of ordinary text finds too dear to be text, code or names: random letters, digits and signs, and bytes
// that are no text at all. Not for what explains them (known-shapes.ts).
import { sequenceAt } from "../decode/readable.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";
import { KIND, KINDS, LETTER, LETTERS, PLAIN, PLAINS } from "./letter-classes.ts";
import { CASE_COSTS, LETTER_COSTS, WINDOWS } from "./ordinary-weights.ts";

/** A run dearer than ordinary text, and by how many bits. */
export interface Soup extends Span {
  readonly bits: number;
  /** Windows of four letters in it that ordinary text has, and those that it has not. */
  readonly usual: number;
  readonly unusual: number;
}

/** Half bits that a character of ordinary text does not cost: what is dearer adds to a run, what is cheaper takes from it. */
const DRIFT = 12;

/** Bits above ordinary from which a run is told. */
const SOUP_MIN = 14;

/** Half bits of a byte that is neither ASCII text nor UTF-8, above the drift. */
const BINARY_COST = 12;

/** Half bits: what a window costs more that ordinary text has not, and what one costs at most that this text had before. */
const UNUSUAL_COST = 3;
const REPEATED_COST = 6;

/** Half bits of a digit beside a letter: which of the ten it is, of which the model does not know. */
const MIXED_COST = 4;

/** Half bits that a run may lose and go on. */
const PAUSE_MAX = 80;

/**
 * Stretches of at least 14 bits; `hidden[at]` 1: the byte is explained, and parts what is around it. What a text repeats is
 * cheap the second time.
 *
 * @example findSoup(bytes, null, budget)[0]?.bits // above 100 for a key of 24 letters and digits
 */
export function findSoup(bytes: Uint8Array, hidden: Uint8Array | null, budget: ScanBudget): readonly Soup[] {
  const found: Soup[] = [];
  const scan = nextScan();
  let [sum, start, best, end] = [0, 0, 0, 0];
  let [usual, unusual, bestUsual, bestUnusual] = [0, 0, 0, 0];
  // The letters, kinds and plain letters before: as if white space came first.
  let [one, two, kinds, window, exact] = [BLANK, BLANK, SPACES, GAPS, 0];
  for (let at = 0; at < bytes.length; at++) {
    if ((at & 0x3fff) === 0) budget.spend(Math.min(0x4000, bytes.length - at));
    const byte = bytes[at] ?? 0;
    const letter = LETTER[byte] ?? 0;
    const context = (two * LETTERS + one) * LETTERS + letter;
    const kind = ((kinds << 3) | (KIND[byte] ?? 0)) & 0xfff;
    const four = ((window << 5) | (PLAIN[byte] ?? 0)) & 0xfffff;
    exact = (exact << 8) | byte;
    if (hidden !== null && hidden[at] === 1) {
      // What is explained where it comes first needs no second explanation.
      BEFORE[Math.imul(exact, 0x9e3779b1) >>> 17] = scan;
      sum = 0;
    } else if (letter !== WIDE && letter !== CONTROL) {
      let cost = (LETTER_COST[context] ?? 0) + (CASE_COST[kind] ?? 0);
      const known = ((WINDOW[four >> 3] ?? 0) >> (four & 7)) & 1;
      if (letter < 27 && known === 1) usual++;
      else if (letter < 27) {
        unusual++;
        cost += UNUSUAL_COST;
      }
      if (letter + one > 25 && (letter === DIGIT ? one < DIGIT : one === DIGIT && letter < DIGIT))
        cost += MIXED_COST;
      const place = Math.imul(exact, 0x9e3779b1) >>> 17;
      if (BEFORE[place] !== scan) BEFORE[place] = scan;
      else if (cost > REPEATED_COST) cost = REPEATED_COST;
      sum += cost - DRIFT;
    } else {
      const length = sequenceAt(bytes, at);
      if (length === 0) {
        // Heads of files are filled up with noughts: of these, too, the first ones say all.
        const place = Math.imul(exact, 0x9e3779b1) >>> 17;
        sum += BEFORE[place] === scan ? REPEATED_COST - DRIFT : BINARY_COST;
        BEFORE[place] = scan;
      } else at += length - 1;
    }
    two = one;
    one = letter;
    kinds = kind;
    window = four;
    if (sum > best) {
      best = sum;
      end = at + 1;
      bestUsual = usual;
      bestUnusual = unusual;
    } else if (sum <= 0 || sum < best - PAUSE_MAX) {
      // A run is over where it is worth nothing any more, or far less than at its best.
      if (best >= 2 * SOUP_MIN)
        found.push({ start, end, bits: best / 2, usual: bestUsual, unusual: bestUnusual });
      sum = 0;
      best = 0;
      start = at + 1;
      usual = 0;
      unusual = 0;
    }
  }
  if (best >= 2 * SOUP_MIN)
    found.push({ start, end, bits: best / 2, usual: bestUsual, unusual: bestUnusual });
  return found;
}

/** Windows of four bytes that the text had before: the scan's number at their place. Kept between scans, never what they say. */
const BEFORE: Uint16Array = new Uint16Array(0x8000);
let scans = 0;

function nextScan(): number {
  scans = (scans + 1) & 0xffff;
  if (scans === 0) {
    BEFORE.fill(0);
    scans = 1;
  }
  return scans;
}

const BLANK = 27;
const DIGIT = 26;
const WIDE = 29;
const CONTROL = 46;
const SPACES = 0o555;
const GAPS: number = (27 << 10) | (27 << 5) | 27;

/** Half bits. Kinds take three bits of an index, plain letters five. */
const LETTER_COST: Uint8Array = nibblesOf(LETTER_COSTS).map((bits) => 2 * bits);
const CASE_COST: Uint8Array = spread(nibblesOf(CASE_COSTS), KINDS, 3);
const WINDOW: Uint8Array = bitsOf(spread(flagsOf(bytesOf(WINDOWS)), PLAINS, 5));

/** A table over four symbols below `count`, as one over four fields of `width` bits. */
function spread(table: Uint8Array, count: number, width: number): Uint8Array {
  const out = new Uint8Array(1 << (4 * width));
  let from = 0;
  for (let first = 0; first < count * count; first++) {
    const pair = (Math.floor(first / count) << width) | (first % count);
    for (let second = 0; second < count * count; second++) {
      const other = (Math.floor(second / count) << width) | (second % count);
      out[(pair << (2 * width)) | other] = table[from] ?? 0;
      from += 1;
    }
  }
  return out;
}

function nibblesOf(lines: readonly string[]): Uint8Array {
  const bytes = bytesOf(lines);
  const out = new Uint8Array(2 * bytes.length);
  for (let at = 0; at < out.length; at++) out[at] = ((bytes[at >> 1] ?? 0) >> (4 * (at & 1))) & 15;
  return out;
}

function flagsOf(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(8 * bytes.length);
  for (let at = 0; at < out.length; at++) out[at] = ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1;
  return out;
}

function bitsOf(flags: Uint8Array): Uint8Array {
  const out = new Uint8Array(flags.length >> 3);
  for (let at = 0; at < flags.length; at++)
    out[at >> 3] = (out[at >> 3] ?? 0) | ((flags[at] ?? 0) << (at & 7));
  return out;
}

function bytesOf(lines: readonly string[]): Uint8Array {
  const text = atob(lines.join(""));
  const out = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) out[at] = text.charCodeAt(at);
  return out;
}
