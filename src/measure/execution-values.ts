// The metrics of one execution, out of its decision, what the gate recorded and its settlement. Keeps nothing.
import type { JsonObject } from "../stdx/json.ts";
import type { MetricValues } from "./metric.ts";
import { amountAt, listAt, objectAt, textAt } from "./read-core.ts";

/** An admitted run that has not ended. */
export interface OpenRun {
  readonly decision: number;
  readonly classId: string;
  readonly time: number;
  /** Needs that leave although a provider here could serve them; null: its record does not say. */
  readonly avoidable: number | null;
  /** Basis points between the tightest measured value and its limit; null: its record does not say. */
  readonly margin: number | null;
  /** Granted bytes of memory and ms. */
  readonly memory: number | null;
  readonly granted: number | null;
  /** Bytes out that are held for it. */
  readonly bytes: number;
  /** How often its class was refused soon before it was admitted. */
  readonly refused: number;
  /** What the gate refused or found. */
  flags: number;
  /** Keyed hashes of hosts that something was sent to. */
  readonly hosts: Set<string>;
}

/** How a run ended, read from its settlement. */
export interface Ended {
  readonly cause: string | null;
  /** ms. */
  readonly wall: number | null;
  /** Bytes. */
  readonly memory: number | null;
  readonly bytesOut: number | null;
  readonly requests: number | null;
}

/** Causes of an end that are a limit's. */
const BY_LIMIT: ReadonlySet<string> = new Set(["out_of_memory", "out_of_time", "output_over_limit"]);

/** Of the limit: nearer than this counts as at it, basis points. */
const NEAR_BASIS_POINTS = 500;

/** The run that a decision admitted, `refused` times before; null: it admitted none, or its record has no class. */
export function openRun(
  record: { readonly sequence: number; readonly time: number; readonly core: JsonObject },
  refused: number,
): OpenRun | null {
  const { core, sequence, time } = record;
  const measured = objectAt(core, "measured");
  const hold = objectAt(core, "hold");
  const classId = measured === null ? null : textAt(measured, "class");
  if (measured === null || hold === null || classId === null) return null;
  const grants = objectAt(core, "grants") ?? {};
  const bytes = listAt(hold, "destinations").reduce<number>(
    (sum, one) => sum + (amountAt(one as JsonObject, "bytes_out") ?? 0),
    0,
  );
  return {
    decision: sequence,
    classId,
    time,
    avoidable: amountAt(measured, "avoidable"),
    margin: amountAt(measured, "margin"),
    memory: amountAt(grants, "memory"),
    granted: amountAt(grants, "time"),
    bytes,
    refused,
    flags: 0,
    hosts: new Set(),
  };
}

/** How a settlement says that a run ended. */
export function endedOf(settlement: JsonObject): Ended {
  const observation = objectAt(settlement, "observation") ?? {};
  return {
    cause: textAt(observation, "cause"),
    wall: amountAt(observation, "wall"),
    memory: amountAt(observation, "memory_peak"),
    bytesOut: amountAt(observation, "external_bytes_out"),
    requests: amountAt(observation, "external_requests"),
  };
}

/** What an ended run is the first of. */
export interface FirstOf {
  /** It used a destination that its class had not used. */
  readonly host: boolean;
  /** Its class had not been seen, or is not told apart. */
  readonly ofClass: boolean;
}

/** The values of an ended run. */
export function valuesOf(run: OpenRun, ended: Ended, first: FirstOf): MetricValues {
  const left = ended.requests === null ? null : ended.requests > 0;
  return {
    external: left === null ? null : Number(left),
    avoidable: left === null || run.avoidable === null ? null : Number(left && run.avoidable > 0),
    destination: left === null ? null : Number(first.host),
    flagged: Number(run.flags > 0),
    // A gate that no longer finds anything moves this one, as one that finds more moves the other.
    silent: left === true || run.hosts.size > 0 ? Number(run.flags === 0) : null,
    near_limit: run.margin === null ? null : Number(run.margin <= NEAR_BASIS_POINTS),
    bytes_out: run.bytes === 0 ? null : ratio(ended.bytesOut, run.bytes),
    memory: ratio(ended.memory, run.memory),
    time: ratio(ended.wall, run.granted),
    ended_by_limit: ended.cause === null ? null : Number(BY_LIMIT.has(ended.cause)),
    new_class: Number(first.ofClass),
    // Once is what a refusal teaches: the form that passes. More often is trying until it does.
    resubmitted: run.refused === 0 ? null : Number(run.refused > 1),
  };
}

/** Clipped to [0, 1]; null: not measured, or of nothing. */
function ratio(used: number | null, of: number | null): number | null {
  return used === null || of === null || of === 0 ? null : Math.min(1, used / of);
}
