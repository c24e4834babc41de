// noLooser on privacy.detectors: every field, both ways, each with the request that shows it, and where none can.
import { describe, expect, test } from "vitest";
import { PLAIN_SPEC } from "../../model/plain-spec.ts";
import { api, free, privacy } from "../../model/spec-changes.ts";
import { looserTold, looserWith } from "../../test/looser-fields.ts";
import { PERSONAL_GROUPS, UNBOUNDED } from "./personal-groups.ts";
import type { Detectors, Spec } from "./spec.ts";
import { NOTHING_FOUND, UNLISTED, type WitnessCall } from "./witness.ts";

const [ONE, TWO] = ["1".repeat(32), "2".repeat(32)];
const COUNTING: Detectors = {
  credentials: "count",
  opaque: "count",
  personal: UNBOUNDED,
  novel_max: null,
  known_harmless: [],
};
const detecting = (change: Partial<Detectors> = {}): Spec =>
  privacy({ detectors: { ...COUNTING, ...change } });
const most = (change: Partial<Detectors["personal"]>): Spec =>
  detecting({ personal: { ...UNBOUNDED, ...change } });

/** The fields in which `b` is looser, each with what its witness holds. */
function looser(b: Spec, a: Spec): readonly (readonly [string, Partial<WitnessCall["found"]> | null])[] {
  return looserWith(b, a).map(({ field, request }) => {
    if (request === null) return [field, null];
    const found = Object.entries(request.calls[0]?.found ?? NOTHING_FOUND);
    return [
      field,
      Object.fromEntries(found.filter(([name, value]) => value !== NOTHING_FOUND[name as "novel"])),
    ];
  });
}

/** `loose` is looser than `tight` in one field, and never the reverse. */
function inOneField(loose: Spec, tight: Spec, field: string, found: object | null): void {
  expect(looser(loose, tight)).toEqual([[field, found]]);
  expect(looser(tight, loose)).toEqual([]);
  expect(looser(structuredClone(loose), loose)).toEqual([]);
}

