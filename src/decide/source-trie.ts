// The labelled places of a spec as a tree of path segments, so that what a grant may reveal is found in the depth of its
// path. Lexical: symlinks were resolved by facts/. Says the same as names/path.ts overlapsPath over every source.
import { patternBase } from "../names/path.ts";
import type { Source } from "../spec/spec.ts";

/** What a path may reveal: the highest rank of any source it overlaps, or -1, and whether one of them is untrusted. */
export interface Reach {
  readonly rank: number;
  readonly untrusted: boolean;
}

interface Node {
  readonly children: Map<string, Node>;
  /** What the sources standing exactly here say. */
  rank: number;
  untrusted: boolean;
  /** The path of such a source; null: none stands here. */
  place: string | null;
  /** The same over everything at and below this place. */
  rankBelow: number;
  untrustedBelow: boolean;
}

/** What no source labels. */
export const NOTHING: Reach = { rank: -1, untrusted: false };

export interface SourceTrie {
  /** For a grant of `path` and everything below it: sources at, above and below count. */
  overlapping(path: string): Reach;
  /** For a grant of `path` whose labelled inside is masked: only sources at and above count. */
  covering(path: string): Reach;
  /** The places of sources strictly below `path`, sorted. */
  inside(path: string): readonly string[];
}

/** Builds the tree once for a spec. `rank` gives a label's place on the ladder. */
export function buildSourceTrie(sources: readonly Source[], rank: (label: string) => number): SourceTrie {
  const root = emptyNode();
  for (const source of sources) insert(root, source, rank(source.label));
  return {
    overlapping: (path) => walk(root, path, true),
    covering: (path) => walk(root, path, false),
    inside: (path) => inside(root, path),
  };
}

function emptyNode(): Node {
  return {
    children: new Map(),
    rank: -1,
    untrusted: false,
    place: null,
    rankBelow: -1,
    untrustedBelow: false,
  };
}

function insert(root: Node, source: Source, rank: number): void {
  const base = patternBase(source.path);
  const untrusted = source.trust === "untrusted";
  let node = root;
  raise(node, rank, untrusted);
  for (const segment of base.split("/")) {
    if (segment === "") continue;
    const next = node.children.get(segment) ?? emptyNode();
    node.children.set(segment, next);
    node = next;
    raise(node, rank, untrusted);
  }
  node.rank = Math.max(node.rank, rank);
  node.untrusted ||= untrusted;
  node.place = base;
}

function raise(node: Node, rank: number, untrusted: boolean): void {
  node.rankBelow = Math.max(node.rankBelow, rank);
  node.untrustedBelow ||= untrusted;
}

function walk(root: Node, path: string, below: boolean): Reach {
  let node: Node = root;
  let rank = root.rank;
  let untrusted = root.untrusted;
  for (let at = 1; at < path.length; ) {
    const slash = path.indexOf("/", at);
    const end = slash === -1 ? path.length : slash;
    const next = node.children.get(path.slice(at, end));
    if (next === undefined) return rank === -1 ? NOTHING : { rank, untrusted };
    node = next;
    if (node.rank > rank) rank = node.rank;
    untrusted ||= node.untrusted;
    at = end + 1;
  }
  if (!below) return rank === -1 ? NOTHING : { rank, untrusted };
  return { rank: Math.max(rank, node.rankBelow), untrusted: untrusted || node.untrustedBelow };
}

function inside(root: Node, path: string): readonly string[] {
  let node: Node | undefined = root;
  for (const segment of path.split("/")) {
    if (segment !== "") node = node?.children.get(segment);
  }
  const places: string[] = [];
  const waiting: Node[] = node === undefined ? [] : [...node.children.values()];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.place !== null) places.push(next.place);
    waiting.push(...next.children.values());
  }
  return places.sort();
}
