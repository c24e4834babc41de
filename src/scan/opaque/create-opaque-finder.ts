// The layer that finds what cannot be read and is nothing known, and so could be anything. Not a judgement that it is a secret.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Finder, Span, View } from "../view.ts";
import { findColours, findDigits } from "./find-digits.ts";
import { findNumbers } from "./find-numbers.ts";
import { findPatterns } from "./find-patterns.ts";
import { findRows } from "./find-rows.ts";
import { findSoup, type Soup } from "./find-soup.ts";
import { findSpacing } from "./find-spacing.ts";
import { findTemplates } from "./find-templates.ts";
import { findUnicode } from "./find-unicode.ts";
import { findWords } from "./find-words.ts";
import { knownShapes } from "./known-shapes.ts";
import { neededBits } from "./needed-bits.ts";
import { pictureEnd } from "./picture-end.ts";
import { structuredRuns } from "./structured-runs.ts";

/** Matches of one view; more of them say nothing more. */
const MATCHES_MAX = 200;

/**
 * A finder of class `opaque`. Kinds: `random_text`, `binary`, `number_code`, `pattern_code`, `unusual_characters`,
 * `invisible_characters`, `spacing_code`, `compressed`. What a decoding of the view explains is left to that decoding's own
 * view; identifiers and digests in their known forms, where their context names them, and pictures are explained.
 *
 * @example createOpaqueFinder()(view, budget).length > 0 // something in the view is unread
 */
export function createOpaqueFinder(): Finder {
  return (view, budget) => {
    // The members of a document without their backslashes: what is random in them is so with these, too.
    const members = view.decoded.at(-1) === "backslash" && view.decoded.every((name) => ESCAPES.test(name));
    if (view.guess === true && !members) return [];
    const hidden = explained(view, budget);
    if (view.guess === true) return lines(view, hidden, budget).slice(0, MATCHES_MAX);
    const random = soup(view, hidden, budget).filter(
      ({ start, end }) => view.changed?.(start, end) !== false,
    );
    return [...unread(view), ...random, ...codes(view, hidden, budget)].slice(0, MATCHES_MAX);
  };
}

function unread(view: View): readonly Match[] {
  return (view.unread ?? []).map((span) => matchOf("compressed", span));
}

/** 1 for each byte that a decoding or a picture explains, or that may be there by chance. */
function explained({ bytes, text, read = [], doubt = [] }: View, budget: ScanBudget): Uint8Array {
  const hidden = new Uint8Array(bytes.length);
  budget.spend(bytes.length);
  for (const { start, end } of [...read, ...doubt, ...structuredRuns(text, budget)])
    hidden.fill(1, start, end);
  for (let at = 0; at < bytes.length; at++) {
    if (PICTURES[bytes[at] ?? 0] !== 1) continue;
    const end = pictureEnd(bytes, at);
    if (end === at) continue;
    hidden.fill(1, at, end);
    at = end - 1;
  }
  return hidden;
}

/** First bytes of pictures: PNG, JPEG, GIF, RIFF. */
const PICTURES: Uint8Array = new Uint8Array(256)
  .fill(1, 0x89, 0x8a)
  .fill(1, 0xff)
  .fill(1, 0x47, 0x48)
  .fill(1, 0x52, 0x53);

/** Shapes are looked for only near what looks random: most text has nothing that does. */
function soup(view: View, hidden: Uint8Array, budget: ScanBudget): readonly Match[] {
  const { bytes, text } = view;
  const some = findSoup(bytes, hidden, budget);
  const runs = [...some.filter((run) => isDear(run, view)), ...pieces(some, view)];
  const digits = findDigits(view, budget);
  if (digits.length === 0 && runs.length === 0) return [];
  const shaped = hidden.slice();
  const shapes: Span[] = [];
  for (const { start, end } of windowsOf([...runs, ...digits], text)) {
    for (const shape of knownShapes(text.slice(start, end), budget)) {
      shapes.push({ start: start + shape.start, end: start + shape.end });
      shaped.fill(1, start + shape.start, start + shape.end);
    }
  }
  // A run that a shape explains in part is judged again without it.
  const parted = runs.filter((run) => isTouched(shaped, hidden, run));
  const again = parted.length === 0 ? [] : findSoup(bytes, shaped, budget);
  const left = [...again.filter((run) => isDear(run, view)), ...pieces(again, view)];
  const short = pieces(
    some.filter((run) => !isTouched(shaped, hidden, run)),
    view,
  );
  const whole = runs.filter((run) => !parted.includes(run) && (isDear(run, view) || short.includes(run)));
  return [
    ...[
      ...whole,
      ...left.filter((run) => !whole.some((other) => other.start < run.end && run.start < other.end)),
    ].map((span) => matchOf(isBinary(bytes, span) ? "binary" : "random_text", span)),
    ...digits
      .filter((span) => !isHidden(hidden, span) && !shapes.some((shape) => holdsHalf(shape, span)))
      .map((span) => matchOf("random_text", span)),
  ];
}

