// Labelled places. An older source is kept when the newer spec labels its base, or a folder above it, at least as high
// and as untrusted: whatever overlaps the older source overlaps that one too. An unnamed file below the base shows that
// nothing less will do, so this is exact.
import { patternBase } from "../names/path.ts";
import type { Source, Spec } from "./spec.ts";
import type { Looser, WitnessRequest } from "./witness.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

/** The older sources, by path, that the newer spec labels lower or trusts more. */
export function looserSources(comparison: Comparison): readonly Looser[] {
  return loweredSources(comparison.b, comparison.a).flatMap(({ source, labelled, trusted }) => {
    const field = `privacy.sources[${source.path}]`;
    return [
      ...(labelled ? [] : [comparison.looser(`${field}.label`, reading(comparison, source))]),
      ...(trusted ? [] : [comparison.looser(`${field}.trust`, reading(comparison, source))]),
    ];
  });
}

/** A source of `a` that `b` does not keep whole. */
export interface LoweredSource {
  readonly source: Source;
  /** `b` labels it at least as high. */
  readonly labelled: boolean;
  /** `b` trusts it no more. */
  readonly trusted: boolean;
}

/** Every source of `a` that `b` labels lower or trusts more. */
export function loweredSources(b: Spec, a: Spec): readonly LoweredSource[] {
  const [now, before] = [b.privacy, a.privacy];
  const changed = before.sources.filter((source, at) => !sameSource(source, now.sources[at]));
  if (changed.length === 0) return [];
  const newer = rootsOf(b);
  const rank = (label: string) => before.ladder.indexOf(label);
  const defaultRank = rank(now.default_label);
  return changed.flatMap((source) => {
    const holding = atOrAbove(newer, patternBase(source.path));
    const highest = holding.reduce((high, { label }) => Math.max(high, rank(label)), defaultRank);
    const labelled = rank(source.label) <= highest;
    const trusted = source.trust === "trusted" || holding.some(({ trust }) => trust === "untrusted");
    return labelled && trusted ? [] : [{ source, labelled, trusted }];
  });
}

function sameSource(one: Source, other: Source | undefined): boolean {
  return (
    other !== undefined && one.path === other.path && one.label === other.label && one.trust === other.trust
  );
}

function rootsOf(spec: Spec): ReadonlyMap<string, readonly Source[]> {
  const roots = new Map<string, Source[]>();
  for (const source of spec.privacy.sources) {
    const base = patternBase(source.path);
    const same = roots.get(base);
    if (same === undefined) roots.set(base, [source]);
    else same.push(source);
  }
  return roots;
}

function atOrAbove(roots: ReadonlyMap<string, readonly Source[]>, path: string): readonly Source[] {
  const found: Source[] = [...(roots.get("/") ?? [])];
  for (let end = path.indexOf("/", 1); end !== -1; end = path.indexOf("/", end + 1)) {
    found.push(...(roots.get(path.slice(0, end)) ?? []));
  }
  return path === "/" ? found : [...found, ...(roots.get(path) ?? [])];
}

/** Reads below the source that nothing else names, alone and with calls that carry each label. */
function* reading(comparison: Comparison, source: Source): Iterable<WitnessRequest> {
  const { b, a } = comparison;
  const reads = [unnamedBelow(patternBase(source.path), [...b.privacy.sources, ...a.privacy.sources])];
  for (const task of comparison.tasks()) yield { ...task, reads };
  for (const request of comparison.callers()) {
    for (const label of [null, ...b.privacy.ladder]) yield changeCall({ ...request, reads }, { label });
  }
}

function unnamedBelow(folder: string, sources: readonly Source[]): string {
  const prefix = folder === "/" ? "/" : `${folder}/`;
  for (let n = 0; ; n += 1) {
    const path = `${prefix}w${n}`;
    if (!sources.some((source) => patternBase(source.path).startsWith(path))) return path;
  }
}
