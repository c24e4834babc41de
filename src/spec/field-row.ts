// What a row of the table of fields is (field-order.ts): a field, its order, and how it is compared. Types only.
import type { Spec } from "./spec.ts";
import type { WitnessRequest } from "./witness.ts";
import type { Comparison } from "./witness-search.ts";

/** How a field is ordered. */
export type FieldKind =
  | "neutral"
  | "max"
  | "min"
  | "guard"
  | "ladder"
  | "default"
  | "frozen"
  | "allow-set"
  | "rules"
  | "key"
  | "window";

export type FieldTable =
  | "principals"
  | "providers"
  | "endpoints"
  | "secrets"
  | "sources"
  | "protected"
  | "detectors"
  | "refuse_when"
  | "budgets"
  | "witnesses"
  | "bounds";

/** A field, its order in words, and the comparison. */
export interface FieldRow {
  /** Dotted path; `[]` stands for each entry of a table. */
  readonly field: string;
  readonly kind: FieldKind;
  /** What counts as tighter, in words. */
  readonly tighter: string;
  readonly compare: ScalarOrder | FieldTable | null;
}

/** The comparison of a single value. */
export interface ScalarOrder {
  /** Whether `b` is no looser than `a` in this field. */
  readonly noLooser: (b: Spec, a: Spec) => boolean;
  /** Requests that may show that it is looser; each is tried. */
  readonly candidates: (comparison: Comparison) => Iterable<WitnessRequest>;
}
