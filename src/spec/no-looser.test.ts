// What noLooser does beyond one field: lists of fields, their order, its bounds, and the table of fields being whole.
import { expect, test } from "vitest";
import { PLAIN_ENDPOINT, PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import { DAY, HOUR, resources, sovereignty } from "../../model/spec-changes.ts";
import { looserFields, looserTold, looserWith } from "../../test/looser-fields.ts";
import { leaves } from "../stdx/schema/leaves.ts";
import { FIELD_ORDER } from "./field-order.ts";
import type { Spec } from "./spec.ts";
import { specSchema } from "./spec-schema.ts";
import type { Looser } from "./witness.ts";

test("noLooser calls a shorter window looser, whatever it adds up to, with what was spent before in the longer one", () => {
  const b = resources({ budgets: [HOUR, DAY, { ...HOUR, window: 1_800_000, external_calls: 1 }] });
  const a = resources({ budgets: [HOUR, DAY, { ...HOUR, window: 7_200_000, external_calls: 100 }] });
  const told = looserTold(b, a);
  expect(told.map(([field]) => field)).toEqual([
    "resources.budgets[principal 2 h].external_calls",
    "resources.budgets[principal 2 h].bytes_out",
    "resources.budgets[principal 2 h].tokens",
    "resources.budgets[principal 2 h].money",
  ]);
  expect(told[0]?.[1]).toContain("spent 100 external calls 1 h ago");
});

test("noLooser lists every looser field in the order of the language", () => {
  const b = {
    ...sovereignty({ score_min: 0, external_calls_max: 9 }),
    defaults: { ...S.defaults, cpu: 1001 },
  };
  expect(looserFields(b, S)).toEqual([
    "sovereignty.score_min",
    "sovereignty.external_calls_max",
    "defaults.cpu",
  ]);
});

test("noLooser shows a witness for each field, and names the rest without once it has tried enough", () => {
  const principals = Array.from({ length: 70 }, (_, n) => ({
    name: `p${n}`,
    uid: n,
    may_need: [],
    secrets: [],
  }));
  expect(looserWith({ ...S, principals }, S).filter(({ request }) => request !== null)).toHaveLength(70);

  // Rules that the clearance of every endpoint masks: each is sought in vain, as long as any search may be.
  const rule = { untrusted: null, label_min: "confidential", control_not: "owned" } as const;
  const endpoints = Array.from({ length: 1000 }, (_, n) => ({
    ...PLAIN_ENDPOINT,
    host: `h${n}.example.com`,
  }));
  const masked = (rules: number): Spec => {
    const spec = sovereignty({ endpoints });
    return { ...spec, privacy: { ...spec.privacy, refuse_when: Array.from({ length: rules }, () => rule) } };
  };
  const sought = (rules: number): readonly Looser[] =>
    looserWith({ ...masked(0), defaults: { ...S.defaults, cpu: 1001 } }, masked(rules));
  for (const [rules, shown] of [
    [1, true],
    [16, false],
  ] as const) {
    const found = sought(rules);
    expect(found.map(({ request }) => request !== null)).toEqual([...Array(rules).fill(false), shown]);
  }
});

test("noLooser has a row for every field of the language, in its order, each with its words", () => {
  expect(FIELD_ORDER.map((row) => row.field)).toEqual(leaves(specSchema).map(({ path }) => path));
  for (const row of FIELD_ORDER) expect(row.tighter).toMatch(/^[a-z].*[a-z_]$/);
  const unordered = FIELD_ORDER.filter((row) => row.compare === null).map((row) => row.field);
  expect(unordered).toEqual(["writ", "name"]);
});
