// A path as the keyed hashes of itself and of every folder around it, so that the ledger's cores tell which places overlap
// and name none. Not the hash itself (name-hash.ts).
import type { NameHash } from "./name-hash.ts";

/** The hash of `/` first, that of the path itself last. Two places overlap when one chain begins with the other. */
export type PathChain = readonly string[];

/**
 * The chain of a real path.
 *
 * @example pathChain("/work/out", names)  // the hashes of "/", "/work" and "/work/out"
 */
export function pathChain(path: string, names: NameHash): PathChain {
  const chain = [names("path", "/")];
  let at = "";
  for (const segment of path.split("/")) {
    if (segment === "") continue;
    at += `/${segment}`;
    chain.push(names("path", at));
  }
  return chain;
}

/** Hashes of all chains in one record: at 64 digits each, well within the ledger's bound of a record. */
const HASHES_MAX = 4096;

/** The chains of `paths`, in order; of too many the one of the folder around them all. */
export function pathChains(paths: readonly string[], names: NameHash): readonly PathChain[] {
  const chains = paths.map((path) => pathChain(path, names));
  const [first = [], ...others] = chains;
  if (chains.reduce((sum, chain) => sum + chain.length, 0) <= HASHES_MAX) return chains;
  const shared = first.findIndex((hash, at) => others.some((chain) => chain[at] !== hash));
  return [shared === -1 ? first : first.slice(0, shared)];
}
