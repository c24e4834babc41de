// formatSpec: what it writes parses to the same spec.
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitrarySpec } from "../../test/arbitrary-spec.ts";
import { depth, seed } from "../../test/depth.ts";
import { formatSpec } from "./format-spec.ts";
import { parseSpec } from "./parse-spec.ts";
import { canonicalSpec, specHash } from "./spec-hash.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const ports = { sha256, clock: () => 0 };

test("parseSpec after formatSpec is identity on the canonical form", () => {
  fc.assert(
    fc.property(arbitrarySpec(), (spec) => {
      const parsed = parseSpec(new TextEncoder().encode(formatSpec(spec)), ports);
      expect(parsed).toMatchObject({ ok: true });
      if (!parsed.ok) return;
      expect(parsed.value.spec).toEqual(spec);
      expect(parsed.value.canonical).toBe(canonicalSpec(spec));
      expect(parsed.value.spec_hash).toBe(specHash(spec, sha256));
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});

test("parseSpec refuses the canonical form as a source: its quantities have no units", () => {
  fc.assert(
    fc.property(arbitrarySpec(), (spec) => {
      const json = JSON.stringify(spec, (_key, value: unknown) => (value === null ? undefined : value));
      const parsed = parseSpec(new TextEncoder().encode(json), ports);
      expect(parsed.ok).toBe(false);
      if (parsed.ok) return;
      expect(parsed.error.some((error) => error.message.includes("needs a unit"))).toBe(true);
    }),
    { seed, numRuns: depth(50, 1000) },
  );
});
