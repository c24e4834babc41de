// Whether limits are talked down: how much room runs leave below their nearest limit, and loosenings that were proposed after
// refusals. What is told of here alarms nobody: `near_limit` and `resubmitted` are the metrics that do (metric.ts).
import type { Place } from "./metric-watch.ts";
import { QuantileSketch } from "./quantile-sketch.ts";
import { amountAt, type MeasuredRecord, textAt } from "./read-core.ts";

/** Of the limit, basis points: within the first a run is at it, and as wide a band follows. */
const BAND = 500;
/** Decisions before a proposal that are looked at for refusals. */
export const BEFORE_PROPOSAL = 50;
/** Proposals that are kept, the latest. */
const PROPOSALS_MAX = 256;

/** A proposed loosening of the spec, beside what was refused just before it. */
export interface Loosening {
  readonly proposed: Place;
  /** Refusals among the 50 decisions before it, and the record of the last of them; null: there was none. */
  readonly refused: number;
  readonly last_refusal: number | null;
  /** The record that put it in force; null: none did. */
  adopted: number | null;
}

/** Room below the nearest limit, of admitted runs. */
export interface Headroom {
  readonly runs: number;
  /** Basis points of the limit that half of the runs keep free at most; null: no run had a limit. */
  readonly half: number | null;
  /** Runs within 5 % of their limit, and from 5 to 10 %: many more in the first are bunched just below it. */
  readonly at_limit: number;
  readonly near: number;
}

export interface ShownNegotiation {
  readonly headroom: Headroom;
  readonly loosenings: readonly Loosening[];
}

export class Negotiation {
  readonly #margins: QuantileSketch = new QuantileSketch();
  readonly #loosenings: Loosening[] = [];
  /** The latest refusals, by how many decisions there were up to each, and their records. */
  readonly #refusals: { readonly decision: number; readonly record: number }[] = [];
  #decisions = 0;
  #atLimit = 0;
  #near = 0;

  /** Counts a decision; `margin`: of an admitted run, basis points. */
  decided(outcome: string | null, margin: number | null, sequence: number): void {
    this.#decisions += 1;
    if (outcome === "refuse") {
      this.#refusals.push({ decision: this.#decisions, record: sequence });
      if (this.#refusals.length > BEFORE_PROPOSAL) this.#refusals.shift();
    }
    if (outcome !== "admit" || margin === null) return;
    this.#margins.add(Math.round(margin));
    if (margin <= BAND) this.#atLimit += 1;
    else if (margin <= 2 * BAND) this.#near += 1;
  }

  /** Takes a record of kind `amendment_proposed` or `spec_adopted`. */
  amended({ kind, core }: Pick<MeasuredRecord, "kind" | "core">, place: Place): void {
    if (kind === "spec_adopted") {
      const amendment = textAt(core, "by") === "amendment" ? amountAt(core, "amendment") : null;
      const of = this.#loosenings.find(({ proposed }) => proposed.sequence === amendment);
      if (of !== undefined) of.adopted = place.sequence;
      return;
    }
    const before = this.#refusals.filter(({ decision }) => decision > this.#decisions - BEFORE_PROPOSAL);
    const last_refusal = before.at(-1)?.record ?? null;
    this.#loosenings.push({ proposed: place, refused: before.length, last_refusal, adopted: null });
    if (this.#loosenings.length > PROPOSALS_MAX) this.#loosenings.shift();
  }

  shown(): ShownNegotiation {
    return {
      headroom: {
        runs: this.#margins.count,
        half: this.#margins.quantile(0.5),
        at_limit: this.#atLimit,
        near: this.#near,
      },
      loosenings: this.#loosenings.map((one) => ({ ...one })),
    };
  }
}
