// Outputs on random specs, tasks and facts: they only ever raise a label, their order never matters, remedies pass.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryTriple, type Triple } from "../../test/arbitrary-decision.ts";
import { arbitraryOutput } from "../../test/arbitrary-facts.ts";
import { depth, seed } from "../../test/depth.ts";
import { PATHS } from "../../test/small-world.ts";
import { compileSpec } from "./compile-spec.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { OutputFact } from "./facts.ts";

const runs = { seed, numRuns: depth(250, 20_000) };
const TIMEOUT = 900_000;
const ORDER = ["admit", "defer", "refuse"];

function decided({ spec, task, facts }: Triple): Decision {
  return decide(compileSpec(spec, "s"), { task, digest: "d" }, facts);
}

function withOutputs(triple: Triple, outputs: readonly OutputFact[]): Triple {
  return { ...triple, facts: { ...triple.facts, outputs } };
}

/** Conflicts with live holds pass with a higher label as well as with a lower one: they are looked at elsewhere. */
function holdless(triple: Triple): Triple {
  return { ...triple, facts: { ...triple.facts, sums: { ...triple.facts.sums, holds: [] } } };
}

function rankOf({ spec }: Triple, { label }: Decision): number {
  return spec.privacy.ladder.indexOf(label);
}

test(
  "adding an output never lowers label or score, never removes taint, never turns a refusal into an admission",
  () => {
    const property = fc.property(arbitraryTriple, arbitraryOutput, (drawn, output) => {
      const triple = holdless(drawn);
      const before = decided(triple);
      const after = decided(withOutputs(triple, [...(triple.facts.outputs ?? []), output]));
      expect(rankOf(triple, after)).toBeGreaterThanOrEqual(rankOf(triple, before));
      expect(after.untrusted || !before.untrusted).toBe(true);
      expect(after.score).toBeLessThanOrEqual(before.score);
      expect(ORDER.indexOf(after.outcome)).toBeGreaterThanOrEqual(before.outcome === "admit" ? 0 : 1);
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "adding a read never lowers the label or removes taint, outputs and sources alike",
  () => {
    const property = fc.property(arbitraryTriple, fc.constantFrom(...PATHS), (triple, read) => {
      const { task } = triple;
      if (task.needs.reads.includes(read)) return;
      const more = { ...task, needs: { ...task.needs, reads: [...task.needs.reads, read] } };
      const before = decided(triple);
      const after = decided({ ...triple, task: more });
      expect(rankOf(triple, after)).toBeGreaterThanOrEqual(rankOf(triple, before));
      expect(after.untrusted || !before.untrusted).toBe(true);
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "the order of outputs and their repetition never matter, byte for byte",
  () => {
    const outputs = fc.array(arbitraryOutput, { minLength: 1, maxLength: 4 });
    const property = fc.property(arbitraryTriple, outputs, fc.nat(3), (triple, known, at) => {
      const turned = [...known.slice(at), ...known.slice(0, at)].reverse();
      const one = JSON.stringify(decided(withOutputs(triple, known)));
      expect(JSON.stringify(decided(withOutputs(triple, turned)))).toBe(one);
      const { label, untrusted, outcome } = decided(withOutputs(triple, [...known, ...known]));
      expect({ label, untrusted, outcome }).toEqual({
        label: decided(withOutputs(triple, known)).label,
        untrusted: decided(withOutputs(triple, known)).untrusted,
        outcome: decided(withOutputs(triple, known)).outcome,
      });
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "P10: remedies of what an output refuses pass when run",
  () => {
    let offered = 0;
    const outputs = fc.array(arbitraryOutput, { minLength: 1, maxLength: 3 });
    const property = fc.property(arbitraryTriple, outputs, (drawn, known) => {
      const triple = withOutputs(holdless(drawn), known);
      for (const remedy of decided(triple).remedies) {
        expect(decided({ ...triple, task: remedy.task }).outcome).toBe(remedy.outcome);
        offered += 1;
      }
    });
    fc.assert(property, runs);
    expect(offered).toBeGreaterThan(runs.numRuns / 10);
  },
  TIMEOUT,
);
