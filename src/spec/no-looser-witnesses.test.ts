// Witnesses of the ledger: what is no looser, what the floor refuses, what the parser takes.
import { describe, expect, test } from "vitest";
import { PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import { looserFields } from "../../test/looser-fields.ts";
import { belowFloor } from "./floor.ts";
import type { LedgerWitness, Spec } from "./spec.ts";

const [DESK, STICK] = S.witnesses.members as readonly [LedgerWitness, LedgerWitness];

function watched(quorum: number, ...members: readonly LedgerWitness[]): Spec {
  return { ...S, witnesses: { quorum, members } };
}

describe("noLooser on witnesses", () => {
  const both = watched(1, DESK, STICK);

  test("one more, or a higher quorum, is no looser", () => {
    expect(looserFields(both, watched(1, DESK))).toEqual([]);
    expect(looserFields(watched(2, DESK, STICK), both)).toEqual([]);
    expect(looserFields(watched(1, DESK), watched(0))).toEqual([]);
  });

  test("one fewer, a lower quorum, and another key or place are each looser and named", () => {
    expect(looserFields(watched(1, DESK), both)).toEqual(["witnesses.members[stick]"]);
    expect(looserFields(watched(0), watched(1, DESK))).toEqual([
      "witnesses.quorum",
      "witnesses.members[desk]",
    ]);
    expect(looserFields(watched(1, DESK, STICK), watched(2, DESK, STICK))).toEqual(["witnesses.quorum"]);
    expect(looserFields(watched(1, { ...DESK, key: `${"B".repeat(42)}E=` }), watched(1, DESK))).toEqual([
      "witnesses.members[desk].key",
    ]);
    expect(looserFields(watched(1, { ...DESK, url: "http://127.0.0.1:1" }), watched(1, DESK))).toEqual([
      "witnesses.members[desk].url",
    ]);
    expect(looserFields(watched(1, { ...STICK, folder: "/tmp" }), watched(1, STICK))).toEqual([
      "witnesses.members[stick].folder",
    ]);
  });
});

describe("belowFloor on witnesses", () => {
  const messages = (spec: Spec): readonly string[] => belowFloor(spec).map(({ message }) => message);

  test("a quorum that cannot be reached, and one of none, are refused", () => {
    expect(messages(watched(2, DESK))).toEqual([expect.stringContaining("limit is 1")]);
    expect(messages(watched(0, DESK))).toEqual([expect.stringContaining("a quorum of 0")]);
    expect(messages(watched(0))).toEqual([]);
  });

  test.each([
    ["http://10.0.0.7:8391", false],
    ["http://witness.example.org", false],
    ["https://witness.example.org", false],
    ["https://own.example.org", true],
    ["http://own.example.org", false],
    ["https://own.example.org:8443", false],
    ["http://127.0.0.1:8391/w", true],
    ["http://[::1]:8391", true],
  ])("a request to %s: on this node or the operator's own %s", (url, allowed) => {
    const own = { ...S.sovereignty.endpoints[0]!, host: "own.example.org", control: "owned" } as const;
    const spec = {
      ...watched(1, { ...DESK, url }),
      sovereignty: { ...S.sovereignty, endpoints: [...S.sovereignty.endpoints, own] },
    };
    expect(messages(spec).length === 0).toBe(allowed);
  });
});
