// The order of `amendment:`: part of the table of fields (field-order.ts).
import type { Amendment } from "./amendment-schema.ts";
import type { FieldKind, FieldRow } from "./field-row.ts";
import type { Spec } from "./spec.ts";

/** The rows, in the order of the language. */
export const AMENDMENT_ORDER: readonly FieldRow[] = [
  ofAmendment(
    "signers",
    "allow-set",
    "a subset; none at all is the home's own key, so the first one named is another signer too",
    (b, a) => (b.length === 0 ? a.length === 0 : b.every((key) => a.includes(key))),
  ),
  ofAmendment("quorum", "min", "higher", (b, a) => b >= a),
  ofAmendment("cooling_off", "min", "longer", (b, a) => b >= a),
  ofAmendment("trial", "max", "shorter", (b, a) => b <= a),
  ofAmendment("founding", "max", "shorter", (b, a) => b <= a),
];

/** How the spec changes: looser lets no request through by itself, so no request can show it. */
function ofAmendment<Name extends keyof Amendment>(
  name: Name,
  kind: FieldKind,
  tighter: string,
  within: (b: Amendment[Name], a: Amendment[Name]) => boolean,
): FieldRow {
  const compare = {
    noLooser: (b: Spec, a: Spec) => within(b.amendment[name], a.amendment[name]),
    candidates: () => [],
  };
  return { field: `amendment.${name}`, kind, tighter, compare };
}
