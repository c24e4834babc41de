// A glance at a governor: none is started for it, one that lives is told, and one that says nothing is waited for no longer
// than a prompt may take.
import { createServer } from "node:net";
import { afterEach, expect, it } from "vitest";
import { governorPids, type MadeHome, makeHome } from "./fixtures/made-home.ts";
import { glance } from "./glance.ts";
import { homePaths } from "./home.ts";
import { openGovernor } from "./open-governor.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

it("glance finds nobody and starts nobody, then the governor that a client started", async () => {
  made = await makeHome();
  expect(await glance(made.home)).toEqual({ state: "absent" });
  expect(governorPids(made.home)).toEqual([]);
  const governor = await openGovernor({ home: made.home, heads: made.heads });
  await governor.status();
  expect(await glance(made.home, 20_000)).toMatchObject({ state: "serving", status: { running: 0 } });
  await governor.close();
});

it("glance calls one silent that takes the connection and says nothing, and throws without a home", async () => {
  made = await makeHome();
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(`${homePaths(made?.home ?? "").run}/governor.sock`, resolve);
  });
  expect(await glance(made.home, 50)).toEqual({ state: "silent" });
  server.close();
  await expect(glance("/not/there")).rejects.toThrow(expect.objectContaining({ code: "WRIT_HOME_MISSING" }));
});
