// What another spec would have let through: the last recorded decisions, decided with it from the facts of then. Counts and
// ranks by change-tally.ts; decides nothing that counts.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { CompiledSpec } from "../../decide/compile-spec.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import { type AgainstSpec, ChangeTally } from "../change-tally.ts";
import { compareOne } from "../replay.ts";

/** Decisions that are looked back on: the last ones. */
export const IMPACT_DECISIONS_MAX = 100_000;
/** Changed tasks that the report names. */
const WORST_MAX = 20;
/** Other work of the process waits no longer than about this, ms. */
const SLICE_MS = 10;

export interface ImpactReport extends AgainstSpec {
  readonly schema: "writ.impact/1";
  /** Decisions and checks that were looked back on. */
  readonly decisions: number;
}

export interface ImpactOptions {
  /** Decisions and checks among the records. */
  readonly decisions: number;
  /** Told now and then how many of how many are decided. */
  readonly progress?: (decided: number, of: number) => void;
}

/** The report on deciding `records` (a whole ledger, in order) with `spec`. */
export async function impactOf(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
  spec: CompiledSpec,
  { decisions, progress = () => undefined }: ImpactOptions,
): Promise<ImpactReport> {
  const tally = new ChangeTally(spec.spec_hash);
  const of = Math.min(decisions, IMPACT_DECISIONS_MAX);
  let left_out = decisions - of;
  let began = performance.now();
  for await (const record of records) {
    if (record.kind !== "decision" && record.kind !== "check") continue;
    left_out -= 1;
    if (left_out < 0) tally.add(compareOne(record, spec));
    if (performance.now() - began < SLICE_MS) continue;
    progress(Math.min(tally.decisions, of), of);
    await nextTurn();
    began = performance.now();
  }
  return { schema: "writ.impact/1", decisions: tally.decisions, ...tally.report(WORST_MAX) };
}
