// Finds enrolled values in a view: by their windows, by what shifts, repeated keys and substitutions leave of them, and as whole
// tokens. Decodings are the views' matter (decode/); splits over several requests are columns.ts.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Finder, Span } from "../view.ts";
import { merged } from "./coverage.ts";
import { type FirstLook, firstLook, inSpans, oddOf } from "./first-look.ts";
import { lagMatches } from "./lag-sweep.ts";
import { letterMatches } from "./letter-sweep.ts";
import type { ProtectedIndex } from "./protected-index.ts";
import { slotMatches } from "./slot-matches.ts";
import { strideMatches } from "./stride-sweep.ts";
import { substitutionMatches } from "./substitutions.ts";
import { rareTextMatches, textMatches } from "./text-sweep.ts";
import { tokenMatches } from "./whole-tokens.ts";

/**
 * A finder of the values of `index`: class `protected`, kind `value` or `canary`, the value's name.
 *
 * @example createProtectedFinder(createProtectedIndex(values, key, ports))(view, budget)
 */
export function createProtectedFinder(index: ProtectedIndex): Finder {
  if (index.enrolled.names.length === 0) return () => [];
  return ({ bytes, for: whom, symbols }, budget) => {
    if (symbols !== undefined) return merged(slotMatches(bytes, symbols, index, budget));
    const held = heldFor(bytes.length);
    budget.hold(held);
    try {
      const look = firstLook(bytes, index, budget);
      return merged([
        ...inSpans(bytes, look.near, (part) => textMatches(part, index, budget)),
        ...tokenMatches(bytes, index.tokens, { hash: index.hashes.tokens, enrolled: index.enrolled }),
        // Every n-th letter of a text is no text: where all is odd, nothing is told by that.
        ...(whom === "protected" && bytes.length > PICKED_MAX ? [] : dearMatches(bytes, look, index, budget)),
      ]);
    } finally {
      budget.release(held);
    }
  };
}

/** Bytes of a picked reading up to which it may be a value alone. */
const PICKED_MAX = 128;

function dearMatches(
  bytes: Uint8Array,
  look: FirstLook,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  const place = { look, odd: oddOf(bytes, look) };
  return [
    ...oddMatches(bytes, place.odd, index, budget),
    ...lagMatches(bytes, place, index, budget),
    ...substitutionMatches(bytes, place, index, budget),
  ];
}

/** Bytes that a look at a view of `length` bytes takes beside it: streams of a part of it, one after the other. */
function heldFor(length: number): number {
  return Math.min(length * 6, 2 ** 20) + length;
}

function oddMatches(
  bytes: Uint8Array,
  odd: readonly Span[],
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  const search = (part: Uint8Array): readonly Match[] => rareTextMatches(part, index, budget);
  return [
    ...inSpans(bytes, odd, (part) => letterMatches(part, index, budget)),
    ...strideMatches(bytes, odd, { index, budget, search }),
  ];
}
