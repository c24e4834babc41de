// A model is one hold of memory, however many tasks use it: known answers of what a second user asks, and what stays held
// when the first one ends.
import { expect, test } from "vitest";
import { decided, failing, passes } from "../../test/decision-cases.ts";
import {
  baseFacts,
  baseSpec,
  baseTask,
  GIB,
  hold,
  MIB,
  model,
  modelNeed,
  provider,
} from "../../test/decision-fixtures.ts";
import { compileSpec } from "./compile-spec.ts";
import type { Facts, HoldFact } from "./facts.ts";
import { memoryRoom } from "./local-service.ts";

const small = baseTask({ memory: 64 * MIB, models: [modelNeed()] });
const providers = (loaded: boolean, memory = 2 * GIB): Facts["providers"] => {
  const found = provider();
  return [{ ...found, models: [model({ loaded, memory })] }];
};
const NAME = { provider: provider().name, model: model().name };
const user = (memory: number, id: string): HoldFact =>
  hold({ id, memory: memory + 64 * MIB, models: [{ ...NAME, memory }] });

const room = (holds: readonly HoldFact[], loaded: boolean): ReturnType<typeof memoryRoom> => {
  const facts = baseFacts();
  const seen = { ...facts, providers: providers(loaded), sums: { ...facts.sums, holds } };
  return memoryRoom(compileSpec(baseSpec(), "h"), seen);
};

test("memoryRoom counts a model once for all that reserve it, at the largest", () => {
  const one = room([user(2 * GIB, "a")], false);
  const two = room([user(2 * GIB, "a"), user(2 * GIB, "b")], false);
  const larger = room([user(2 * GIB, "a"), user(3 * GIB, "b")], false);
  expect(one.held).toBe(2 * GIB + 64 * MIB);
  expect(two.held).toBe(2 * GIB + 128 * MIB);
  expect(larger.held).toBe(3 * GIB + 128 * MIB);
  // Whichever of them ends, the model stays held.
  expect(room([user(2 * GIB, "b")], false).held).toBe(one.held);
});

test("memoryRoom does not take a model that was loaded meanwhile off what is free a second time", () => {
  expect(room([user(2 * GIB, "a")], false).promised).toBe(2 * GIB + 64 * MIB);
  expect(room([user(2 * GIB, "a")], true).promised).toBe(64 * MIB);
  expect(room([user(2 * GIB, "a"), user(2 * GIB, "b")], true).promised).toBe(128 * MIB);
});

test("a second task on a model that another reserves asks for its own memory alone", () => {
  // Room for one such model and small tasks, not for two.
  const node = { memory_total: 8 * GIB, memory_available: 3 * GIB };
  const sums = { holds: [user(2 * GIB, "a")] };
  const second = passes({ task: small, node, sums, facts: { providers: providers(false) } });
  expect(second.placements).toMatchObject([{ name: NAME.provider, model: NAME.model }]);
  const other = { holds: [hold({ memory: 2 * GIB + 64 * MIB })] };
  const alone = decided({ task: small, node, sums: other, facts: { providers: providers(false) } });
  expect([alone.outcome, failing(alone).map(({ cause }) => cause)]).toEqual([
    "defer",
    ["memory_committed", "memory_unavailable"],
  ]);
});

test("a model that needs more than what is reserved for it asks for the rest", () => {
  const node = { memory_total: 8 * GIB, memory_available: 3 * GIB };
  const sums = { holds: [user(2 * GIB, "a")] };
  const larger = providers(false, 2 * GIB + 900 * MIB);
  const { outcome } = decided({ task: small, node, sums, facts: { providers: larger } });
  expect(outcome).toBe("defer");
  expect(decided({ task: small, node, sums: { holds: [] }, facts: { providers: larger } }).outcome).toBe(
    "admit",
  );
});
