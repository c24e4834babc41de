// The exact comparison of two specs: is the newer one no looser than the older one, field by field, with a witness where
// it is. Decides what may be adopted at once; signatures and cooling-off are not its matter.
import { FIELD_ORDER } from "./field-order.ts";
import type { FieldTable } from "./field-row.ts";
import { looserBudgets } from "./no-looser-budgets.ts";
import { looserDetectors } from "./no-looser-detectors.ts";
import { looserEndpoints } from "./no-looser-endpoints.ts";
import { looserBounds } from "./no-looser-measurement.ts";
import { looserPlacements } from "./no-looser-placements.ts";
import { looserPrincipals } from "./no-looser-principals.ts";
import { looserProtected } from "./no-looser-protected.ts";
import { looserProviders } from "./no-looser-providers.ts";
import { looserRules } from "./no-looser-rules.ts";
import { looserSecrets } from "./no-looser-secrets.ts";
import { looserSources } from "./no-looser-sources.ts";
import { looserWitnesses } from "./no-looser-witnesses.ts";
import type { Spec } from "./spec.ts";
import type { Looser } from "./witness.ts";
import { Comparison } from "./witness-search.ts";

/** Whether a spec is no looser than another, and if not, in which fields. */
export type NoLooser = { readonly ok: true } | { readonly ok: false; readonly looser: readonly Looser[] };

/**
 * Whether `b` is no looser than `a`: `ok` means that every request which `b` permits, `a` permits too. Each looser field
 * comes with a request that `b` permits and `a` refuses, or with none where another field masks it or its order itself
 * changed; such a field is called looser although it may admit nothing new, never the reverse. Reflexive and transitive
 * on `ok`. Both specs have passed the floor.
 *
 * @example noLooser({ ...a, name: "other" }, a) // { ok: true }
 */
export function noLooser(b: Spec, a: Spec): NoLooser {
  if (b === a) return { ok: true };
  const comparison = new Comparison(b, a);
  const looser: Looser[] = [];
  const compared = new Set<FieldTable>();
  for (const { field, compare } of FIELD_ORDER) {
    if (compare === null) continue;
    if (typeof compare === "string") {
      if (compared.has(compare)) continue;
      compared.add(compare);
      looser.push(...TABLES[compare](comparison));
    } else if (!compare.noLooser(b, a)) {
      looser.push(comparison.looser(field, compare.candidates(comparison)));
    }
  }
  const placements = looserPlacements(comparison);
  if (placements.length > 0) {
    const named = new Set(looser.map(({ field }) => field));
    looser.push(...placements.filter(({ field }) => !named.has(field)));
  }
  return looser.length === 0 ? { ok: true } : { ok: false, looser };
}

const TABLES: Readonly<Record<FieldTable, (comparison: Comparison) => readonly Looser[]>> = {
  principals: looserPrincipals,
  providers: looserProviders,
  endpoints: looserEndpoints,
  secrets: looserSecrets,
  sources: looserSources,
  protected: looserProtected,
  detectors: looserDetectors,
  refuse_when: looserRules,
  budgets: looserBudgets,
  witnesses: looserWitnesses,
  bounds: looserBounds,
};
