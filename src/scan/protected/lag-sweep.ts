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

/** Matches by one way to compare neighbours (byte-lags.ts). */
export function kindMatches(
  bytes: Uint8Array,
  kind: number,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  budget.spend(bytes.length);
  const windows = { bytes, kind, index };
  const some = kind === 0 ? hasPlain(windows) : kind <= 8 ? hasXored(windows) : hasAdded(windows);
  return some ? counted(windows, budget) : NONE;
}

const NONE: readonly Match[] = [];

interface Windows {
  readonly bytes: Uint8Array;
  readonly kind: number;
  readonly index: ProtectedIndex;
}

/**
 * Windows between two that are asked for first. Four in a row of a value have one of them, and every match has four in a row:
 * what breaks a row hides five windows at least, and of rows of three between such breaks 3 of 8 are left, which is less than
 * any share that is enough (family.ts).
 */
const APART = 4;

/** Whether some window of the bytes as they are is enrolled, of those that are asked for first. */
function hasPlain({ bytes, index }: Windows): boolean {
  const { places } = index.hashes.lags;
  for (let at = 0; at + LAG_WINDOW <= bytes.length; at += APART) {
    const sum =
      (places[bytes[at] as number] as number) +
      (places[256 + (bytes[at + 1] as number)] as number) +
      (places[512 + (bytes[at + 2] as number)] as number) +
      (places[768 + (bytes[at + 3] as number)] as number) +
      (places[1024 + (bytes[at + 4] as number)] as number) +
      (places[1280 + (bytes[at + 5] as number)] as number);
    if (isEnrolled(sum | 0, index) && isBeside({ bytes, kind: 0, index }, at)) return true;
  }
  return false;
}

/** The same of what XOR at a lag leaves. */
function hasXored({ bytes, kind, index }: Windows): boolean {
  const { places } = index.hashes.lags;
  const salt = kindSalt(kind);
  for (let at = 0, next = lagOf(kind); next + LAG_WINDOW <= bytes.length; at += APART, next += APART) {
    const sum =
      (places[(bytes[at] as number) ^ (bytes[next] as number)] as number) +
      (places[256 + ((bytes[at + 1] as number) ^ (bytes[next + 1] as number))] as number) +
      (places[512 + ((bytes[at + 2] as number) ^ (bytes[next + 2] as number))] as number) +
      (places[768 + ((bytes[at + 3] as number) ^ (bytes[next + 3] as number))] as number) +
      (places[1024 + ((bytes[at + 4] as number) ^ (bytes[next + 4] as number))] as number) +
      (places[1280 + ((bytes[at + 5] as number) ^ (bytes[next + 5] as number))] as number);
    if (isEnrolled((sum + salt) | 0, index) && isBeside({ bytes, kind, index }, at)) return true;
  }
  return false;
}

/** The same of what the difference at a lag leaves. */
function hasAdded({ bytes, kind, index }: Windows): boolean {
  const { places } = index.hashes.lags;
  const salt = kindSalt(kind);
  for (let at = 0, next = lagOf(kind); next + LAG_WINDOW <= bytes.length; at += APART, next += APART) {
    const sum =
      (places[((bytes[next] as number) - (bytes[at] as number)) & 255] as number) +
      (places[256 + (((bytes[next + 1] as number) - (bytes[at + 1] as number)) & 255)] as number) +
      (places[512 + (((bytes[next + 2] as number) - (bytes[at + 2] as number)) & 255)] as number) +
      (places[768 + (((bytes[next + 3] as number) - (bytes[at + 3] as number)) & 255)] as number) +
      (places[1024 + (((bytes[next + 4] as number) - (bytes[at + 4] as number)) & 255)] as number) +
      (places[1280 + (((bytes[next + 5] as number) - (bytes[at + 5] as number)) & 255)] as number);
    if (isEnrolled((sum + salt) | 0, index) && isBeside({ bytes, kind, index }, at)) return true;
  }
  return false;
}

/** Whether a window next to the one at `at` is enrolled too: of a row each has one, and chance mostly has none. */
function isBeside({ bytes, kind, index }: Windows, at: number): boolean {
  const { places } = index.hashes.lags;
  const from = Math.max(0, at - 1);
  const symbols = comparedBytes(bytes.subarray(from, at + 1 + LAG_WINDOW + lagOf(kind)), kind);
  for (const start of [at - 1 - from, at + 1 - from]) {
    if (start < 0 || start + LAG_WINDOW > symbols.length) continue;
    let sum = kindSalt(kind);
    for (let place = 0; place < LAG_WINDOW; place += 1)
      sum = (sum + (places[256 * place + (symbols[start + place] as number)] as number)) | 0;
    if (isEnrolled(sum, index)) return true;
  }
  return false;
}

function isEnrolled(sum: number, { hashes, lags: { table } }: ProtectedIndex): boolean {
  const key = hashed(sum, hashes.lags.window);
  return mayHold(table.bits, table.shift, key) && firstEntry(table, key) >= 0;
}

/** Every window, counted. */
function counted({ bytes, kind, index }: Windows, budget: ScanBudget): readonly Match[] {
  budget.spend(bytes.length);
  const lag = lagOf(kind);
  const compared = comparedBytes(bytes, kind);
  const coverage = new Coverage(index.lags, index.enrolled);
  const salt = kindSalt(kind);
  const { weights, base, leaving, window } = index.hashes.lags;
  const { bits, shift } = index.lags.table;
  let rolled = 0;
  for (let at = 0; at < compared.length; at += 1) {
    rolled = (Math.imul(rolled, base) + (weights[compared[at] as number] as number)) | 0;
    if (at >= LAG_WINDOW) rolled = (rolled - (leaving[compared[at - LAG_WINDOW] as number] as number)) | 0;
    if (at < LAG_WINDOW - 1) continue;
    const key = hashed((rolled + salt) | 0, window);
    if (!mayHold(bits, shift, key)) continue;
    const entry = firstEntry(index.lags.table, key);
    if (entry >= 0) coverage.add(entry, at + 1 - LAG_WINDOW, at + 1 + lag);
  }
  return coverage.matches();
}