describe("noLooser on privacy.detectors", () => {
  test.each(["credentials", "opaque"] as const)("noLooser: `%s` counted is looser than refused", (name) => {
    const found = { [name === "opaque" ? "opaque" : "credential"]: UNLISTED };
    inOneField(detecting(), detecting({ [name]: "refuse" }), `privacy.detectors.${name}`, found);
  });

  test.each(PERSONAL_GROUPS)("noLooser: more of `%s`, and no bound, are looser", (group) => {
    const field = `privacy.detectors.personal.${group}`;
    inOneField(most({ [group]: 21 }), most({ [group]: 20 }), field, { personal: { group, count: 21 } });
    inOneField(most({ [group]: 1 }), most({ [group]: 0 }), field, { personal: { group, count: 1 } });
    inOneField(most({}), most({ [group]: 20 }), field, { personal: { group, count: 21 } });
  });

  test("noLooser: each group by itself", () => {
    expect(looser(most({ email: 9, iban: 0, ip: 3 }), most({ email: 8, iban: 4, ip: 2 }))).toEqual([
      ["privacy.detectors.personal.email", { personal: { group: "email", count: 9 } }],
      ["privacy.detectors.personal.ip", { personal: { group: "ip", count: 3 } }],
    ]);
  });

  test("noLooser: more novel information, and no bound, are looser; the witness sends as many bytes", () => {
    const field = "privacy.detectors.novel_max";
    const novel = (novel_max: number | null): Spec => detecting({ novel_max });
    inOneField(novel(4097), novel(4096), field, { novel: 4097 });
    inOneField(novel(null), novel(4096), field, { novel: 4097 });
  });

  test("noLooser: one more fingerprint is looser, one less is not", () => {
    const known = (...known_harmless: string[]): Spec =>
      detecting({ credentials: "refuse", opaque: "refuse", known_harmless });
    const field = (fingerprint: string) => `privacy.detectors.known_harmless[${fingerprint}]`;
    inOneField(known(ONE), known(), field(ONE), { credential: ONE });
    inOneField(known(ONE, TWO), known(ONE), field(TWO), { credential: TWO });
    expect(looser(known(TWO), known(ONE))).toEqual([[field(TWO), { credential: TWO }]]);
  });

  test("noLooser: a fingerprint of what is only counted shows nothing, one of the two shows itself", () => {
    const known = (does: Partial<Detectors>, ...known_harmless: string[]): Spec =>
      detecting({ ...does, known_harmless });
    const field = `privacy.detectors.known_harmless[${ONE}]`;
    inOneField(known({}, ONE), known({}), field, null);
    inOneField(known({ opaque: "refuse" }, ONE), known({ opaque: "refuse" }), field, { opaque: ONE });
  });

  test("noLooser: to have none is looser than to have any, shown by whatever is refused", () => {
    const none = privacy({ detectors: null });
    inOneField(none, detecting(), "privacy.detectors", null);
    inOneField(none, detecting({ credentials: "refuse" }), "privacy.detectors", { credential: UNLISTED });
    inOneField(none, detecting({ opaque: "refuse" }), "privacy.detectors", { opaque: UNLISTED });
    inOneField(none, most({ mac: 2 }), "privacy.detectors", { personal: { group: "mac", count: 3 } });
    inOneField(none, detecting({ novel_max: 64 }), "privacy.detectors", { novel: 65 });
    expect(looser(none, none)).toEqual([]);
  });

  test("noLooser: the witness of novel information sends as many bytes, and there is none where they are capped", () => {
    const bounded = { ...COUNTING, novel_max: 4096 };
    expect(looserWith(privacy({ detectors: null }), privacy({ detectors: bounded }))).toMatchObject([
      { request: { calls: [{ bytes_out: 4097, found: { novel: 4097 } }] } },
    ]);
    const wide = { ...COUNTING, novel_max: 2 ** 40 };
    inOneField(privacy({ detectors: null }), privacy({ detectors: wide }), "privacy.detectors", null);
  });

  test("noLooser: nothing shows it where every endpoint is owned, or takes no requests", () => {
    const owned = (spec: Spec): Spec => ({
      ...spec,
      sovereignty: {
        ...spec.sovereignty,
        endpoints: spec.sovereignty.endpoints.map((one) => ({ ...one, control: "owned" })),
      },
    });
    const tight = detecting({ credentials: "refuse" });
    inOneField(owned(detecting()), owned(tight), "privacy.detectors.credentials", null);
    const mute = (spec: Spec): Spec => ({
      ...spec,
      sovereignty: {
        ...spec.sovereignty,
        endpoints: spec.sovereignty.endpoints.map((one) => ({ ...one, methods: [] })),
      },
    });
    inOneField(mute(detecting()), mute(tight), "privacy.detectors.credentials", null);
  });

  test("noLooser: an endpoint that becomes owned is no longer inspected", () => {
    const inspecting = (spec: Spec): Spec => ({
      ...spec,
      privacy: { ...PLAIN_SPEC.privacy, refuse_when: [], detectors: { ...COUNTING, credentials: "refuse" } },
      sovereignty: { ...spec.sovereignty, uncontrolled_calls_max: 3 },
    });
    const field = "sovereignty.endpoints[api.example.com:443].control";
    expect(looser(inspecting(api({ control: "owned" })), inspecting(api({ control: "contracted" })))).toEqual(
      [[field, { credential: UNLISTED }]],
    );
    expect(
      looser(inspecting(free({ control: "uncontrolled" })), inspecting(free({ control: "contracted" }))),
    ).toEqual([]);
  });
});

describe("noLooser on protected files and documents", () => {
  const protecting = (as: "values" | "document"): Spec => privacy({ protected: [{ file: "/k", as }] });
  test("noLooser: a document that is no longer protected is shown by a passage, values by a value", () => {
    expect(looserTold(privacy({}), protecting("document"))).toEqual([
      ["privacy.protected[/k]", expect.stringContaining("with a passage of `/k`")],
    ]);
    expect(looserTold(privacy({}), protecting("values"))).toEqual([
      ["privacy.protected[/k]", expect.stringContaining("with a value of `/k`")],
    ]);
  });

  test("noLooser: another way of reading is looser both ways; a passage holds values, so one way shows nothing", () => {
    expect(looserTold(protecting("document"), protecting("values"))).toEqual([
      ["privacy.protected[/k].as", expect.stringContaining("with a value of `/k`")],
    ]);
    expect(looserTold(protecting("values"), protecting("document"))).toEqual([
      ["privacy.protected[/k].as", null],
    ]);
    expect(looserTold(protecting("document"), protecting("document"))).toEqual([]);
  });
});
