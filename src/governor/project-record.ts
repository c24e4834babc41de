// Applies one ledger record to the projections: sums, outputs, and which settlement belongs to which decision. Live and at a
// rebuild the same function runs, so both give the same.
import type { Decision, GrantedPath } from "../decide/decision.ts";
import type { Observation } from "../enforce/execution.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { assert } from "../stdx/assert.ts";
import { Footprints } from "./footprints.ts";
import { HeatSamples } from "./heat-samples.ts";
import { Narrowings } from "./narrowings.ts";
import { type KnownOutput, Outputs } from "./outputs.ts";
import type { WrittenOutput } from "./records.ts";
import { type DestinationAmounts, type HeldLabel, type Hold, Sums } from "./sums.ts";

/** No window of the spec language is longer (spec/resources-schema.ts); older settlements are forgotten, ms. */
const WINDOW_MS_MAX: number = 366 * 24 * 60 * 60 * 1000;

/** Everything that a governor keeps beside the ledger. */
export interface Projection {
  readonly sums: Sums;
  /** Decision sequence by hold id, for live holds. */
  readonly decisions: Map<string, number>;
  /** Sequences of the decisions on its submissions, by that of a task's own decision. */
  readonly children: Map<number, number[]>;
  /** Settlement sequence by decision sequence. */
  readonly settlements: Map<number, number>;
  /** Sequence of the last adoption record of each spec, by spec hash. */
  readonly adoptions: Map<string, number>;
  /** What is enrolled: the index that the last enrolment put in force; null: there was none. */
  readonly enrolled: { hash: string | null };
  /** What labelled tasks wrote. */
  readonly outputs: Outputs;
  /** How this node warms, as settlements showed it. */
  readonly heat: HeatSamples;
  /** What settled tasks used, by their class. */
  readonly footprints: Footprints;
  readonly narrowing: Narrowings;
  /** By hold id, the write grants of live holds that carry a label, as the decision's payload has them; else nameless. */
  readonly writes: Map<string, readonly WriteGrant[]>;
}

/** Where a write grant is. */
export type WriteGrant = Pick<GrantedPath, "path" | "device">;

/** The projection of an empty ledger. */
export function emptyProjection(): Projection {
  return {
    sums: new Sums(WINDOW_MS_MAX),
    decisions: new Map(),
    children: new Map(),
    settlements: new Map(),
    adoptions: new Map(),
    enrolled: { hash: null },
    outputs: new Outputs(),
    heat: new HeatSamples(),
    footprints: new Footprints(),
    narrowing: new Narrowings(),
    writes: new Map(),
  };
}

/** Takes the hold of an admitted run, settles that of a settlement or recovery, notes an adoption or enrolment; else changes nothing. */
export function projectRecord(
  record: Pick<LedgerRecord, "kind" | "sequence" | "time" | "core" | "payload">,
  to: Projection,
): void {
  if (record.kind === "decision") {
    projectChild(record.core, record.sequence, to);
    const hold = record.core["hold"] as unknown as Hold | null;
    if (hold === null) return;
    to.sums.take({ ...hold, destinations: hold.destinations.map(whole) });
    // A payload that nobody asks for is not read.
    projectHold(hold, record.sequence, labelOf(hold) === null ? null : writesOf(record.payload), to);
  }
  to.narrowing.note(record);
  if (record.kind === "spec_adopted") to.adoptions.set(specHashOf(record), record.sequence);
  if (record.kind === "enrolled") to.enrolled.hash = indexHashOf(record);
  if (record.kind === "settlement" || record.kind === "recovery") projectEnd(record, to);
}

/** The spec that a record of a kind that names one was made under. */
export function specHashOf(record: Pick<LedgerRecord, "core">): string {
  const { spec_hash } = record.core;
  assert(typeof spec_hash === "string", "the record names its spec");
  return spec_hash;
}

/** The index that an enrolment put in force. */
export function indexHashOf({ core: { index_hash } }: Pick<LedgerRecord, "core">): string {
  assert(typeof index_hash === "string", "an enrolment names its index");
  return index_hash;
}

