// A narrowed node admits exactly what the same node admits without it, less what the step forbids: on random triples.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryTriple, type Triple } from "../../test/arbitrary-decision.ts";
import { depth, seed } from "../../test/depth.ts";
import { compileSpec } from "./compile-spec.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { NarrowingStep } from "./facts.ts";

const runs = { seed, numRuns: depth(150, 20_000) };
const TIMEOUT = 900_000;

function decided({ spec, task, facts }: Triple, step: NarrowingStep | null): Decision {
  const { narrowed: _, ...wide } = facts;
  const narrow = step === null ? wide : { ...wide, narrowed: { step, record: 7 } };
  return decide(compileSpec(spec, "s"), { task, digest: "d" }, narrow);
}

test(
  "a halted node admits nothing, and what it would have admitted is deferred for that alone",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const wide = decided(triple, null);
      const halted = decided(triple, "halted");
      expect(halted.outcome).toBe(wide.outcome === "admit" ? "defer" : wide.outcome);
      expect(halted.grants).toBeNull();
      expect(causesOf(halted)).toEqual(["node_halted", ...causesOf(wide)]);
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "an offline node admits what stays on it as before, and nothing that leaves",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const wide = decided(triple, null);
      const offline = decided(triple, "offline");
      const leaves =
        triple.task.needs.calls.length + wide.placements.filter(({ target }) => target === "endpoint").length;
      if (leaves === 0) expect(offline).toEqual(wide);
      else {
        expect(offline.outcome).toBe(wide.outcome === "admit" ? "defer" : wide.outcome);
        expect(causesOf(offline).filter((cause) => cause !== "node_offline")).toEqual(causesOf(wide));
      }
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

/** Of what fails, in the order of the checks. */
function causesOf({ findings }: Decision): readonly (string | null)[] {
  return findings.filter(({ passes }) => !passes).map(({ cause }) => cause);
}
