// Decides recorded decisions again and compares, byte for byte (P4), and says what another spec would have decided. Pure over
// records: reads no clock, node or file. Counting and ranking what comes of it is replay-tally.ts.
import type { CompiledSpec } from "../decide/compile-spec.ts";
import { decide, type Verdict, verdictOn } from "../decide/decide.ts";
import type { Decision } from "../decide/decision.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { JsonObject } from "../stdx/json.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Task } from "../task/task.ts";
import { sha256 } from "./ports.ts";
import { recordedJudged } from "./recorded-judged.ts";
import { asJson, decisionRecord, hashOf, type Judged } from "./records.ts";
import { recordedSpec } from "./spec-in-force.ts";

/**
 * `same`: this build decides it again byte for byte. `different`: the build that decided it decides otherwise, or what is
 * recorded does not hold together. `other_code`: it was decided by another build, and this one decides otherwise.
 * `erased`: its payload or its spec's is gone, so it cannot be decided again.
 */
export type ReplayVerdict = "same" | "different" | "other_code" | "erased";

/** What came of one recorded decision. */
export interface Replayed {
  readonly sequence: number;
  readonly kind: "decision" | "check";
  /** Only shown. */
  readonly wall: string;
  readonly verdict: ReplayVerdict;
  /** As recorded; null: erased. */
  readonly task: Task | null;
  readonly recorded: Decision | null;
  /** By this build, under the spec then in force; null: erased, or this build cannot decide it. */
  readonly decided: Decision | null;
  /** By this build, under the other spec, from the facts that were observed then; null: none is given, erased, or undecidable. */
  readonly other: Verdict | null;
}

/** One recorded decision beside what another spec makes of it. */
export type Compared = Pick<Replayed, "sequence" | "kind" | "wall" | "task" | "recorded" | "other">;

export interface ReplayOptions {
  /** This build, as `software` records name theirs. */
  readonly build: string;
  /** Another spec to decide everything with as well. */
  readonly spec?: CompiledSpec;
}

/**
 * Every decision and check among `records` (a whole ledger, in order), decided again. Memory is bounded by the number of
 * specs that were adopted. Throws nothing for what is in the records.
 *
 * @example for await (const { verdict } of replay(ledger.records(), { build })) counts[verdict] += 1;
 */
export async function* replay(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
  options: ReplayOptions,
): AsyncGenerator<Replayed, void, undefined> {
  const specs: Specs = new Map();
  let build: string | null = null;
  for await (const record of records) {
    if (record.kind === "software") build = textOf(record.core["build"]);
    if (record.kind === "spec_adopted") noteSpec(record, specs);
    if (record.kind !== "decision" && record.kind !== "check") continue;
    const { verdict, ...found } = replayOne(record, specs, options);
    const foreign = verdict === "different" && build !== null && build !== options.build;
    yield { ...found, verdict: foreign ? "other_code" : verdict };
  }
}

/** By hash; null: this build reads its recorded bytes otherwise. */
type Specs = Map<string, CompiledSpec | null>;

function noteSpec(record: LedgerRecord, specs: Specs): void {
  const hash = textOf(record.core["spec_hash"]);
  if (hash !== null && record.payload !== null) specs.set(hash, specOf(record));
}

/** INVARIANT: what stands in a ledger that is being examined may be anything, so nothing in it may end the examination. */
function specOf(record: LedgerRecord): CompiledSpec | null {
  const { payload, core } = record;
  const { bytes } = (payload ?? {}) as { readonly bytes?: unknown };
  if (typeof bytes !== "string" || sha256(Buffer.from(bytes, "base64")) !== core["bytes_hash"]) return null;
  try {
    return recordedSpec(record).compiled;
  } catch (error) {
    if (error instanceof WritError) return null;
    throw error;
  }
}

function replayOne(record: LedgerRecord, specs: Specs, { spec }: ReplayOptions): Replayed {
  const judged = recordedJudged(record);
  const compiled = specs.get(textOf(record.core["spec_hash"]) ?? "");
  const compared = compareOne(record, spec ?? null);
  if (judged === null || compiled === undefined) return { ...compared, verdict: "erased", decided: null };
  const decided =
    compiled === null
      ? null
      : unlessUnread(() =>
          decide(compiled, { task: judged.task, digest: hashOf(judged.task, sha256) }, judged.facts),
        );
  const same = decided !== null && isRecorded(record, judged, decided);
  return { ...compared, verdict: same ? "same" : "different", decided };
}

/**
 * What `spec` makes of one recorded decision or check, from the facts that were observed then. Whether the record follows
 * from its own spec is not asked. Throws nothing for what is in it.
 */
export function compareOne(record: LedgerRecord, spec: CompiledSpec | null): Compared {
  const judged = recordedJudged(record);
  return {
    sequence: record.sequence,
    kind: kindOf(record),
    wall: record.wall,
    task: judged?.task ?? null,
    recorded: judged?.decision ?? null,
    other:
      judged === null || spec === null
        ? null
        : unlessUnread(() => verdictOn(spec, judged.task, judged.facts)),
  };
}

/** Null: what is recorded is no task or no facts to this build. */
function unlessUnread<T>(decideIt: () => T): T | null {
  try {
    return decideIt();
  } catch (error) {
    // Payloads are whatever the key's owner put there: a shape that no build writes fails as it may.
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Whether core and payload both are, byte for byte, what `decided` gives. What a hold is made of is the projection's to check. */
function isRecorded(record: LedgerRecord, { task, facts, decision }: Judged, decided: Decision): boolean {
  const { hold, job, measured: __, ...core } = record.core;
  const again = decisionRecord(kindOf(record), { task, facts, decision: decided }, NOTHING_HELD, sha256);
  const { hold: _, ...expected } = again.core;
  return (
    canonicalJson(core) === canonicalJson(expected) &&
    canonicalJson(asJson(decision)) === canonicalJson(asJson(decided)) &&
    hold !== undefined &&
    (job === undefined || typeof job === "number")
  );
}

const NOTHING_HELD = { hold: null, job: null, measured: null } as const;

function kindOf({ kind }: LedgerRecord): "decision" | "check" {
  return kind === "check" ? "check" : "decision";
}

function textOf(value: JsonObject[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}
