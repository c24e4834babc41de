// contentPermits: each thing that detectors find, by itself and at its bound, for each class of endpoint.
import { describe, expect, test } from "vitest";
import { PLAIN_SPEC } from "../../model/plain-spec.ts";
import { UNBOUNDED } from "./personal-groups.ts";
import type { Detectors, Privacy } from "./spec.ts";
import { NOTHING_FOUND, UNLISTED, type WitnessCall, type WitnessFound } from "./witness.ts";
import { contentPermits } from "./witness-content.ts";

const KNOWN = "a".repeat(32);
const STRICT: Detectors = {
  credentials: "refuse",
  opaque: "refuse",
  personal: { ...UNBOUNDED, email: 20, iban: 0 },
  novel_max: 100,
  known_harmless: [KNOWN],
};
const LAX: Detectors = {
  ...STRICT,
  credentials: "count",
  opaque: "count",
  personal: UNBOUNDED,
  novel_max: null,
};
const privacyWith = (change: Partial<Privacy>): Privacy => ({ ...PLAIN_SPEC.privacy, ...change });
const call = (change: Partial<WitnessCall>): WitnessCall => ({
  scheme: "https",
  host: "a.com",
  port: 443,
  address: null,
  authority: null,
  method: "POST",
  path: "/",
  content_type: null,
  carries: null,
  sends: [],
  passages: [],
  found: NOTHING_FOUND,
  for: [],
  declared: 1,
  requests: 1,
  bytes_out: 1,
  bytes_in: 1,
  tokens_in: 0,
  tokens_out: 0,
  label: null,
  latency: null,
  ...change,
});
const sums = (group: "email" | "iban" | "phone", count: number) => ({ personal: { group, count } });

describe("contentPermits", () => {
  test.each<readonly [Partial<WitnessFound>, boolean]>([
    [{}, true],
    [{ credential: UNLISTED }, false],
    [{ credential: KNOWN }, true],
    [{ opaque: UNLISTED }, false],
    [{ opaque: KNOWN }, true],
    [{ credential: KNOWN, opaque: UNLISTED }, false],
    [sums("email", 20), true],
    [sums("email", 21), false],
    [sums("iban", 1), false],
    [sums("phone", 1_000_000), true],
    [{ novel: 100 }, true],
    [{ novel: 101 }, false],
  ])("contentPermits of %j under strict detectors is %s", (change, permitted) => {
    const found = { ...NOTHING_FOUND, ...change };
    for (const control of ["contracted", "uncontrolled"] as const) {
      expect(contentPermits(privacyWith({ detectors: STRICT }), control, call({ found }))).toBe(permitted);
      expect(contentPermits(privacyWith({ detectors: LAX }), control, call({ found }))).toBe(true);
      expect(contentPermits(privacyWith({ detectors: null }), control, call({ found }))).toBe(true);
    }
    expect(contentPermits(privacyWith({ detectors: STRICT }), "owned", call({ found }))).toBe(true);
  });

  test("contentPermits holds back protected files from every class, detectors or none", () => {
    const protecting = privacyWith({
      protected: [
        { file: "/keys", as: "values" },
        { file: "/report", as: "document" },
      ],
    });
    const answer = (change: Partial<WitnessCall>) => contentPermits(protecting, "owned", call(change));
    expect(answer({ sends: ["/keys"] })).toBe(false);
    expect(answer({ passages: ["/keys"] })).toBe(false);
    expect(answer({ passages: ["/report"] })).toBe(false);
    expect(answer({ sends: ["/report"] })).toBe(true);
    expect(answer({ sends: ["/other"], passages: ["/other"] })).toBe(true);
    expect(contentPermits(protecting, "uncontrolled", call({ sends: ["/other", "/keys"] }))).toBe(false);
  });
});
