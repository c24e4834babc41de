// Finds enrolled values in a view: by their windows, by what shifts, repeated keys and substitutions leave of them, and as whole
// tokens. Decodings are the views' matter (decode/); splits over several requests are columns.ts.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Finder } from "../view.ts";
import { eachLagWindow, LAG_KINDS } from "./byte-lags.ts";
import { Coverage, merged } from "./coverage.ts";
import { type FirstLook, firstLook, inSpans, oddOf, SMALL } from "./first-look.ts";
import { firstEntry, mayHold } from "./gram-table.ts";
import { letterMatches } from "./letter-sweep.ts";
import type { ProtectedIndex } from "./protected-index.ts";
import { strideMatches } from "./stride-sweep.ts";
import { substitutionMatches } from "./substitutions.ts";
import { textMatches } from "./text-sweep.ts";
import { tokenMatches } from "./whole-tokens.ts";

/**
 * A finder of the values of `index`: class `protected`, kind `value` or `canary`, the value's name.
 *
 * @example createProtectedFinder(createProtectedIndex(values, key, ports))(view, budget)
 */
export function createProtectedFinder(index: ProtectedIndex): Finder {
  if (index.enrolled.names.length === 0) return () => [];
  return ({ bytes, for: whom }, budget) => {
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
  return [
    ...oddMatches(bytes, look, index, budget),
    ...lagMatches(bytes, look, index, budget),
    ...substitutionMatches(bytes, look, index, budget),
  ];
}

/** Bytes that a look at a view of `length` bytes takes beside it: streams of a part of it, one after the other. */
function heldFor(length: number): number {
  return Math.min(length * 6, 2 ** 20) + length;
}

function oddMatches(
  bytes: Uint8Array,
  look: FirstLook,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  const odd = oddOf(bytes, look);
  const search = (part: Uint8Array): readonly Match[] => textMatches(part, index, budget);
  return [
    ...inSpans(bytes, odd, (part) => letterMatches(part, index, budget)),
    ...strideMatches(bytes, odd, { index, budget, search }),
  ];
}

/** Matches of bytes under a repeated key: in all of binary data, and in what is odd in a small text. */
function lagMatches(
  bytes: Uint8Array,
  look: FirstLook,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  if (index.lags.table.keys.length === 0) return [];
  const matches: Match[] = [];
  if (index.hasBytes) matches.push(...lagKindMatches(bytes, 0, index, budget));
  if (look.binary || bytes.length <= SMALL)
    for (let kind = 1; kind < LAG_KINDS; kind += 1)
      matches.push(
        ...inSpans(bytes, oddOf(bytes, look), (part) => lagKindMatches(part, kind, index, budget)),
      );
  return matches;
}

function lagKindMatches(
  bytes: Uint8Array,
  kind: number,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  const { bits, shift } = index.lags.table;
  budget.spend(bytes.length);
  const coverage = new Coverage(index.lags, index.enrolled);
  eachLagWindow(bytes, kind, index.hashes.lags, (key, start, end) => {
    if (!mayHold(bits, shift, key)) return;
    const entry = firstEntry(index.lags.table, key);
    if (entry >= 0) coverage.add(entry, start, end);
  });
  return coverage.matches();
}
