// Applies one ledger record to the projections: sums, and which settlement belongs to which decision. Live and at a
// rebuild the same function runs, so both give the same sums.
import type { LedgerRecord } from "../ledger/record.ts";
import { assert } from "../stdx/assert.ts";
import { type DestinationAmounts, type Hold, Sums } from "./sums.ts";

/** No window of the spec language is longer (spec/resources-schema.ts); older settlements are forgotten, ms. */
const WINDOW_MS_MAX: number = 366 * 24 * 60 * 60 * 1000;

/** Everything that a governor keeps beside the ledger. */
export interface Projection {
  readonly sums: Sums;
  /** Decision sequence by hold id, for live holds. */
  readonly decisions: Map<string, number>;
  /** Settlement sequence by decision sequence. */
  readonly settlements: Map<number, number>;
  /** Sequence of the last adoption record of each spec, by spec hash. */
  readonly adoptions: Map<string, number>;
}

/** The projection of an empty ledger. */
export function emptyProjection(): Projection {
  return {
    sums: new Sums(WINDOW_MS_MAX),
    decisions: new Map(),
    settlements: new Map(),
    adoptions: new Map(),
  };
}

/** Takes the hold of an admitted run, settles that of a settlement or recovery, notes an adoption; else changes nothing. */
export function projectRecord(
  record: Pick<LedgerRecord, "kind" | "sequence" | "time" | "core">,
  to: Projection,
): void {
  if (record.kind === "decision") {
    const hold = record.core["hold"] as unknown as Hold | null;
    if (hold === null) return;
    to.sums.take(hold);
    to.decisions.set(hold.id, record.sequence);
  }
  if (record.kind === "spec_adopted") to.adoptions.set(specHashOf(record), record.sequence);
  if (record.kind === "settlement" || record.kind === "recovery") projectEnd(record, to);
}

/** The spec that a record of a kind that names one was made under. */
export function specHashOf(record: Pick<LedgerRecord, "core">): string {
  const { spec_hash } = record.core;
  assert(typeof spec_hash === "string", "the record names its spec");
  return spec_hash;
}

/** The end of a hold, at the ledger time of its record. */
export function projectEnd(record: Pick<LedgerRecord, "sequence" | "time" | "core">, to: Projection): void {
  const { hold, decision, charged } = record.core;
  assert(typeof hold === "string" && typeof decision === "number", "an end names its hold and decision");
  to.sums.settle(hold, charged as unknown as readonly DestinationAmounts[], record.time);
  to.decisions.delete(hold);
  to.settlements.set(decision, record.sequence);
}
