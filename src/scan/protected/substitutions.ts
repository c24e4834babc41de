// Finds values that were written with other signs, whichever: which streams of symbols of a view are looked at for their
// patterns. Not the streams (symbol-streams.ts) nor the patterns (isomorph.ts).
import type { Match } from "../finding.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { inSpans, type OddPlaces, partsOf, SMALL } from "./first-look.ts";
import { ANCHOR } from "./isomorph.ts";
import { isomorphMatches, type SymbolStream, wholeStream } from "./isomorph-scan.ts";
import { patternsOf } from "./patterns-of.ts";
import type { ProtectedIndex } from "./protected-index.ts";
import { runningStreams } from "./running-streams.ts";
import { codePointStream, groupStreams, longRuns, packedStream } from "./symbol-streams.ts";
import { rareTextMatches } from "./text-sweep.ts";
import { wordStreams } from "./word-streams.ts";

/**
 * Matches of patterns: words and numbers as symbols in all of `bytes`, single bytes and groups of them where it is odd. The
 * running sums and differences of binary data are looked at as texts too.
 */
export function substitutionMatches(
  bytes: Uint8Array,
  { look, odd }: OddPlaces,
  index: ProtectedIndex,
  budget: ScanBudget,
): readonly Match[] {
  const search = patternsOf(index);
  if (search === null) return [];
  const read = (stream: SymbolStream): readonly Match[] => {
    budget.spend(stream.length);
    return isomorphMatches(stream, search, budget);
  };
  const asBinary = look.binary || bytes.length <= SMALL;
  return [
    ...inSpans(bytes, partsOf({ start: 0, end: bytes.length }), (part) => wordMatches(part, look.wide, read)),
    ...inSpans(bytes, odd, (part) => [
      ...byteMatches(part, look.binary, read),
      ...(asBinary ? runningMatches(part, read, (sums) => rareTextMatches(sums, index, budget)) : []),
    ]),
  ];
}

type Read = (stream: SymbolStream) => readonly Match[];

function wordMatches(part: Uint8Array, wide: boolean, read: Read): readonly Match[] {
  const matches = wordStreams(part).flatMap(read);
  if (wide) matches.push(...read(codePointStream(part)));
  return matches;
}

function byteMatches(part: Uint8Array, binary: boolean, read: Read): readonly Match[] {
  const matches = [...read(wholeStream(part)), ...read(packedStream(part))];
  // Binary data has no white space: all of it is one run.
  const runs = binary ? [{ start: 0, end: part.length }] : longRuns(part, 2 * ANCHOR);
  for (const run of runs)
    for (const stream of groupStreams(part, run, ANCHOR))
      for (const match of read(stream))
        matches.push({ ...match, start: match.start + run.start, end: match.end + run.start });
  return matches;
}

function runningMatches(
  part: Uint8Array,
  read: Read,
  search: (sums: Uint8Array) => readonly Match[],
): readonly Match[] {
  return runningStreams(part).flatMap((sums) => [...read(wholeStream(sums)), ...search(sums)]);
}
