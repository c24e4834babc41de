// What noLooser does beyond one field: lists of fields, their order, its bounds, and the table of fields being whole.
import { expect, test } from "vitest";
import { PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import { DAY, HOUR, resources, sovereignty } from "../../model/spec-changes.ts";
import { leaves } from "../stdx/schema/leaves.ts";
import { FIELD_ORDER } from "./field-order.ts";
import { noLooser } from "./no-looser.ts";
import { specSchema } from "./spec-schema.ts";

test("noLooser calls a shorter window looser, whatever it adds up to, with what was spent before in the longer one", () => {
  const b = resources({ budgets: [HOUR, DAY, { ...HOUR, window: 1_800_000, external_calls: 1 }] });
  const a = resources({ budgets: [HOUR, DAY, { ...HOUR, window: 7_200_000, external_calls: 100 }] });
  const answer = noLooser(b, a);
  expect(answer.ok ? [] : answer.looser.map((one) => one.field)).toEqual([
    "resources.budgets[principal 2 h].external_calls",
    "resources.budgets[principal 2 h].bytes_out",
    "resources.budgets[principal 2 h].tokens",
    "resources.budgets[principal 2 h].money",
  ]);
  expect(answer.ok ? "" : answer.looser[0]?.witness).toContain("spent 100 external calls 1 h ago");
});

test("noLooser lists every looser field in the order of the language", () => {
  const answer = noLooser(
    { ...sovereignty({ score_min: 0, external_calls_max: 9 }), defaults: { ...S.defaults, cpu: 1001 } },
    S,
  );
  expect(answer.ok ? [] : answer.looser.map((one) => one.field)).toEqual([
    "sovereignty.score_min",
    "sovereignty.external_calls_max",
    "defaults.cpu",
  ]);
});

test("noLooser seeks witnesses for 64 fields and names the rest without", () => {
  const principals = Array.from({ length: 70 }, (_, n) => ({
    name: `p${n}`,
    uid: n,
    may_need: [],
    secrets: [],
  }));
  const answer = noLooser({ ...S, principals }, S);
  const shown = answer.ok ? [] : answer.looser.filter((one) => one.witness !== null);
  expect(answer.ok ? 0 : answer.looser.length).toBe(70);
  expect(shown).toHaveLength(64);
});

test("noLooser has a row for every field of the language, in its order, each with its words", () => {
  expect(FIELD_ORDER.map((row) => row.field)).toEqual(leaves(specSchema).map(({ path }) => path));
  for (const row of FIELD_ORDER) expect(row.tighter).toMatch(/^[a-z].*[a-z_]$/);
  const unordered = FIELD_ORDER.filter((row) => row.compare === null).map((row) => row.field);
  expect(unordered).toEqual(["writ", "name"]);
});
