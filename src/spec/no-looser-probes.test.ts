// Known-answer probes in a spec: what is no looser, and what the parser refuses.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import { looserFields } from "../../test/looser-fields.ts";
import { PORTS } from "../governor/ports.ts";
import { readDocument } from "../stdx/document/read-document.ts";
import { readValue } from "../stdx/schema/read-value.ts";
import { type Probes, probesSchema } from "./probes-schema.ts";

function looser(b: Probes, a: Probes): readonly string[] {
  return looserFields({ ...S, probes: b }, { ...S, probes: a });
}

const arbitraryProbes: fc.Arbitrary<Probes> = fc.record({
  share: fc.integer({ min: 0, max: 5_000 }),
  self_test: fc.option(fc.integer({ min: 60_000, max: 86_400_000 })),
});

test("noLooser on probes: looser exactly where a probe fewer is sent, each named", () => {
  fc.assert(
    fc.property(arbitraryProbes, arbitraryProbes, (b, a) => {
      // Probes beside a million runs, and self-tests in a year: the meaning, not the order.
      const year = 365 * 86_400_000;
      const sent = ({ share }: Probes): number => (1_000_000 * share) / 10_000;
      const tested = ({ self_test }: Probes): number => (self_test === null ? 0 : year / self_test);
      const expected = [
        ...(sent(b) < sent(a) ? ["probes.share"] : []),
        ...(tested(b) < tested(a) ? ["probes.self_test"] : []),
      ];
      expect(looser(b, a)).toEqual(expected);
    }),
  );
});

test.each([
  ["{}", { share: 0, self_test: null }],
  ["{ share: 2 %, self_test: 30 m }", { share: 200, self_test: 1_800_000 }],
  ["{ self_test: 1 d }", { share: 0, self_test: 86_400_000 }],
  ["{ share: 2 % }", null],
  ["{ share: 51 %, self_test: 30 m }", null],
  ["{ share: 1 %, self_test: 59 s }", null],
  ["{ self_test: 25 h }", null],
  ["{ share: 2 %, self_test: 30 m, off: true }", null],
])("probesSchema reads %s", (text, expected) => {
  const document = readDocument(Buffer.from(text), PORTS);
  const read = document.ok ? readValue(probesSchema, document.value, { directory: null }) : document;
  expect(read.ok ? read.value : null).toEqual(expected);
});
