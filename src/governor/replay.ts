// Decides recorded decisions again and compares, byte for byte (P4). Pure over records: reads no clock, node or file.
import type { CompiledSpec } from "../decide/compile-spec.ts";
import { decide } from "../decide/decide.ts";
import type { Decision } from "../decide/decision.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import { sha256 } from "./ports.ts";
import { specHashOf } from "./project-record.ts";
import { recordedJudged } from "./recorded-judged.ts";
import { asJson, hashOf } from "./records.ts";
import { recordedSpec } from "./spec-in-force.ts";

/** What came of one recorded decision. `erased`: its payload is gone, so it is counted and not replayed. */
export type Replayed =
  | { readonly verdict: "same" | "erased"; readonly sequence: number }
  | {
      readonly verdict: "different";
      readonly sequence: number;
      readonly recorded: Decision;
      readonly decided: Decision;
    };

/** Every decision and check among `records` (a whole ledger, in order), decided again under the spec then in force. */
export async function* replay(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
): AsyncGenerator<Replayed, void, undefined> {
  const specs = new Map<string, CompiledSpec>();
  for await (const record of records) {
    if (record.kind === "spec_adopted" && record.payload !== null) {
      const { compiled } = recordedSpec(record);
      specs.set(compiled.spec_hash, compiled);
    }
    if (record.kind === "decision" || record.kind === "check") yield replayOne(record, specs);
  }
}

function replayOne(record: LedgerRecord, specs: ReadonlyMap<string, CompiledSpec>): Replayed {
  const { sequence } = record;
  const judged = recordedJudged(record);
  const compiled = specs.get(specHashOf(record));
  if (judged === null || compiled === undefined) return { verdict: "erased", sequence };
  const { task, facts, decision: recorded } = judged;
  const decided = decide(compiled, { task, digest: hashOf(task, sha256) }, facts);
  const same =
    hashOf(decided, sha256) === record.core["decision_hash"] &&
    hashOf(facts, sha256) === record.core["facts_hash"] &&
    canonicalJson(asJson(decided)) === canonicalJson(asJson(recorded));
  return same ? { verdict: "same", sequence } : { verdict: "different", sequence, recorded, decided };
}
