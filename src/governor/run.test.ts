// A whole run, with real processes: home, governor, decision, writ, confined execution, settlement, verified ledger.
import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { type MadeHome, makeHome, run, script, taskOf } from "./fixtures/made-home.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

test("a run of `true` is decided, permitted, executed and settled, and the ledger verifies", async () => {
  made = await makeHome();
  const governor = await made.open();
  const ran = await run(governor, taskOf(made, ["true"]));
  expect(ran.decision.outcome, JSON.stringify(ran.decision.findings)).toBe("admit");
  expect(ran.observation).toMatchObject({ cause: "exited", exit_code: 0 });
  const explained = await governor.explain(ran.sequence ?? -1);
  expect(explained.settlement?.observation).toEqual(ran.observation);
  expect(explained.decision).toEqual(ran.decision);
  const status = await governor.status();
  expect(status).toMatchObject({ running: 0, waiting: 0, spec_name: "test", isolation: "namespaces" });
});

test("a task writes where it may and its output reaches the client", async () => {
  made = await makeHome();
  const governor = await made.open();
  const program = script(made, "work.sh", "echo said; echo written > out/file; cat >&2");
  const ran = await run(governor, taskOf(made, [program], { writes: ["out"] }));
  expect(ran.stderr + ran.stdout).toBe("said\n");
  expect(ran.observation?.exit_code).toBe(0);
  expect(readFileSync(`${made.work}/out/file`, "utf8")).toBe("written\n");
  expect((await made.verify()).ok).toBe(true);
});
