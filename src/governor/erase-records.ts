// Answers `erase`: which payloads a person may have erased, and what the governor keeps of them beside the ledger. How they
// leave the files is the ledger's matter.
import type { ErasedPayloads, EraseRequest } from "./governor.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import type { Projection } from "./project-record.ts";
import type { JobBook } from "./queue/job-book.ts";

export interface ErasePartsOf {
  readonly ledger: KeptLedger;
  readonly projection: Projection;
  readonly book: JobBook;
  /** Hashes of the spec in force and of those that it is measured by or may give way to. */
  readonly specHashes: () => readonly string[];
}

/**
 * Erases the payloads that `request` names, but for the spec in force, those that it is measured by or may give way to, and jobs that have not ended: without those the
 * governor could not go on. Throws WRIT_LEDGER_UNWRITABLE.
 */
export async function eraseRecords(parts: ErasePartsOf, request: EraseRequest): Promise<ErasedPayloads> {
  const { ledger, book } = parts;
  const wanted = await wantedOf(ledger, request);
  const needed = new Set([
    ...book.store.live(Number.MAX_SAFE_INTEGER).map(({ id }) => id),
    ...parts.specHashes().map((hash) => parts.projection.adoptions.get(hash) ?? -1),
  ]);
  let kept = 0;
  const erased: number[] = [];
  const { payloads, records } = await ledger.erase((sequence) => {
    if (!wanted(sequence)) return false;
    if (needed.has(sequence)) kept += 1;
    else erased.push(sequence);
    return !needed.has(sequence);
  });
  book.forget(erased);
  return { payloads, kept, records };
}

async function wantedOf(ledger: KeptLedger, request: EraseRequest): Promise<(sequence: number) => boolean> {
  if ("sequences" in request) {
    const named = new Set(request.sequences);
    for (const sequence of named) await ledger.read(sequence);
    return (sequence) => named.has(sequence);
  }
  if (!("before" in request)) return () => true;
  const { before } = request;
  const older = new Set<number>();
  for await (const { sequence, wall } of ledger.records()) if (wall < before) older.add(sequence);
  return (sequence) => older.has(sequence);
}
