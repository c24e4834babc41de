// Makes findings and collects those that fail. Says nothing about which decision they lead to (decide.ts).
import type { Cause, Constraint, Finding, Unit } from "./decision.ts";

/** What a check says of a failure; everything left out is empty, null or permanent. */
export interface Failure {
  readonly constraint: Constraint;
  readonly rule: string;
  readonly cause: Cause;
  readonly measured: number | string | null;
  readonly limit: number | string | null;
  readonly unit: Unit;
  readonly evidence?: readonly string[];
  /** Present: other facts could mend it; ms until that is expected, null when nobody knows. */
  readonly after?: number | null;
  /** Whether the limit is a floor: less than it fails. */
  readonly floor?: boolean;
}

/** A failing finding, and for a transient one when it is expected to pass. */
export interface Failed {
  readonly finding: Finding;
  readonly after: number | null;
}

/** Collects what fails, in the order of the checks. */
export class Failures {
  readonly all: Failed[] = [];

  add(failure: Failure): void {
    const { constraint, rule, cause, measured, limit, unit } = failure;
    this.all.push({
      finding: {
        constraint,
        rule,
        cause,
        passes: false,
        transient: failure.after !== undefined,
        measured,
        limit,
        unit,
        margin: marginOf(measured, limit, failure.floor === true),
        evidence: failure.evidence ?? [],
      },
      after: failure.after ?? null,
    });
  }
}

/**
 * How far inside its limit a value is, in basis points of the limit, rounded down: (limit − measured) / limit, for a
 * floor (measured − limit) / limit. null unless both are numbers and the limit is above 0.
 *
 * @example marginOf(75, 100, false) === 2500
 */
export function marginOf(
  measured: number | string | null,
  limit: number | string | null,
  floor: boolean,
): number | null {
  if (typeof measured !== "number" || typeof limit !== "number" || limit <= 0) return null;
  const inside = floor ? measured - limit : limit - measured;
  return Math.floor((inside / limit) * 10_000);
}
