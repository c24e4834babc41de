// The tree of the public suffix list as the pinned tldts ships it; its package declares types only for its own front.
declare module "tldts/dist/cjs/src/data/trie.js" {
  /** The edges of node n are edgeStart[n] up to edgeStart[n + 1]. */
  export const edgeStart: Uint16Array;
  /** How many characters of `labelText` the label of an edge has; labels follow one another in the order of edges. */
  export const edgeLength: Uint8Array;
  /** The node that an edge leads to. */
  export const edgeChild: Uint16Array;
  export const labelText: string;
  export const rulesRoot: number;
}
