// The highest label that may go to an endpoint: its clearance, and where nobody inspects what passes, `max_label` too.
import type { EffectiveEndpoint } from "../spec/effective-endpoint.ts";
import type { CompiledSpec } from "./compile-spec.ts";

export interface LabelLimit {
  /** The spec field that binds. */
  readonly rule: string;
  readonly label: string;
  /** Its place on the ladder; -1: it has none, so nothing may go there. */
  readonly rank: number;
}

/** The tighter of the two; the clearance where they are equal. */
export function labelLimit({ ranks }: CompiledSpec, { clearance, opaque }: EffectiveEndpoint): LabelLimit {
  const rank = ranks.get(clearance) ?? -1;
  const cleared = { rule: "sovereignty.endpoints.clearance", label: clearance, rank };
  if (opaque === null) return cleared;
  const most = ranks.get(opaque.max_label) ?? -1;
  const rule = "sovereignty.endpoints.opaque.max_label";
  return most < rank ? { rule, label: opaque.max_label, rank: most } : cleared;
}
