// Random `probes:` and `export:` of a spec, for property tests.
import * as fc from "fast-check";
import type { Probes } from "../src/spec/probes-schema.ts";
import type { MetricsExport } from "../src/spec/spec.ts";

export function arbitraryProbes(): fc.Arbitrary<Probes> {
  const whole = fc.record({
    share: fc.integer({ min: 0, max: 5_000 }),
    self_test: fc.integer({ min: 60_000, max: 86_400_000 }),
  });
  return fc.oneof(whole, fc.constant({ share: 0, self_test: null }));
}

export function arbitraryExport(): fc.Arbitrary<MetricsExport | null> {
  const task = fc.constantFrom("/etc/writ/export.yaml", "/srv/send.json");
  const every = fc.integer({ min: 60_000, max: 1_000_000_000 });
  return fc.option(fc.record({ task, every }, { noNullPrototype: true }), { nil: null });
}
