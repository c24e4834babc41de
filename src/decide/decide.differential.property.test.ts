// decide() against the naive model of model/decide-model.ts, on random specs, tasks and facts.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decideModel } from "../../model/decide-model.ts";
import { modelDetectors } from "../../model/decide-model-detectors.ts";
import { arbitraryTriple } from "../../test/arbitrary-decision.ts";
import { depth, seed } from "../../test/depth.ts";
import { compileSpec } from "./compile-spec.ts";
import { decide } from "./decide.ts";

test("decide agrees with the naive model on outcome, score, label, failing causes and detectors", () => {
  const seen = { admit: 0, defer: 0, refuse: 0 };
  let bounded = 0;
  const causes = new Set<string>();
  const numRuns = depth(2000, 100_000);
  fc.assert(
    fc.property(arbitraryTriple, ({ spec, task, facts }) => {
      const expected = decideModel(spec, task, facts);
      const decision = decide(compileSpec(spec, "s"), { task, digest: "d" }, facts);
      const failing = decision.findings
        .filter((finding) => !finding.passes)
        .map((finding) => finding.cause ?? "");
      expect({
        outcome: decision.outcome,
        score: decision.score,
        label: decision.label,
        untrusted: decision.untrusted,
        causes: [...new Set(failing)].sort(),
      }).toEqual(expected);
      seen[decision.outcome] += 1;
      if (decision.grants !== null) {
        expect(decision.grants.detectors).toEqual(modelDetectors(spec));
        if (decision.grants.detectors !== null) bounded += 1;
      }
      for (const cause of failing) causes.add(cause);
    }),
    { seed, numRuns },
  );
  // The universe is small enough that each outcome and nearly every cause occurs.
  expect(seen.admit).toBeGreaterThan(numRuns / 50);
  expect(seen.defer).toBeGreaterThan(numRuns / 50);
  expect(seen.refuse).toBeGreaterThan(numRuns / 50);
  console.log(`decide against its model: ${numRuns} triples`, seen, { bounded });
  expect(bounded).toBeGreaterThan(numRuns / 50);
  expect(causes.size).toBeGreaterThan(40);
}, 900_000);