/** Whose submission a decision was on. */
export function projectChild(core: LedgerRecord["core"], sequence: number, to: Projection): void {
  const { parent } = core;
  if (typeof parent !== "number") return;
  const others = to.children.get(parent);
  if (others === undefined) to.children.set(parent, [sequence]);
  else others.push(sequence);
}

/** What the record of a hold that was taken brings: its decision, and the end of outputs that were gone by then. */
export function projectHold(
  hold: Hold,
  decision: number,
  writes: readonly WriteGrant[] | null,
  to: Projection,
): void {
  to.decisions.set(hold.id, decision);
  for (const ended of hold.ended ?? []) to.outputs.end(ended);
  if (writes !== null && labelOf(hold) !== null) to.writes.set(hold.id, writes);
}

/** The end of a hold, at the ledger time of its record: what it is charged, and what it wrote. */
export function projectEnd(
  record: Pick<LedgerRecord, "sequence" | "time" | "core" | "payload">,
  to: Projection,
): void {
  const { hold: id, decision, charged } = record.core;
  assert(typeof id === "string" && typeof decision === "number", "an end names its hold and decision");
  const hold = to.sums.hold(id);
  assert(hold !== undefined, "only a live hold ends");
  for (const output of outputsOf(record, hold, to.writes.get(id) ?? [])) {
    to.outputs.add({ ...output, decision, at: record.sequence });
  }
  to.sums.settle(id, (charged as unknown as readonly Recorded[]).map(whole), record.time);
  to.heat.add(record.core["heat"]);
  const observation = record.core["observation"] as Observation | undefined;
  if (hold.class !== undefined && observation !== undefined)
    to.footprints.add(hold.class, observation, record.time);
  to.decisions.delete(id);
  to.writes.delete(id);
  to.settlements.set(decision, record.sequence);
}

/** Amounts as a record has them: before tokens and money were counted, without these. */
type Recorded = Omit<DestinationAmounts, "tokens" | "money"> & Partial<DestinationAmounts>;

function whole({ tokens = 0, money = 0, ...amounts }: Recorded): DestinationAmounts {
  return { ...amounts, tokens, money };
}

function labelOf({ carries }: Hold): HeldLabel | null {
  return carries ?? null;
}

type EndedAt = Omit<KnownOutput, "decision" | "at">;

/** INVARIANT: a record that does not say what was written (a recovery) stands for everything that might have been. */
function outputsOf(
  { core, payload }: Pick<LedgerRecord, "core" | "payload">,
  hold: Hold,
  grants: readonly WriteGrant[],
): readonly EndedAt[] {
  const held = labelOf(hold);
  if (held === null) return [];
  const { label, untrusted, writes } = held;
  // Of very many grants one chain around them all is held.
  const named = grants.length === writes.length;
  const whole = writes.map((chain, at) => {
    const { path, device } = (named ? grants[at] : undefined) ?? UNNAMED;
    return { label, untrusted, chain, path, device };
  });
  const written = core["outputs"] as unknown as readonly Omit<WrittenOutput, "path">[] | undefined;
  if (written === undefined) return whole;
  const paths = (payload as { readonly outputs?: readonly string[] } | null)?.outputs ?? [];
  return written.map(({ grant, chain }, at) => {
    const within = writes[grant];
    assert(within !== undefined, "an output lies in a write grant");
    const { device } = grants[grant] ?? UNNAMED;
    return { label, untrusted, chain: [...within, ...chain], path: paths[at] ?? null, device };
  });
}

/** What the payload alone says, where it was erased. */
const UNNAMED = { path: null, device: null } as const;

/** The write grants, as a decision's payload has them; null: erased. */
function writesOf(payload: LedgerRecord["payload"]): readonly WriteGrant[] | null {
  const { decision } = (payload ?? {}) as { readonly decision?: Pick<Decision, "grants"> };
  return decision?.grants?.writes ?? null;
}