/** Bits of pieces together, in a small text, and how many they are: a value that is cut up has several. */
const PIECES_BITS = 90;
const PIECES_MIN = 3;

/** Short runs that are dear together: the parts of a value in the fields of a document, in numbered lines, in names. */
function pieces(runs: readonly Soup[], view: View): readonly Soup[] {
  if (view.decoded.length > 0) return [];
  const short = runs.filter(
    ({ start, end, usual, unusual }) => unusual >= usual && end - start >= 5 && end - start <= 24,
  );
  const bits = short.reduce((sum, run) => sum + run.bits, 0);
  return short.length >= PIECES_MIN && bits >= neededBits(PIECES_BITS, view.bytes.length) ? short : [];
}

/** Bytes around a run in which a shape may name it. */
const AROUND = 120;

/** The lines around the spans, as far as shapes look. */
function windowsOf(spans: readonly Span[], text: string): readonly Span[] {
  const out: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const from = Math.max(0, span.start - AROUND);
    const line = text.lastIndexOf("\n", from);
    const start = line >= from - 2 * AROUND ? Math.max(0, line) : from;
    const end = Math.min(text.length, span.end + AROUND);
    const last = out.at(-1);
    if (last !== undefined && start <= last.end)
      out[out.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else out.push({ start, end });
  }
  return out;
}

function isTouched(shaped: Uint8Array, hidden: Uint8Array, { start, end }: Span): boolean {
  for (let at = start; at < end; at++) if (shaped[at] !== hidden[at]) return true;
  return false;
}

/** Bits above ordinary that say something in a small text: as given, decoded, and decoded in a way in which words can be read. */
const DEAR_MIN = 36;
const DECODED_MIN = 50;
const WORDY_MIN = 100;

/** Characters of a run: an abbreviation is shorter. */
const LENGTH_MIN = 13;

/** Decodings that leave what stands around as it is. */
const ESCAPES: RegExp = /percent|escape|backslash|quoted/;

/** Decodings that make bytes of words. */
const WORDY: RegExp = /^(?:groups|concatenation|.*base32.*|.*base36.*)$/;

/** A run of windows that ordinary text has is a list of names, or a language that the model knows less. */
function isDear({ start, end, bits, usual, unusual }: Soup, { bytes, decoded }: View): boolean {
  if (end - start < LENGTH_MIN) return false;
  const least = decoded.some((name) => WORDY.test(name))
    ? WORDY_MIN
    : decoded.every((name) => ESCAPES.test(name))
      ? DEAR_MIN
      : DECODED_MIN;
  const needed = neededBits(least, bytes.length);
  const named = usual > 9 * unusual && usual > 0.6 * (end - start);
  return bits >= (named ? 1.8 * needed : needed);
}

function isBinary(bytes: Uint8Array, { start, end }: Span): boolean {
  let odd = 0;
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) < 0x09 || (bytes[at] ?? 0) > 0x7e) odd++;
  return odd * 4 > end - start;
}

function codes(view: View, hidden: Uint8Array, budget: ScanBudget): readonly Match[] {
  const { text, bytes } = view;
  const matches: Match[] = [];
  const add = (kind: string, spans: readonly Span[]): void => {
    for (const span of spans) if (!isHidden(hidden, span)) matches.push(matchOf(kind, span));
  };
  add("number_code", [
    ...findNumbers(view, budget),
    ...findColours(text, budget),
    ...findTemplates(text, budget),
    ...findRows(view, budget),
  ]);
  add("pattern_code", [...findPatterns(view, budget), ...findWords(view, budget)]);
  // Folding leaves one kind of blank.
  if (view.decoded.at(-1) !== "Unicode") add("spacing_code", findSpacing(text, budget));
  for (const span of findUnicode(bytes, hidden, budget)) matches.push(matchOf(span.cause, span));
  return matches;
}

/** What is written in lines, which escapes put into one. */
function lines(view: View, hidden: Uint8Array, budget: ScanBudget): readonly Match[] {
  const matches = [
    ...findRows(view, budget).map((span) => matchOf("number_code", span)),
    ...findWords(view, budget).map((span) => matchOf("pattern_code", span)),
    ...findSpacing(view.text, budget).map((span) => matchOf("spacing_code", span)),
  ];
  return matches.filter((match) => !isHidden(hidden, match));
}

/** Groups of digits are no row of short identifiers: one shape explains them, or none does. */
function holdsHalf(shape: Span, { start, end }: Span): boolean {
  return 2 * (Math.min(shape.end, end) - Math.max(shape.start, start)) >= end - start;
}

/** Half of it is explained: what is left is not enough to say something. */
function isHidden(hidden: Uint8Array, { start, end }: Span): boolean {
  let count = 0;
  for (let at = start; at < end; at++) count += hidden[at] ?? 0;
  return count * 2 >= end - start;
}

function matchOf(kind: string, { start, end }: Span): Match {
  return { kind, class: "opaque", name: null, start, end };
}
