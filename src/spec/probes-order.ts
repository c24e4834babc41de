// The order of `probes:`: part of the table of fields (field-order.ts).
import type { FieldKind, FieldRow } from "./field-row.ts";
import type { Probes } from "./probes-schema.ts";
import type { Spec } from "./spec.ts";

/** The rows, in the order of the language. No task's request shows how often a check is tested, so there is no witness. */
export const PROBES_ORDER: readonly FieldRow[] = [
  ofProbes("share", "min", "higher", (b, a) => b.share >= a.share),
  ofProbes(
    "self_test",
    "max",
    "shorter; none is longest",
    (b, a) => (b.self_test ?? Number.POSITIVE_INFINITY) <= (a.self_test ?? Number.POSITIVE_INFINITY),
  ),
];

function ofProbes(
  name: keyof Probes,
  kind: FieldKind,
  tighter: string,
  within: (b: Probes, a: Probes) => boolean,
): FieldRow {
  const compare = {
    noLooser: (b: Spec, a: Spec) => within(b.probes, a.probes),
    candidates: () => [],
  };
  return { field: `probes.${name}`, kind, tighter, compare };
}
