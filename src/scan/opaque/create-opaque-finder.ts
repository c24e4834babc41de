// The layer that finds what cannot be read and is nothing known, and so could be anything. Not a judgement that it is a secret.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Finder, Span, View } from "../view.ts";
import { findColours, findDigits } from "./find-digits.ts";
import { findNumbers } from "./find-numbers.ts";
import { findPatterns } from "./find-patterns.ts";
import { findSoup } from "./find-soup.ts";
import { findSpacing } from "./find-spacing.ts";
import { findUnicode } from "./find-unicode.ts";
import { knownShapes } from "./known-shapes.ts";
import { pictureEnd } from "./picture-end.ts";

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
    if (view.guess === true) return [];
    const hidden = explained(view, budget);
    return [...unread(view), ...soup(view, hidden, budget), ...codes(view, hidden, budget)].slice(
      0,
      MATCHES_MAX,
    );
  };
}

function unread(view: View): readonly Match[] {
  return (view.unread ?? []).map((span) => matchOf("compressed", span));
}

/** 1 for each byte that a decoding or a picture explains, or that may be there by chance. */
function explained({ bytes, read = [], doubt = [] }: View, budget: ScanBudget): Uint8Array {
  const hidden = new Uint8Array(bytes.length);
  budget.spend(bytes.length);
  for (const { start, end } of [...read, ...doubt]) hidden.fill(1, start, end);
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

/** Shapes are looked for only where something looks random: most text has nothing that does. */
function soup(view: View, hidden: Uint8Array, budget: ScanBudget): readonly Match[] {
  const { bytes, text } = view;
  if (findSoup(bytes, hidden, budget).length === 0 && findDigits(text, budget).length === 0) return [];
  const shaped = hidden.slice();
  for (const { start, end } of knownShapes(text, budget)) shaped.fill(1, start, end);
  const digits = findDigits(text, budget).filter((span) => !isHidden(shaped, span));
  return [
    ...findSoup(bytes, shaped, budget).map((span) =>
      matchOf(isBinary(bytes, span) ? "binary" : "random_text", span),
    ),
    ...digits.map((span) => matchOf("random_text", span)),
  ];
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
  add("number_code", [...findNumbers(text, budget), ...findColours(text, budget)]);
  add("pattern_code", findPatterns(text, budget));
  add("spacing_code", findSpacing(text, budget));
  for (const span of findUnicode(bytes, hidden, budget)) matches.push(matchOf(span.cause, span));
  return matches;
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
