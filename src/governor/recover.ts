// Rebuilds what a governor keeps from the ledger's cores alone, and settles in full every hold that a dead one left open.
import type { LedgerRecord } from "../ledger/record.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import type { Progress } from "./progress.ts";
import { emptyProjection, type Projection, projectEnd, projectRecord } from "./project-record.ts";
import type { JobBook } from "./queue/job-book.ts";
import { recoveryRecord } from "./records.ts";
import { type AdoptedSpec, recordedSpec } from "./spec-in-force.ts";

/** What a governor starts from. */
export interface Recovered {
  readonly projection: Projection;
  readonly spec: AdoptedSpec;
}

/** The projections of `records`, as a governor that had lived through them has them. */
export async function rebuild(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
  also: (record: LedgerRecord) => void = () => undefined,
): Promise<{ readonly projection: Projection; readonly adoption: LedgerRecord | null }> {
  const projection = emptyProjection();
  let adoption: LedgerRecord | null = null;
  for await (const record of records) {
    projectRecord(record, projection);
    also(record);
    if (record.kind === "spec_adopted") adoption = record;
  }
  return { projection, adoption };
}

/**
 * Rebuilds from the whole ledger, the queue's `book` and what `others` keep too, and records a `recovery` for each open hold: a crash is not free budget. Throws
 * WRIT_SPEC_MISSING when no spec was ever adopted, WRIT_LEDGER_UNWRITABLE when a recovery cannot be recorded.
 */
export async function recover(
  ledger: KeptLedger,
  book: Pick<JobBook, "replay" | "ready">,
  others: readonly { note(record: LedgerRecord): void }[],
  progress: Progress = () => undefined,
): Promise<Recovered> {
  const { size } = ledger;
  const { projection, adoption } = await rebuild(ledger.records(), (record) => {
    book.replay(record);
    for (const other of others) other.note(record);
    progress(record.sequence + 1, size);
  });
  await book.ready();
  if (adoption === null) {
    throw new WritError("WRIT_SPEC_MISSING", "the ledger holds no adopted spec", {
      hint: "make a new home by writ init --home DIR",
    });
  }
  const spec = recordedSpec(adoption);
  for (const hold of projection.sums.holds()) {
    const record = recoveryRecord(projection.decisions.get(hold.id) ?? -1, hold);
    const appended = await ledger.append(record);
    projectEnd({ ...appended, core: record.core, payload: null }, projection);
  }
  return { projection, spec };
}
