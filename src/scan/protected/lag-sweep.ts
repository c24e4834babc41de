// Reads the windows of bytes under a repeated key: in all of binary data, and in what is odd in a small text. Not what such a
// window is (byte-lags.ts), nor the counting (coverage.ts).
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { comparedBytes, kindSalt, LAG_KINDS, LAG_WINDOW, lagOf } from "./byte-lags.ts";
import { Coverage } from "./coverage.ts";
import { inSpans, type OddPlaces, SMALL } from "./first-look.ts";
import { firstEntry, mayHold } from "./gram-table.ts";
import { hashed } from "./keyed-hash.ts";
import type { ProtectedIndex } from "./protected-index.ts";

export function lagMatches(
  bytes: Uint8Array,
  { look, odd }: OddPlaces,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  if (index.lags.table.keys.length === 0) return [];
  const matches: Match[] = [];
  if (index.hasBytes) matches.push(...kindMatches(bytes, 0, index, budget));
  if (!look.binary && bytes.length > SMALL) return matches;
  for (let kind = 1; kind < LAG_KINDS; kind += 1)
    matches.push(...inSpans(bytes, odd, (part) => kindMatches(part, kind, index, budget)));
  return matches;
}

/** Every second window is asked for first: of the four in a row that a match has at least, one is among them. */
function kindMatches(
  bytes: Uint8Array,
  kind: number,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  budget.spend(bytes.length);
  const lag = lagOf(kind);
  const compared = comparedBytes(bytes, kind);
  let coverage: Coverage | null = null;
  const salt = kindSalt(kind);
  const { weights, base, leaving, window } = index.hashes.lags;
  const { bits, shift } = index.lags.table;
  let rolled = 0;
  for (let at = 0, step = 1; at < compared.length; at += 1) {
    rolled = (Math.imul(rolled, base) + (weights[compared[at] as number] as number)) | 0;
    if (at >= LAG_WINDOW) rolled = (rolled - (leaving[compared[at - LAG_WINDOW] as number] as number)) | 0;
    if (at < LAG_WINDOW - 1 || (at & step) !== 0) continue;
    const key = hashed((rolled + salt) | 0, window);
    if (!mayHold(bits, shift, key)) continue;
    const entry = firstEntry(index.lags.table, key);
    if (entry < 0) continue;
    if (coverage !== null) coverage.add(entry, at + 1 - LAG_WINDOW, at + 1 + lag);
    else {
      // Some window is there: from the beginning again, and every one.
      coverage = new Coverage(index.lags, index.enrolled);
      step = 0;
      at = -1;
      rolled = 0;
      budget.spend(bytes.length);
    }
  }
  return coverage?.matches() ?? [];
}
