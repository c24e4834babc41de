// Watches what a labelled task writes: a look at its write grants before it starts and one after it ended. What a task
// without a label of its own writes is not looked at.
import type { Grants } from "../decide/decision.ts";
import { takeStock } from "../facts/stock.ts";
import { writtenPlaces } from "../facts/written-places.ts";
import type { NameHash } from "./name-hash.ts";
import { pathChain } from "./path-chain.ts";
import type { Projection } from "./project-record.ts";
import type { WrittenOutput } from "./records.ts";
import type { Hold } from "./sums.ts";

/** Hashes of one record: at 64 digits each, well within the ledger's bound of a record. */
const HASHES_MAX = 4096;

/** UTF-16 units of all names in one record's payload, each of which JSON may write as six bytes. */
const NAMES_MAX = 512 * 1024;

/** Write grants that are looked at; a task with more of them may have written all of each. */
const GRANTS_MAX = 32;

/**
 * Looks at the write grants of a task with `hold`; the function that is returned looks again and says what was written
 * between: null where that is too much to say. Never throws.
 */
export async function watchOutputs(
  { hold, grants }: { readonly hold: Pick<Hold, "carries">; readonly grants: Pick<Grants, "writes"> },
  { projection, names }: { readonly projection: Pick<Projection, "outputs">; readonly names: NameHash },
): Promise<() => Promise<readonly WrittenOutput[] | null>> {
  const { carries = null } = hold;
  if (carries === null) return () => Promise.resolve([]);
  const writes = grants.writes.map(({ path }) => path);
  if (writes.length > GRANTS_MAX || carries.writes.length !== writes.length)
    return () => Promise.resolve(null);
  const before = await Promise.all(writes.map((path) => takeStock(path)));
  const isLabelled = (path: string): boolean => projection.outputs.carries(pathChain(path, names), carries);
  return async () => {
    const written: WrittenOutput[] = [];
    for (const [grant, path] of writes.entries()) {
      const depth = pathChain(path, names).length;
      for (const place of await writtenPlaces(path, before[grant] ?? null, isLabelled)) {
        const chain = pathChain(place.path, names).slice(depth);
        const content = place.sha256 === null ? null : names("content", place.sha256);
        written.push({ grant, chain, content, path: place.path });
      }
    }
    const hashes = written.reduce((sum, { chain }) => sum + chain.length + 1, 0);
    const letters = written.reduce((sum, { path }) => sum + path.length, 0);
    return hashes > HASHES_MAX || letters > NAMES_MAX ? null : written;
  };
}
