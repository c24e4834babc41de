// Declared bounds of drift: what is no looser, against a plain reading of what each class is watched by; what the parser takes.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import { depth, seed } from "../../test/depth.ts";
import { looserFields } from "../../test/looser-fields.ts";
import { METRICS } from "../measure/metric.ts";
import { BOUNDED_METRICS, type DeclaredBound, type SpecMeasurement } from "./measurement-schema.ts";

function looser(b: SpecMeasurement, a: SpecMeasurement): readonly string[] {
  return looserFields({ ...S, measurement: b }, { ...S, measurement: a });
}

const learned = (...bounds: readonly DeclaredBound[]): SpecMeasurement => ({ bounds, learned: true });
const at = (of: string, max: number): DeclaredBound => ({ metric: "external", of, max });
const ID = "0123456789abcdef";

describe("noLooser on declared bounds", () => {
  test("one more, a lower one, and one of more classes are no looser", () => {
    expect(looser(learned(at("node", 10)), learned())).toEqual([]);
    expect(looser(learned(at("class", 9)), learned(at("class", 10)))).toEqual([]);
    expect(looser(learned(at("class", 10)), learned(at(ID, 10)))).toEqual([]);
    expect(looser(learned(at(ID, 10)), learned(at(`${ID}00`, 10)))).toEqual([]);
  });

  test("none, a higher one, one of fewer classes, and to learn nothing beside it are looser and named", () => {
    expect(looser(learned(), learned(at("node", 10)))).toEqual(["measurement.bounds[external node].max"]);
    expect(looser(learned(at("class", 11)), learned(at("class", 10)))).toEqual([
      "measurement.bounds[external class].max",
    ]);
    expect(looser(learned(at(`${ID}00`, 1)), learned(at(ID, 10)))).toEqual([
      `measurement.bounds[external ${ID}].max`,
    ]);
    expect(looser(learned(at("node", 0)), learned(at("class", 10)))).toHaveLength(1);
    expect(looser(learned(at("class", 0)), learned(at("node", 10)))).toHaveLength(1);
    expect(looser({ bounds: [], learned: false }, learned())).toEqual(["measurement.learned"]);
  });

  test("whatever no class, nor the node, is watched less by is what passes", () => {
    const classes = ["0".repeat(64), `${"0".repeat(16)}1${"0".repeat(47)}`, "f".repeat(64)];
    const of = fc.constantFrom("node", "class", "0".repeat(16), "0".repeat(17), "f".repeat(16));
    const metric = fc.constantFrom("external" as const, "avoidable" as const);
    const bounds = fc.array(fc.record({ metric, of, max: fc.integer({ min: 0, max: 3 }) }), { maxLength: 4 });
    /** What a class, or the node, is held to. */
    const held = (all: readonly DeclaredBound[], name: string, who: string): number =>
      Math.min(
        Number.POSITIVE_INFINITY,
        ...all
          .filter((one) => one.metric === name)
          .filter((one) =>
            who === "node" ? one.of === "node" : one.of === "class" || who.startsWith(one.of),
          )
          .map(({ max }) => max),
      );
    let [passing, failing] = [0, 0];
    fc.assert(
      fc.property(bounds, bounds, (b, a) => {
        const ok = looser(learned(...b), learned(...a)).length === 0;
        const watched = ["external", "avoidable"].every((name) =>
          [...classes, "node", "8".repeat(64)].every((who) => held(b, name, who) <= held(a, name, who)),
        );
        if (ok) {
          passing += 1;
          expect(watched).toBe(true);
        } else failing += Number(!watched);
      }),
      { seed, numRuns: depth(2_000, 200_000) },
    );
    expect(passing).toBeGreaterThan(100);
    expect(failing).toBeGreaterThan(100);
  });
});

test("BOUNDED_METRICS are those that are measured, and of the node those that it is watched by", () => {
  const known: Readonly<Record<string, { readonly node: boolean }>> = BOUNDED_METRICS;
  for (const { id, watched } of METRICS) if (id in known) expect(known[id]?.node).toBe(watched === "both");
  expect(Object.keys(known)).toEqual(METRICS.map(({ id }) => id).filter((id) => id in known));
});
