// Which granted calls are inspected, against the naive reading in model/: random endpoints that overlap, and calls to each.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { modelDetectors, modelInspected } from "../../model/decide-model-detectors.ts";
import { arbitraryDetectors } from "../../test/arbitrary-detectors.ts";
import { decided, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint } from "../../test/decision-fixtures.ts";
import { depth, seed } from "../../test/depth.ts";
import type { Control, Endpoint } from "../spec/spec.ts";

const HOSTS = ["example.com", "a.example.com", "b.a.example.com", "other.org"] as const;
const PATTERNS = [...HOSTS, "*.example.com", "*.a.example.com"] as const;
const PORTS = [443, 443, 8443] as const;

const endpoints: fc.Arbitrary<readonly Endpoint[]> = fc.uniqueArray(
  fc
    .record({
      host: fc.constantFrom(...PATTERNS),
      port: fc.constantFrom(...PORTS),
      control: fc.constantFrom<Control[]>("owned", "contracted", "uncontrolled"),
    })
    .map((change) => endpoint(change)),
  { selector: ({ host, port }) => `${host}:${port}`, minLength: 1, maxLength: 6 },
);
const calls = fc.array(
  fc
    .tuple(fc.constantFrom(...HOSTS), fc.constantFrom(...PORTS))
    .map(([host, port]) => call({ to: `https://${host}:${port}/v1` })),
  { minLength: 1, maxLength: 2 },
);

test("decide grants inspection as the naive reading does, and the spec's detectors", () => {
  const numRuns = depth(600, 20_000);
  const seen = { inspected: 0, not: 0, none: 0, some: 0 };
  fc.assert(
    fc.property(
      endpoints,
      calls,
      fc.option(arbitraryDetectors(), { nil: null }),
      (named, asked, detectors) => {
        const spec = specWith({
          sovereignty: {
            endpoints: named,
            score_min: 0,
            external_calls_max: 9,
            uncontrolled_calls_max: 9,
          },
          privacy: { detectors },
        });
        const { grants } = decided({ spec, task: baseTask({ calls: asked }) });
        if (grants === null) return;
        expect(grants.detectors).toEqual(modelDetectors(spec));
        seen[grants.detectors === null ? "none" : "some"] += 1;
        for (const { host, port, inspected } of grants.calls) {
          expect(inspected).toBe(modelInspected(spec, host, port));
          seen[inspected ? "inspected" : "not"] += 1;
        }
      },
    ),
    { seed, numRuns },
  );
  expect(Math.min(seen.inspected, seen.not, seen.none, seen.some)).toBeGreaterThan(numRuns / 50);
});
