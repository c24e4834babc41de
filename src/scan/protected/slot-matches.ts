// Matches in a reading of which each byte stands for one thing (decode/read-slots.ts): by the pattern of what is equal, and of codes by
// their windows and distances. Not in text (protected-finder.ts).
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { SlotKind } from "../view.ts";
import { ANCHOR } from "./isomorph.ts";
import { isomorphMatches, type SymbolStream, wholeStream } from "./isomorph-scan.ts";
import { kindMatches } from "./lag-sweep.ts";
import { letterMatches } from "./letter-sweep.ts";
import { patternsOf } from "./patterns-of.ts";
import type { ProtectedIndex } from "./protected-index.ts";
import { textMatches } from "./text-sweep.ts";

/** Things that together stand for one character: digits of a number, pairs of words. */
const TOGETHER_MAX = 4;

export function slotMatches(
  bytes: Uint8Array,
  symbols: SlotKind,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  if (symbols === "kinds") return patternMatches(bytes, 1, index, budget);
  if (symbols === "groups") return patternMatches(bytes, TOGETHER_MAX, index, budget);
  const text = [...textMatches(bytes, index, budget), ...letterMatches(bytes, index, budget)];
  if (symbols === "letters") return text;
  return [
    ...text,
    ...LAGS.flatMap((kind) => kindMatches(bytes, kind, index, budget)),
    ...patternMatches(bytes, 1, index, budget),
  ];
}

/** Codes that were moved by one number or masked with a short key: the kinds of byte-lags.ts that tell them. */
const LAGS: readonly number[] = [1, 2, 3, 4, 9];

/** Patterns of the bytes one by one, and of up to `most` together from each place on. */
function patternMatches(
  bytes: Uint8Array,
  most: number,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  const search = patternsOf(index);
  if (search === null) return [];
  const matches = [...isomorphMatches(wholeStream(bytes), search, budget)];
  for (let width = 2; width <= most && bytes.length >= width * ANCHOR; width += 1) {
    const groups = new Uint32Array(bytes.length - width + 1);
    for (let at = 0; at < groups.length; at += 1) {
      let group = 0;
      for (let next = 0; next < width; next += 1) group = (group << 8) | (bytes[at + next] ?? 0);
      // The search tells symbols by their lower bits.
      groups[at] = Math.imul(group, 0x9e37_79b1) >>> 18;
    }
    for (let phase = 0; phase < width; phase += 1) {
      const length = Math.floor((bytes.length - phase) / width);
      budget.spend(length);
      const stream: SymbolStream = {
        symbols: groups,
        first: phase,
        step: width,
        length,
        starts: null,
        width,
      };
      matches.push(...isomorphMatches(stream, search, budget));
    }
  }
  return matches;
}
