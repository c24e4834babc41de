// Answers `explain`: a recorded decision as it stands in the ledger, with its traffic and settlement. Decides nothing.
import { Buffer } from "node:buffer";
import type { CompiledSpec } from "../decide/compile-spec.ts";
import { explainDecision } from "../decide/explain.ts";
import type { Observation } from "../enforce/execution.ts";
import { leafHash } from "../ledger/merkle-tree.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { encodeRecord } from "../ledger/record-codec.ts";
import { assert } from "../stdx/assert.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Explained } from "./governor.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import { type Projection, specHashOf } from "./project-record.ts";
import { recordedJudged } from "./recorded-judged.ts";
import { recordedSpec } from "./spec-in-force.ts";
import { tellChain } from "./tell-chain.ts";
import { tellLine } from "./tell-line.ts";
import { tellRun } from "./tell-run.ts";

export interface ExplainParts {
  readonly ledger: KeptLedger;
  readonly projection: Projection;
}

/**
 * The decision or check of record `sequence`, told under the spec it was decided with. Throws WRIT_RECORD_UNKNOWN when
 * there is none, it is of another kind, or its payload was erased.
 */
export async function explainRecord(parts: ExplainParts, sequence: number): Promise<Explained> {
  const record = await parts.ledger.read(sequence);
  const judged = recordedJudged(record);
  if (judged === null) {
    throw new WritError("WRIT_RECORD_UNKNOWN", `the payload of record ${sequence} was erased`, {
      hint: "writ ledger tail",
    });
  }
  const { kind, wall } = record;
  assert(kind === "decision" || kind === "check", "a judged record is a decision or a check");
  const compiled = await specOfRecord(parts, record);
  const read = (earlier: number): Promise<LedgerRecord> => parts.ledger.read(earlier);
  const chain = await tellChain({ read, specOf: (one) => specOfRecord(parts, one) }, judged, compiled);
  const run = kind === "decision" ? await tellRun(parts, sequence) : [];
  return {
    sequence,
    kind,
    wall,
    leaf: Buffer.from(leafHash(encodeRecord(record))).toString("hex"),
    decision: judged.decision,
    task: judged.task,
    facts: judged.facts,
    told: [
      ...explainDecision(judged, compiled),
      ...chain,
      ...(await tellLine(parts, sequence, judged)),
      ...run,
    ],
    settlement: await settlementOf(parts, sequence),
  };
}

async function specOfRecord(
  { ledger, projection }: ExplainParts,
  decided: LedgerRecord,
): Promise<CompiledSpec> {
  const adoption = projection.adoptions.get(specHashOf(decided));
  assert(adoption !== undefined, "every decision stands behind the adoption of its spec");
  return recordedSpec(await ledger.read(adoption)).compiled;
}

async function settlementOf(parts: ExplainParts, decision: number): Promise<Explained["settlement"]> {
  const sequence = parts.projection.settlements.get(decision);
  if (sequence === undefined) return null;
  const record = await parts.ledger.read(sequence);
  const observation = record.core["observation"];
  return observation === undefined ? null : { sequence, observation: observation as unknown as Observation };
}
