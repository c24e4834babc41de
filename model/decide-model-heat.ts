// The heat part of the naive second reading: what a measured temperature and a forecast say, straight from the text of
// docs/SPEC.md. Nothing in src/ may import it.
import type { Cause } from "../src/decide/decision.ts";
import type { Facts, MeasuredHeat } from "../src/decide/facts.ts";
import type { Spec } from "../src/spec/spec.ts";

/** Causes of a node whose temperature is measured. */
export function heatCauses(
  heat: MeasuredHeat,
  facts: Facts,
  limits: Spec["resources"]["heat"],
  ask: { readonly cpu: number | null; readonly time: number | null },
): readonly Cause[] {
  const causes: Cause[] = [];
  const most = limits.max - limits.margin;
  if (heat.celsius_milli > most || heat.held_back) causes.push("heat_high");
  if (heat.critical && heat.critical.celsius_milli + limits.margin > heat.critical.limit_milli)
    causes.push("heat_high");
  if (heat.throttled && heat.throttled.ago < 10_000) causes.push("heat_high");
  if (heat.celsius_milli <= most && heat.forecast && ask.cpu !== null && ask.time !== null) {
    let load = ask.cpu;
    for (const hold of facts.sums.holds) load += hold.cpu;
    const { samples, base_milli, rise_milli, error_milli, tau } = heat.forecast;
    let end = base_milli + (rise_milli * load) / 1000 + error_milli;
    if (samples === 0) {
      let rise = facts.node.cpu === 0 ? 40_000 : (40_000 * load) / facts.node.cpu;
      if (facts.sums.holds.length === 0) rise = Math.min(rise, 10_000);
      end = heat.celsius_milli + rise;
    }
    const reached = end + (heat.celsius_milli - end) * Math.exp(-ask.time / tau);
    if (Math.ceil(reached) > most) causes.push("heat_forecast");
  }
  return causes;
}
