// The cores that this governor writes into the ledger and reads back at its start: what stands in each kind, in one
// place for both. Not the ledger, and not the payloads, which only explain and replay read.
import type { Decision } from "../decide/decision.ts";
import type { Facts } from "../decide/facts.ts";
import type { HeatSample } from "../decide/fit-heat.ts";
import type { HeatReading } from "../decide/heat-ladder.ts";
import type { EgressEvent, Observation } from "../enforce/execution.ts";
import type { RecordInput } from "../ledger/record.ts";
import { CanonicalText, canonicalJson, lastingText } from "../stdx/canonical-json.ts";
import type { Json, JsonObject } from "../stdx/json.ts";
import type { Sha256 } from "../stdx/ports.ts";
import type { Task } from "../task/task.ts";
import type { NameHash } from "./name-hash.ts";
import type { PathChain } from "./path-chain.ts";
import type { DestinationAmounts, Hold } from "./sums.ts";

/** What was judged, whole: with the spec's bytes in the ledger it is all that replay needs. */
export interface Judged {
  readonly task: Task;
  readonly facts: Facts;
  readonly decision: Decision;
}

/** What a decision's record holds beside what was judged. */
export interface DecisionBeside {
  /** Null for everything but an admitted run. */
  readonly hold: Hold | null;
  /** Null for what was not queued. */
  readonly job: number | null;
  /** What is measured of it (measured.ts); null: nothing is. */
  readonly measured: JsonObject | null;
}

/** The record of a decision or a check. */
export function decisionRecord(
  kind: "decision" | "check",
  { task, facts, decision }: Judged,
  { hold, job, measured }: DecisionBeside,
  sha256: Sha256,
): RecordInput {
  const { grants } = decision;
  // An observation is shared by decisions, and a task by its submissions: nobody changes either.
  const node = lastingText(facts.node).asJson();
  const paths = lastingText(facts.paths).asJson();
  const judged = {
    facts: new CanonicalText({ ...(asJson(facts) as JsonObject), node, paths }),
    decision: new CanonicalText(asJson(decision)),
  };
  const parent = facts.sums.ancestors[0]?.decision;
  const failing = decision.findings.filter((finding) => !finding.passes);
  return {
    kind,
    core: {
      outcome: decision.outcome,
      spec_hash: decision.spec_hash,
      task_digest: decision.task_digest,
      facts_hash: sha256(judged.facts.text),
      decision_hash: sha256(judged.decision.text),
      principal: decision.principal,
      label: decision.label,
      untrusted: decision.untrusted,
      score: decision.score,
      causes: [...new Set(failing.map((finding) => finding.cause))],
      remedies: decision.remedies.map((remedy) => remedy.change),
      node,
      // Absent where no task submitted it: those records stay as they are.
      ...(parent === undefined ? {} : { parent }),
      grants:
        grants === null
          ? null
          : {
              memory: grants.memory,
              cpu: grants.cpu,
              processes: grants.processes,
              time: grants.time,
              output: grants.output,
            },
      hold: hold === null ? null : asJson(hold),
      ...(job === null ? {} : { job }),
      ...(measured === null ? {} : { measured }),
    },
    payload: {
      task: lastingText(task).asJson(),
      facts: judged.facts.asJson(),
      decision: judged.decision.asJson(),
    },
  };
}

/** The record of a signed writ: its id and digest, never the token. */
export function writRecord(
  writ: {
    readonly decision: number;
    readonly jti: string;
    readonly fence: number;
    readonly expires_at: number;
  },
  token: string,
  sha256: Sha256,
): RecordInput {
  return { kind: "writ", core: { ...writ, token_hash: sha256(token) } };
}

/**
 * One decision of the gate. Host and path are a task's words: of both only their keyed hashes stay, and both in clear are
 * payload, which may be erased; a draft of what the task lacked is made of them.
 */
export function egressRecord(decision: number, event: EgressEvent, names: NameHash): RecordInput {
  const { path, host, ...rest } = event;
  const core = {
    ...rest,
    decision_sequence: decision,
    host_hash: host === null ? null : names("host", host),
    path_hash: names("path", path),
  };
  if (host === null) return { kind: "egress", core };
  return { kind: "egress", core, payload: path === "" ? { host } : { host, path } };
}

/** What was done to a running task for the node's heat, once it was done. */
export interface HeatStep {
  readonly act: "freeze" | "thaw";
  /** What the node showed. */
  readonly reading: HeatReading;
  /** Thousandths of a degree; null: nothing showed any. */
  readonly celsius_milli: number | null;
  /** Of a freeze: whether all of the task was seen to stand. */
  readonly stands?: boolean;
}

/** The record of a step of the heat ladder. What ended a task stands in its settlement. */
export function heatStepRecord(decision: number, { act, ...seen }: HeatStep): RecordInput {
  return { kind: act === "freeze" ? "task_frozen" : "task_thawed", core: { decision, ...seen } };
}

/** How a hold ended and what it is charged. */
export interface Settlement {
  readonly decision: number;
  readonly hold: string;
  readonly observation: Observation;
  readonly charged: readonly DestinationAmounts[];
  /** What it wrote; null: nobody can tell, so all that it might. Counts only for a hold that carries a label. */
  readonly written: readonly WrittenOutput[] | null;
  /** What the node's heat did meanwhile; absent or null: it was not measured, or for too short. */
  readonly heat?: HeatSample | null;
}

/** A place that a labelled task wrote. */
export interface WrittenOutput {
  /** Which of the hold's write grants it lies in. */
  readonly grant: number;
  /** What its chain has beyond the grant's; empty: all of the grant. */
  readonly chain: PathChain;
  /** The keyed hash of its content; null: a folder, or none was taken. */
  readonly content: string | null;
  /** Payload: erasable. */
  readonly path: string;
}

/** The record of a settlement. */
export function settlementRecord({ written, heat = null, ...settlement }: Settlement): RecordInput {
  const measured = heat === null ? {} : { heat };
  const core = asJson({ ...settlement, ...measured }) as JsonObject;
  if (written === null) return { kind: "settlement", core };
  const outputs = written.map(({ grant, chain, content }) => asJson({ grant, chain, content }));
  const record: RecordInput = { kind: "settlement", core: { ...core, outputs } };
  return written.length === 0 ? record : { ...record, payload: { outputs: written.map(({ path }) => path) } };
}

/** The record of a hold that no governor settled before it died: charged in full. */
export function recoveryRecord(decision: number, hold: Hold): RecordInput {
  return {
    kind: "recovery",
    core: { decision, hold: hold.id, cause: "unsettled", charged: asJson(hold.destinations) },
  };
}

/** The canonical hash of a value of the pure rooms. */
export function hashOf(value: Judged[keyof Judged], sha256: Sha256): string {
  return sha256(canonicalJson(asJson(value)));
}

/** The pure rooms' values are plain JSON by construction, which their interfaces cannot say. */
export function asJson(value: object): Json {
  return value as unknown as Json;
}
