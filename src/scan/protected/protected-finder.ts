// Finds enrolled values in a view: by their windows, by what shifts, repeated keys and substitutions leave of them, and as whole
// tokens. Decodings are the views' matter (decode/); splits over several requests are columns.ts.
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Finder, Span } from "../view.ts";
import { eachLagWindow, LAG_KINDS } from "./byte-lags.ts";
import { Coverage, merged } from "./coverage.ts";
import { firstEntry, mayHold } from "./gram-table.ts";
import { ANCHOR } from "./isomorph.ts";
import { isomorphMatches, type SymbolStream } from "./isomorph-scan.ts";
import { letterMatches } from "./letter-sweep.ts";
import type { ProtectedIndex } from "./protected-index.ts";
import { runningStreams } from "./running-streams.ts";
import { strideMatches } from "./stride-sweep.ts";
import {
  codePointStream,
  groupStream,
  initialStream,
  longRuns,
  packedStream,
  strideStream,
  tokenStream,
  wordStream,
} from "./symbol-streams.ts";
import { textMatches } from "./text-sweep.ts";
import { tokenMatches } from "./whole-tokens.ts";

/**
 * A finder of the values of `index`: class `protected`, kind `value` or `canary`, the value's name.
 *
 * @example createProtectedFinder(createProtectedIndex(values, key, ports))(view, budget)
 */
export function createProtectedFinder(index: ProtectedIndex): Finder {
  if (index.enrolled.names.length === 0) return () => [];
  return ({ bytes }, budget) => {
    // What a scan holds beside the view: streams of words as long as the view, one after the other.
    const held = bytes.length * 12;
    budget.hold(held);
    try {
      return merged([
        ...textMatches(bytes, index, budget),
        ...strideMatches(bytes, index, budget, (picked) => textMatches(picked, index, budget)),
        ...letterMatches(bytes, index, budget),
        ...tokenMatches(bytes, index.tokens, { hash: index.hashes.tokens, enrolled: index.enrolled }),
        ...lagMatches(bytes, index, budget),
        ...substitutionMatches(bytes, index, budget),
      ]);
    } finally {
      budget.release(held);
    }
  };
}

/** Views up to this size are looked at as binary data too, whatever they hold. Bytes. */
const SMALL = 1024;

/** The share of bytes that are no printable ASCII from which a view counts as binary. */
const BINARY_SHARE = 0.02;

function lagMatches(bytes: Uint8Array, index: ProtectedIndex, budget: ScanBudget): readonly Match[] {
  const { bits, shift, keys } = index.lags.table;
  if (keys.length === 0) return [];
  const last = bytes.length <= SMALL || isBinary(bytes) ? LAG_KINDS : 1;
  const matches: Match[] = [];
  for (let kind = index.hasBytes ? 0 : 1; kind < last; kind += 1) {
    budget.spend(bytes.length);
    const coverage = new Coverage(index.lags, index.enrolled);
    eachLagWindow(bytes, kind, index.hashes.lags, (key, start, end) => {
      if (!mayHold(bits, shift, key)) return;
      const entry = firstEntry(index.lags.table, key);
      if (entry >= 0) coverage.add(entry, start, end);
    });
    matches.push(...coverage.matches());
  }
  return matches;
}

function isBinary(bytes: Uint8Array): boolean {
  let odd = 0;
  for (const byte of bytes) if (byte > 126 || (byte < 32 && (byte < 9 || byte > 13))) odd += 1;
  return odd > bytes.length * BINARY_SHARE;
}

/** Widths of groups: two hexadecimal digits to eight binary ones. */
const WIDTHS: readonly number[] = [2, 3, 4, 5, 6, 7, 8];

function substitutionMatches(bytes: Uint8Array, index: ProtectedIndex, budget: ScanBudget): readonly Match[] {
  const search = {
    pieces: index.pieces,
    hash: index.hashes.isomorph,
    window: index.hashes.anchors,
    enrolled: index.enrolled,
  };
  if (index.pieces.table.keys.length === 0) return [];
  const look = (stream: SymbolStream): readonly Match[] => {
    budget.spend(stream.length);
    return isomorphMatches(stream, search, budget);
  };
  const tokens = tokenStream(bytes);
  const binary = bytes.length <= SMALL || isBinary(bytes);
  const matches = [
    ...look({ symbols: bytes, length: bytes.length, starts: null, width: 1 }),
    ...look(tokens),
    ...look(initialStream(bytes, tokens)),
    ...look(wordStream(bytes)),
    ...look(packedStream(bytes)),
  ];
  if (binary || hasWide(bytes)) matches.push(...look(codePointStream(bytes)));
  if (binary)
    for (const stream of runningStreams(bytes))
      matches.push(...look(stream), ...textMatches(stream.symbols, index, budget));
  // Binary data has no white space: all of it is one run.
  const runs = binary ? [{ start: 0, end: bytes.length }] : longRuns(bytes, 2 * ANCHOR);
  for (const run of runs) for (const stream of runStreams(bytes, run)) matches.push(...look(stream));
  return matches;
}

/** Groups of a run, and every 2nd to 8th byte of a short one: widths that a pattern's window fits in. */
function* runStreams(bytes: Uint8Array, run: Span): Generator<SymbolStream> {
  const length = run.end - run.start;
  for (const width of WIDTHS.filter((each) => each * (ANCHOR - 1) < length))
    for (let phase = 0; phase < width; phase += 1) {
      yield groupStream(bytes, run, width, phase);
      if (length <= STRIDED_MAX) yield strideStream(bytes, run, width, phase);
    }
}

/** Bytes of a run up to which every 2nd to 8th byte alone is looked at as a substitution. */
const STRIDED_MAX = 2048;

function hasWide(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 128) return true;
  return false;
}
