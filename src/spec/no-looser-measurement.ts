// Declared bounds: one fewer, a higher one, or one for fewer classes is looser, as drift would then alarm later or not at
// all. No task's request shows it.
import type { FieldRow } from "./field-row.ts";
import { boundKey, type DeclaredBound } from "./measurement-schema.ts";
import type { Looser } from "./witness.ts";
import type { Comparison } from "./witness-search.ts";

/** The rows of `measurement:` in the table of fields (field-order.ts). */
export const MEASUREMENT_ORDER: readonly FieldRow[] = [
  {
    field: "measurement.bounds[].metric",
    kind: "rules",
    tighter: "more bounds",
    compare: "bounds",
  },
  {
    field: "measurement.bounds[].of",
    kind: "rules",
    tighter: "more classes; `node` and `class` are never in each other's place",
    compare: "bounds",
  },
  { field: "measurement.bounds[].max", kind: "max", tighter: "lower; none is highest", compare: "bounds" },
  {
    field: "measurement.learned",
    kind: "guard",
    tighter: "true",
    compare: {
      noLooser: (b, a) => b.measurement.learned || !a.measurement.learned,
      candidates: () => [],
    },
  },
];

/** The older bounds that the newer spec no longer holds to. */
export function looserBounds(comparison: Comparison): readonly Looser[] {
  const { b, a } = comparison;
  if (b.measurement.bounds === a.measurement.bounds) return [];
  return a.measurement.bounds.flatMap((older) =>
    b.measurement.bounds.some((newer) => keeps(newer, older))
      ? []
      : [comparison.looser(`measurement.bounds[${boundKey(older)}].max`, [])],
  );
}

function keeps(newer: DeclaredBound, older: DeclaredBound): boolean {
  return newer.metric === older.metric && newer.max <= older.max && meets(newer.of, older.of);
}

/** Whether a bound of `newer` meets every class that one of `older` meets. */
function meets(newer: string, older: string): boolean {
  if (newer === older) return true;
  if (newer === "node" || older === "node" || older === "class") return false;
  return newer === "class" || older.startsWith(newer);
}
