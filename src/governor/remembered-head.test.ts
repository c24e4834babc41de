// A ledger put back to an earlier state is refused by whoever remembers more of it; and what is remembered only narrows.
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { governorPids, type MadeHome, makeHome, run, taskOf } from "./fixtures/made-home.ts";
import { homePaths } from "./home.ts";
import { headFile, rememberHead } from "./remembered-head.ts";
import { tailHome } from "./tail-home.ts";
import { verifyHome } from "./verify-home.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

async function ended(home: string): Promise<void> {
  for (const pid of governorPids(home)) process.kill(pid, "SIGTERM");
  while (governorPids(home).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("a ledger put back to an earlier state is found by verify and tail, and nothing is governed from it", async () => {
  made = await makeHome();
  const { home, heads } = made;
  const { ledger } = homePaths(home);
  const governor = await made.open();
  await governor.status();
  await ended(home);
  const earlier = `${made.work}/earlier`;
  cpSync(ledger, earlier, { recursive: true });
  await run(governor, taskOf(made, ["true"]));
  await ended(home);
  expect((await made.verify()).problem).toBeNull();
  rmSync(ledger, { recursive: true });
  cpSync(earlier, ledger, { recursive: true });
  // By its files alone it is whole.
  expect((await verifyHome(home, null)).report.ok).toBe(true);
  const { report, lines } = await verifyHome(home, heads);
  expect(report.problem?.kind).toBe("rolled_back");
  const [name = ""] = readdirSync(heads);
  expect(lines.join("\n")).toContain(`${heads}/${name}`);
  const refused = { code: "WRIT_LEDGER_CORRUPT", hint: expect.stringContaining(`${heads}/${name}`) };
  await expect(tailHome(home, 5, heads)).rejects.toMatchObject(refused);
  await expect(governor.check(taskOf(made, ["true"]))).rejects.toMatchObject(refused);
  // The hint's way out is for whoever put the older ledger back on purpose.
  rmSync(`${heads}/${name}`);
  expect((await governor.status()).running).toBe(0);
});

test("a head moves forward only, is its owner's alone, and one that is not as written stops everything", async () => {
  made = await makeHome();
  const { heads } = made;
  const node = "a".repeat(32);
  const [low, high] = ["1", "2"].map((digit) => digit.repeat(64));
  if (low === undefined || high === undefined) throw new Error("two roots are needed");
  rememberHead(heads, { node, size: 7, root: high });
  rememberHead(heads, { node, size: 3, root: low });
  rememberHead(heads, { node: "../escape", size: 9, root: low });
  expect(readdirSync(heads)).toEqual([`${node}.json`]);
  expect(readFileSync(headFile(heads, node), "utf8")).toBe(`{"size":7,"root":"${high}"}\n`);
  expect(statSync(headFile(heads, node)).mode & 0o777).toBe(0o600);
  await (await made.open()).status();
  await ended(made.home);
  const [own = ""] = readdirSync(heads).filter((name) => name !== `${node}.json`);
  writeFileSync(`${heads}/${own}`, "{}\n");
  await expect(made.verify()).rejects.toMatchObject({ code: "WRIT_HOME_UNSAFE" });
  await expect((await made.open()).status()).rejects.toMatchObject({ code: "WRIT_HOME_UNSAFE" });
});

test("a home for play is not remembered, and neither is anything where nothing can be written", async () => {
  made = await makeHome({ throw_away: true });
  await (await made.open()).status();
  expect(() => readdirSync(made?.heads ?? "")).toThrow("ENOENT");
  writeFileSync(`${made.work}/file`, "");
  rememberHead(`${made.work}/file/heads`, { node: "a".repeat(32), size: 1, root: "1".repeat(64) });
});
