// Random `privacy.detectors` of specs, canonical.
import * as fc from "fast-check";
import { PERSONAL_GROUPS, UNBOUNDED } from "../src/spec/personal-groups.ts";
import type { Detectors } from "../src/spec/spec.ts";
import { arbitraryBytes, orNull, someOf } from "./spec-universe.ts";

const FINGERPRINTS = ["0123456789abcdef".repeat(2), "0123456789abcdef".repeat(4), "f".repeat(40)];

/** Some of everything that the language can say of detectors. */
export function arbitraryDetectors(): fc.Arbitrary<Detectors> {
  const does = fc.constantFrom("refuse" as const, "count" as const);
  const limits = fc.dictionary(fc.constantFrom(...PERSONAL_GROUPS), fc.constantFrom(0, 1, 20), {
    maxKeys: 4,
  });
  return fc.record(
    {
      credentials: does,
      opaque: does,
      personal: limits.map((some) => ({ ...UNBOUNDED, ...some })),
      novel_max: orNull(arbitraryBytes()),
      known_harmless: someOf(FINGERPRINTS),
    },
    { noNullPrototype: true },
  );
}
