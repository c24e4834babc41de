// Measuring a real home: what a governor wrote is what measurement reads.
import { afterEach, expect, test } from "vitest";
import { type MadeHome, makeHome, run, taskOf } from "./fixtures/made-home.ts";
import { measureHome } from "./measure-home.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

test("measureHome measures each execution of a real governor, by class, and its refusals", async () => {
  made = await makeHome();
  const governor = await made.open();
  const first = await run(governor, taskOf(made, ["true"]));
  await run(governor, taskOf(made, ["true"]));
  await run(governor, taskOf(made, ["false"]));
  await run(governor, taskOf(made, ["true"], { memory: "900 TiB" }));
  // The same work with smaller claims, until it passes.
  const passed = await run(governor, taskOf(made, ["true"]));
  const measured = await measureHome(made.home);
  expect(measured).toMatchObject({ executions: 4, unmeasured: 0, alarms: [] });
  expect(measured.decisions).toMatchObject({ total: 5, refused: 1, without_remedy: 0, resubmitted: 1 });
  expect(measured.metrics.find(({ id }) => id === "resubmitted")?.series).toEqual([]);
  expect(measured.negotiation.headroom).toMatchObject({ runs: 4 });
  expect(measured.classes[0]?.last).toBeGreaterThan(passed.sequence ?? Number.POSITIVE_INFINITY);
  expect(measured.classes.map(({ executions, decisions }) => [executions, decisions])).toEqual([
    [3, 4],
    [1, 1],
  ]);
  expect(measured.classes[0]?.first).toBe(first.sequence);
  expect(measured.metrics.find(({ id }) => id === "time")?.count).toBe(4);
  expect(measured.metrics.find(({ id }) => id === "near_limit")?.count).toBe(4);
  // A class is told by a keyed hash: no name, no path.
  expect(JSON.stringify(measured)).not.toContain('true"');
  expect(measured.classes[0]?.id).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(await measureHome(made.home))).toBe(JSON.stringify(measured));
});
