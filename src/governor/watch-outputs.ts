// Watches what a labelled task writes: a look at its write grants before it starts and one after it ended. What a task
// without a label of its own writes is not looked at.
import { takeStock } from "../facts/stock.ts";
import { writtenPlaces } from "../facts/written-places.ts";
import type { Admitted } from "./launch.ts";
import type { NameHash } from "./name-hash.ts";
import { pathChain } from "./path-chain.ts";
import type { Projection } from "./project-record.ts";
import type { WrittenOutput } from "./records.ts";

/** Hashes of one record: at 64 digits each, well within the ledger's bound of a record. */
const HASHES_MAX = 4096;

/** Write grants that are looked at; a task with more of them may have written all of each. */
const GRANTS_MAX = 32;

/**
 * Looks at the write grants of `admitted`; the function that is returned looks again and says what was written between: null
 * where that is too much to say. Never throws.
 */
export async function watchOutputs(
  { hold, grants }: Pick<Admitted, "hold" | "grants">,
  { projection, names }: { readonly projection: Pick<Projection, "outputs">; readonly names: NameHash },
): Promise<() => Promise<readonly WrittenOutput[] | null>> {
  const { carries = null } = hold;
  if (carries === null) return () => Promise.resolve([]);
  const writes = grants.writes.map(({ path }) => path);
  if (writes.length > GRANTS_MAX) return () => Promise.resolve(null);
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
    return hashes > HASHES_MAX ? null : written;
  };
}
