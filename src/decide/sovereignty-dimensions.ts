// What stands beside the sovereignty score: four dimensions of dependence, and what of it this node could replace today.
// For people; no limit is held against them.
import { lazyNeeds } from "./lazy-needs.ts";
import { fartherControl } from "./outward-needs.ts";
import type { Situation } from "./situation.ts";

export interface SovereigntyDimensions {
  /** The farthest that any byte goes. */
  readonly residency: "node" | "owned" | "contracted" | "uncontrolled";
  /** Calls to what is not owned. */
  readonly ownership: number;
  /** Model needs that are computed elsewhere. */
  readonly compute: number;
  /** Calls that nobody inspects, or whose bytes nothing in the spec bounds. */
  readonly auditability: number;
  /** Calls for what a verified provider on this node serves. */
  readonly replaceable: number;
}

/** The dimensions of everything that leaves; all 0 and `node` when nothing does. */
export function sovereigntyDimensions(situation: Situation): SovereigntyDimensions {
  const { outward, placements } = situation;
  return {
    residency: outward.length === 0 ? "node" : outward.map(({ control }) => control).reduce(fartherControl),
    ownership: outward.filter(({ control }) => control !== "owned").length,
    compute: placements.filter(({ kind }) => kind === "outward").length,
    auditability: outward.filter(({ capped, opaque }) => opaque || !capped).length,
    replaceable: lazyNeeds(situation).lazy.filter(({ when }) => when === "now").length,
  };
}
