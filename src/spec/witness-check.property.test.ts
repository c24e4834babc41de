// permits against the naive reading in model/: the same answer for every request of the small world.
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { allows } from "../../model/allows.ts";
import { requestsOfTheWorld } from "../../model/comparison-requests.ts";
import { drawFrom, someSpec } from "../../model/comparison-universe.ts";
import { depth, seed } from "../../test/depth.ts";
import { indexSpec, permits } from "./witness-check.ts";

const WORLD = requestsOfTheWorld();

test("permits agrees with the naive reading", () => {
  let permitted = 0;
  assert(
    property(integer(), (drawSeed) => {
      const draw = drawFrom(drawSeed);
      const spec = someSpec(draw);
      const indexed = indexSpec(spec);
      for (let at = draw(3); at < WORLD.length; at += 3) {
        const request = WORLD[at]!;
        const answer = permits(indexed, request);
        if (answer) permitted += 1;
        if (answer !== allows(spec, request)) expect({ spec, request, answer }).toBe("agreed upon");
      }
    }),
    { seed, numRuns: depth(120, 10_000), endOnFailure: true },
  );
  expect(permitted).toBeGreaterThan(1000);
}, 900_000);
