// The sovereignty score: 0..100 from the control classes of what is called, and each call's share of what is missing.
// Never from words, and never a constant for a tier: adding anything can only lower it.
import type { Control } from "../spec/spec.ts";

/** One demand that leaves the node: a declared call, or a model need placed at an endpoint. */
export interface ScoredCall {
  /** An unknown host counts as uncontrolled. */
  readonly control: Control;
  /** Whether the spec caps the bytes that one task may send there. */
  readonly capped: boolean;
  /** Raw connections, which nobody inspects. */
  readonly opaque: boolean;
  readonly requests: number;
  /** Bytes; null: undeclared, which counts as the worst. */
  readonly bytes: number | null;
  /** Place of its data's label on the ladder, 0 the least private. */
  readonly rank: number;
}

/**
 * What one call takes from 100 for the class of what it calls. Chosen so that with every addition below one owned
 * endpoint keeps at least 85, one contracted and capped 70..84, one uncontrolled less than 60.
 */
export const CLASS_SHARE: Readonly<Record<Control, number>> = { owned: 5, contracted: 16, uncontrolled: 41 };
/** Added when nothing caps the bytes of a call to an endpoint that is not owned. */
export const UNCAPPED_SHARE = 8;
/**
 * Added when nobody inspects what passes: more than the most that amounts add to an owned call, so that an opaque call to
 * an owned endpoint counts lower than any inspected one; and no more than one class outward costs, so that moving a call
 * outward never pays.
 */
export const OPAQUE_SHARE = 11;
/** Requests above which one more is added, each. */
export const REQUEST_STEPS: readonly number[] = [1, 10, 100];
/** Bytes above which one more is added, each: 4 KiB, 64 KiB, 1 MiB, 16 MiB. */
export const BYTE_STEPS: readonly number[] = [4096, 65_536, 1_048_576, 16_777_216];
/** One is added for each step of the label above the least, up to this. */
export const LABEL_SHARE_MAX = 3;

/**
 * 100 less the shares of all calls, not under 0. An integer; the same in any order; 100 exactly when nothing leaves.
 *
 * @example sovereigntyScore([]) === 100
 */
export function sovereigntyScore(calls: readonly ScoredCall[]): number {
  let score = 100;
  for (const call of calls) score -= callShare(call);
  return Math.max(0, score);
}

/** The parts of one call's share. */
export interface ShareParts {
  readonly control: number;
  readonly uncapped: number;
  readonly opaque: number;
  readonly requests: number;
  readonly bytes: number;
  readonly label: number;
}

/**
 * What one call takes: its class, and one for each step its requests, bytes and label are above. Inspected: at least 5, at
 * most 15 for owned, 26 for contracted and capped, 34 for contracted, 59 for uncontrolled. Opaque ones take 11 more.
 *
 * @example callShare({ control: "owned", capped: true, opaque: false, requests: 1, bytes: 100, rank: 0 }) === 5
 */
export function callShare(call: ScoredCall): number {
  const { control, uncapped, opaque, requests, bytes, label } = shareParts(call);
  return control + uncapped + opaque + requests + bytes + label;
}

/** The same by parts, so that a person can add it up. */
export function shareParts({ control, capped, opaque, requests, bytes, rank }: ScoredCall): ShareParts {
  return {
    control: CLASS_SHARE[control],
    uncapped: capped || control === "owned" ? 0 : UNCAPPED_SHARE,
    opaque: opaque ? OPAQUE_SHARE : 0,
    requests: stepsOver(REQUEST_STEPS, requests),
    bytes: bytes === null ? BYTE_STEPS.length : stepsOver(BYTE_STEPS, bytes),
    label: Math.min(rank, LABEL_SHARE_MAX),
  };
}

function stepsOver(steps: readonly number[], value: number): number {
  let over = 0;
  for (const step of steps) if (value > step) over += 1;
  return over;
}
