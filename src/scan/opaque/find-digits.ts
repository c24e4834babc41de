// Long runs of hexadecimal digits, alone or in groups: the model of text knows digests too well to find them dear. Not those of
// the lengths and places that known-shapes.ts explains.
import type { ScanBudget } from "../scan-budget.ts";
import type { Span, View } from "../view.ts";
import { digitStretches, within } from "./likely-runs.ts";
import { neededBits } from "./needed-bits.ts";

/** Digits from which a run says more than an identifier: 13 bytes. */
const DIGITS_MIN = 20;

/** The same of up to five groups, as account numbers have. */
const GROUPED_MIN = 24;

/** Runs with letters and digits mixed as chance mixes them. */
export function findDigits(
  { bytes, text }: Pick<View, "bytes" | "text">,
  budget: ScanBudget,
): readonly Span[] {
  return within(text, digitStretches(bytes, DIGITS_MIN, budget), (part) => {
    budget.spend(part.length);
    return [RUN, GROUPED].flatMap((pattern) =>
      [...part.matchAll(pattern)]
        .filter(([run]) => isMixed(run, text.length))
        .map((match) => ({ start: match.index, end: match.index + match[0].length })),
    );
  });
}

const RUN: RegExp = new RegExp(
  `(?<![0-9A-Za-z])(?:0x)?(?:[0-9a-f]{${DIGITS_MIN},}|[0-9A-F]{${DIGITS_MIN},})(?![0-9A-Za-z])`,
  "g",
);

/** Groups of two to twelve digits with one separator, prefix or escape between: `ab cd`, `0xab,`, `\\xab`, `%ab`, `#aabbcc`. */
const GROUPED =
  /(?<![0-9A-Za-z])(?:0x|x|u)?[0-9a-fA-F]{2,12}(?:[ :,;|/.#%_\\\n-]{1,3}(?:0x|x|#|u)?[0-9a-fA-F]{2,12}){3,}(?![0-9A-Za-z])/g;

/** Colours in a row, of which a design has a few. */
const COLOURS = /(?:#[0-9a-fA-F]{6}[ ,;\n]{1,3}){6,}#[0-9a-fA-F]{6}\b/g;

/** Rows of colours; known-shapes.ts explains single ones. */
export function findColours(text: string, budget: ScanBudget): readonly Span[] {
  budget.spend(text.length >> 2);
  return [...text.matchAll(COLOURS)]
    .filter(([row]) => /[a-fA-F]/.test(row) && new Set(row.match(/#[0-9a-fA-F]{6}/g)).size >= 6)
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Tables of code points and of offsets are in order. */
function isAscending(groups: readonly string[]): boolean {
  const up = groups.filter(
    (group, at) => at > 0 && group.toLowerCase() >= (groups[at - 1] ?? "").toLowerCase(),
  );
  return groups.length > 5 && up.length >= 0.75 * (groups.length - 1);
}

/** Code points of ideographs, of which tables are written: of ten random groups all are in one case of five thousand. */
function isIdeograph(group: string): boolean {
  const code = Number.parseInt(group, 16);
  return (group.length === 4 && code >= 0x3400 && code < 0xa000) || (group.length === 5 && code >> 16 === 2);
}

function isMixed(run: string, length: number): boolean {
  const groups = run.match(/[0-9a-fA-F]{2,}/g) ?? [];
  const digits = groups.join("");
  const letters = digits.match(/[a-fA-F]/g)?.length ?? 0;
  const widths = new Set(groups.slice(0, -1).map(({ length }) => length)).size;
  const turns = digits.match(/[0-9][a-fA-F]|[a-fA-F][0-9]/g)?.length ?? 0;
  // Three digits in eight are letters, and two of five neighbours differ, where chance has written them.
  return (
    digits.length >=
      (groups.length > 1 ? neededBits(groups.length < 6 ? GROUPED_MIN : DIGITS_MIN, length) : DIGITS_MIN) &&
    !isAscending(groups) &&
    groups.filter(isIdeograph).length < 0.9 * groups.length &&
    widths <= 2 &&
    letters >= 0.15 * digits.length &&
    turns >= 0.14 * digits.length &&
    new Set(digits).size >= 8
  );
}
