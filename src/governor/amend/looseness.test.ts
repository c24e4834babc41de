// looseness: one number over all fields, the same for one large step and for many small ones.
import { expect, test } from "vitest";
import { PLAIN_SPEC as S } from "../../../model/plain-spec.ts";
import { api, memory, resources, sovereignty } from "../../../model/spec-changes.ts";
import { looseness } from "./looseness.ts";

test("looseness of what is equal or tighter is 0", () => {
  expect(looseness(S, S)).toEqual({ total: 0, fields: [] });
  expect(looseness(memory({ per_task_max: 1 }), S).total).toBe(0);
});

test.each([
  [2 ** 31 + 1, 1],
  [2 ** 32, 2],
  [2 ** 33 - 1, 2],
  [2 ** 41, 11],
])("looseness of 2 GiB a task made %d bytes is %i", (per_task_max, total) => {
  expect(looseness(memory({ per_task_max }), S)).toMatchObject({
    total,
    fields: [{ field: "resources.memory.per_task_max", from: String(2 ** 31), to: String(per_task_max) }],
  });
});

test("looseness counts a minimum that is halved, and an entry of a table by its key", () => {
  expect(looseness(sovereignty({ score_min: 35 }), S).total).toBe(2);
  expect(looseness(sovereignty({ score_min: 0 }), S).total).toBe(7);
  const found = looseness(api({ bytes_out_per_task_max: 1_048_576 }), S);
  expect(found.fields).toMatchObject([{ from: "262144", to: "1048576", weight: 3 }]);
});

test("looseness puts the heaviest field first and sums them", () => {
  const { total, fields } = looseness(resources({ processes_max: 257, time_max: 1_800_000 * 8 }), S);
  expect([total, fields.map(({ field }) => field)]).toEqual([
    5,
    ["resources.time_max", "resources.processes_max"],
  ]);
});
