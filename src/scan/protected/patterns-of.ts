// The patterns of an index of protected values, as the search for them takes them. Not the search (isomorph-scan.ts).
import type { IsomorphIndex } from "./isomorph-scan.ts";
import type { ProtectedIndex } from "./protected-index.ts";

/** What of `index` is looked for; null: no enrolled value has a pattern. */
export function patternsOf({ pieces, hashes, enrolled }: ProtectedIndex): IsomorphIndex | null {
  if (pieces.table.keys.length === 0) return null;
  return { pieces, hash: hashes.isomorph, window: hashes.anchors, enrolled };
}
