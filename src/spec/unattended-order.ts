// The order of `notify:` and `challenge:`: part of the table of fields (field-order.ts). What tells less, or looks less often, is
// looser: what went wrong would go unnoticed. No request of a task shows it.
import type { FieldKind, FieldRow } from "./field-row.ts";
import type { Spec } from "./spec.ts";

/** The rows, in the order of the language. */
export const UNATTENDED_ORDER: readonly FieldRow[] = [
  row("notify.task", "frozen", "the same; one more is tighter than none", (b, a) => {
    if (a.notify === null) return true;
    return b.notify?.task === a.notify.task;
  }),
  row("notify.on", "rules", "more", (b, a) => {
    if (a.notify === null || b.notify === null) return true;
    const told = b.notify.on;
    return a.notify.on.every((kind) => told.includes(kind));
  }),
  row("challenge.every", "max", "more often; none is least", (b, a) => {
    if (a.challenge === null) return true;
    return b.challenge !== null && b.challenge.every <= a.challenge.every;
  }),
];

/** The rows of `export:`: what is sent oftener, or by another task, is looser. No request of a task shows that either. */
export const EXPORT_ORDER: readonly FieldRow[] = [
  row("export.task", "frozen", "the same; none is tightest", (b, a) => {
    return b.export === null || b.export.task === a.export?.task;
  }),
  row("export.every", "min", "longer; none is longest", (b, a) => {
    return b.export === null || a.export === null || b.export.every >= a.export.every;
  }),
];

function row(
  field: string,
  kind: FieldKind,
  tighter: string,
  noLooser: (b: Spec, a: Spec) => boolean,
): FieldRow {
  return { field, kind, tighter, compare: { noLooser, candidates: () => [] } };
}
