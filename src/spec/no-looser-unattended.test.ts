// Whom the node tells and how often it is challenged: what is no looser, and what the parser takes.
import { expect, test } from "vitest";
import { PLAIN_SPEC as S } from "../../model/plain-spec.ts";
import { looserFields } from "../../test/looser-fields.ts";
import type { Spec } from "./spec.ts";
import { NOTICES } from "./unattended-schema.ts";

const HOUR = 3_600_000;

function told(notify: Spec["notify"], every: number | null = null): Spec {
  return { ...S, notify, challenge: every === null ? null : { every } };
}

const ALL = { task: "/etc/writ/notify.yaml", on: NOTICES };

test("noLooser: to tell somebody, to tell more and to challenge more often is no looser", () => {
  expect(looserFields(told(ALL), told(null))).toEqual([]);
  expect(looserFields(told(ALL), told({ ...ALL, on: ["alarm"] }))).toEqual([]);
  expect(looserFields(told(null, HOUR), told(null))).toEqual([]);
  expect(looserFields(told(null, HOUR), told(null, 2 * HOUR))).toEqual([]);
});

test("noLooser: to export nothing or more seldom is no looser; to begin, another task, or more often is", () => {
  const sent = (every: number | null, task = "/etc/writ/export.yaml"): Spec => ({
    ...S,
    export: every === null ? null : { task, every },
  });
  for (const [b, a] of [
    [null, null],
    [null, HOUR],
    [HOUR, HOUR],
    [2 * HOUR, HOUR],
  ] as const)
    expect(looserFields(sent(b), sent(a))).toEqual([]);
  expect(looserFields(sent(HOUR), sent(null))).toEqual(["export.task"]);
  expect(looserFields(sent(HOUR, "/srv/other.yaml"), sent(HOUR))).toEqual(["export.task"]);
  expect(looserFields(sent(HOUR - 1), sent(HOUR))).toEqual(["export.every"]);
});

test("noLooser: to tell nobody, less or somebody else, and to challenge more seldom or never, is looser", () => {
  expect(looserFields(told(null), told(ALL))).toEqual(["notify.task"]);
  expect(looserFields(told({ ...ALL, task: "/tmp/other.yaml" }), told(ALL))).toEqual(["notify.task"]);
  for (const kind of NOTICES)
    expect(looserFields(told({ ...ALL, on: NOTICES.filter((one) => one !== kind) }), told(ALL))).toEqual([
      "notify.on",
    ]);
  expect(looserFields(told(null), told(null, HOUR))).toEqual(["challenge.every"]);
  expect(looserFields(told(null, HOUR + 1), told(null, HOUR))).toEqual(["challenge.every"]);
});
