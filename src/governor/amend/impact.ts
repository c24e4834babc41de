// What another spec would have let through: the last recorded decisions, decided with it from the facts of then. Counts and
// ranks by replay-tally.ts; decides nothing that counts.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { CompiledSpec } from "../../decide/compile-spec.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import { replay } from "../replay.ts";
import { type ReplayReport, ReplayTally } from "../replay-tally.ts";

/** Decisions that are looked back on: the last ones. */
export const IMPACT_DECISIONS_MAX = 100_000;
/** Changed tasks that the report names. */
const WORST_MAX = 20;
/** Other work of the process waits no longer than about this, ms. */
const SLICE_MS = 10;

export interface ImpactOptions {
  /** Decisions and checks among the records. */
  readonly decisions: number;
  readonly build: string;
  /** Told now and then how many of how many are decided. */
  readonly progress?: (decided: number, of: number) => void;
}

/** The report on deciding `records` (a whole ledger, in order) with `spec`. */
export async function impactOf(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
  spec: CompiledSpec,
  { decisions, build, progress = () => undefined }: ImpactOptions,
): Promise<ReplayReport> {
  const tally = new ReplayTally(spec.spec_hash);
  const of = Math.min(decisions, IMPACT_DECISIONS_MAX);
  let began = performance.now();
  for await (const replayed of replay(lastDecisions(records, decisions - of), { build, spec })) {
    tally.add(replayed);
    if (performance.now() - began < SLICE_MS) continue;
    progress(Math.min(tally.decisions, of), of);
    await nextTurn();
    began = performance.now();
  }
  return tally.report(WORST_MAX);
}

/** Every record but the first `left_out` decisions. */
async function* lastDecisions(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
  left_out: number,
): AsyncGenerator<LedgerRecord, void, undefined> {
  let left = left_out;
  for await (const record of records) {
    const isDecision = record.kind === "decision" || record.kind === "check";
    if (isDecision && left > 0) left -= 1;
    else yield record;
  }
}
