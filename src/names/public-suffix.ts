// Where the public suffix list stands in the way of a wildcard: `*.github.io` would be everyone's pages.
import { getPublicSuffix } from "tldts";
import { edgeChild, edgeLength, edgeStart, labelText, rulesRoot } from "tldts/dist/cjs/src/data/trie.js";

/**
 * Whether the canonical name is a public suffix, or has one below it, private section included: names under it belong
 * to strangers. `amazonaws.com` is one, because `s3.amazonaws.com` is a public suffix. A name without a dot always is.
 *
 * @example isAtOrAbovePublicSuffix("github.io") === true
 * @example isAtOrAbovePublicSuffix("example.com") === false
 */
export function isAtOrAbovePublicSuffix(name: string): boolean {
  const suffix = getPublicSuffix(name, { allowPrivateDomains: true });
  return suffix === null || suffix === name || isOnTheWayToARule(name);
}

/** Follows the list's own tree, label by label from the right: where it goes on, a rule stands there or below. */
function isOnTheWayToARule(name: string): boolean {
  let node = rulesRoot;
  for (const label of name.split(".").reverse()) {
    const edge = findEdge(node, label);
    if (edge === -1) return false;
    node = edgeChild[edge] ?? rulesRoot;
  }
  return true;
}

function findEdge(node: number, label: string): number {
  for (let edge = firstEdge(node); edge < firstEdge(node + 1); edge += 1) {
    if (labelOf(edge) === label) return edge;
  }
  return -1;
}

function firstEdge(node: number): number {
  return edgeStart[node] ?? 0;
}

function labelOf(edge: number): string {
  const start = labelStarts()[edge] ?? 0;
  return labelText.slice(start, start + (edgeLength[edge] ?? 0));
}

/** The list stores its labels end to end; computed on first use, since most specs have no wildcard. */
let starts: Uint32Array | null = null;
function labelStarts(): Uint32Array {
  if (starts !== null) return starts;
  starts = new Uint32Array(edgeLength.length);
  let start = 0;
  for (const [edge, length] of edgeLength.entries()) {
    starts[edge] = start;
    start += length;
  }
  return starts;
}
