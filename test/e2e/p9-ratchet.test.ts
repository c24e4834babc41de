// P9, tightening now, loosening late: every short cut that a tired, talked-into or clever operator would try, against real
// governor processes. Nothing loosens early. The states themselves are explored in src/governor/amend/ratchet.test.ts.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signMinisign } from "../../src/governor/amend/minisign.ts";
import { type MinisignKey, makeMinisignKey, readSecretKey } from "../../src/governor/amend/minisign-key.ts";
import { signerOf } from "../../src/governor/amend/operator-key.ts";
import { type MadeHome, makeHome, run, taskOf } from "../../src/governor/fixtures/made-home.ts";
import type { Governor } from "../../src/governor/governor.ts";
import { homePaths } from "../../src/governor/home.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import type { JsonObject } from "../../src/stdx/json.ts";
import { endGovernor, start, WRIT } from "./cli-process.ts";
import { letPass } from "./let-pass.ts";

const HOUR = 3_600_000;
const DAY: number = 24 * HOUR;
const PATIENCE = { timeout: 120_000 };

let made: MadeHome;
let governor: Governor;
afterEach(async () => {
  await governor.close();
  await made.end();
});

async function home(amendment: string): Promise<void> {
  made = await makeHome({ extra: `amendment: ${amendment}` });
  governor = await made.open();
}

/** The home's spec with `from` replaced by `to`. */
function spec(
  from: string,
  to: string,
  text: string = readFileSync(homePaths(made.home).spec, "utf8"),
): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

const bytesOf = (text: string): { readonly bytes: Uint8Array; readonly source: string } => ({
  bytes: Buffer.from(text),
  source: "test",
});

function operator(): MinisignKey {
  const key = readSecretKey(readFileSync(homePaths(made.home).operator_key, "utf8"))?.open("") ?? null;
  if (key === null) throw new Error("the home has a key");
  return key;
}

function signed(text: string, key: MinisignKey, ago = 0): { readonly name: string; readonly text: string } {
  return {
    name: "x.minisig",
    text: signMinisign(Buffer.from(text), key, Math.floor(Date.now() / 1000) - ago, "x"),
  };
}

/** What `text` comes to, adopted by the home's own key. */
async function adopting(text: string): Promise<string> {
  return (await governor.adopt(bytesOf(text))).outcome;
}

const LOOSER: readonly [string, string] = ["processes_max: 256", "processes_max: 512"];

/** Whether a task that only a looser spec admits runs. */
async function runsMore(): Promise<boolean> {
  const { decision } = await governor.check(taskOf(made, ["true"], { processes: 500 }));
  return decision.outcome === "admit";
}

/** Ledger time passes, and another governor starts. */
async function later(ms: number, also?: (ledger: Ledger) => Promise<void>): Promise<void> {
  await governor.close();
  await endGovernor(made.home, "SIGTERM");
  await letPass(made, ms, also);
  governor = await made.open();
}

describe("P9: the way of a loosening", PATIENCE, () => {
  it("waits, is tried, taken back by itself; and again, confirmed, it stays", async () => {
    await home("{ cooling_off: 3 d, trial: 2 d }");
    const looser = spec(...LOOSER);
    expect(await governor.amend(bytesOf(looser), "more work")).toMatchObject({
      outcome: "proposed",
      state: "cooling",
      founding: false,
      flags: expect.any(Array),
    });
    await later(3 * DAY - HOUR);
    expect([await adopting(looser), await runsMore()]).toEqual(["refused", false]);
    await later(HOUR);
    expect([await adopting(looser), await runsMore()]).toEqual(["adopted", true]);
    const trial = await governor.specStatus();
    expect(trial.open).toMatchObject({ state: "trial", looser: ["resources.processes_max"] });
    expect(trial.genesis).toMatchObject({
      total: 2,
      fields: [{ field: "resources.processes_max", from: "256", to: "512" }],
    });
    await later(2 * DAY);
    expect(await runsMore()).toBe(false);
    expect((await governor.specStatus()).open).toBeNull();
    expect((await governor.specLog()).map(({ step }) => step)).toEqual([
      "genesis",
      "proposed",
      "refused",
      "begun",
      "taken back: its trial was over",
    ]);

    // The same bytes again wait again, and take another signature.
    expect(await governor.amend(bytesOf(looser), "again")).toMatchObject({ outcome: "proposed" });
    expect(await adopting(looser)).toBe("refused");
    await later(3 * DAY);
    expect(await adopting(looser)).toBe("adopted");
    expect(await governor.confirm([])).toMatchObject({ outcome: "refused" });
    expect(await governor.confirm()).toMatchObject({ outcome: "confirmed" });
    await later(40 * DAY);
    expect(await runsMore()).toBe(true);
    expect((await made.verify()).ok).toBe(true);
  });

  it("what cooled off lapses: it is not kept ready for a bad moment", async () => {
    await home("{ cooling_off: 1 d }");
    const looser = spec(...LOOSER);
    await governor.amend(bytesOf(looser), "some day");
    await later(8 * DAY);
    expect([await adopting(looser), await runsMore()]).toEqual(["refused", false]);
  });
});

describe("P9: short cuts", PATIENCE, () => {
  beforeEach(async () => home("{ cooling_off: 3 d }"));

  it("midnight: no looser spec is adopted in the moment, whoever signs, and the proposal carries its flags", async () => {
    const looser = spec(...LOOSER);
    await governor.run(taskOf(made, ["true"], { processes: 500 }), {
      wait: true,
      stdout: () => undefined,
      stderr: () => undefined,
    });
    expect(await adopting(looser)).toBe("refused");
    const proposed = await governor.amend(bytesOf(looser), "urgent: it must run now");
    expect(proposed.flags.join("\n")).toContain("soon: proposed 0 minutes after a refusal");
    expect(proposed.impact?.changes.let_through).toBe(1);
    expect([await adopting(looser), await runsMore()]).toEqual(["refused", false]);
  });

  it("salami: each small step waits like a large one, and together they are one number", async () => {
    for (let step = 1; step <= 3; step += 1)
      expect(await adopting(spec("processes_max: 256", `processes_max: ${256 + step}`))).toBe("refused");
    const flags: string[] = [];
    for (const processes of [300, 400, 1100]) {
      const text = spec(
        /processes_max: \d+/.exec(readFileSync(homePaths(made.home).spec, "utf8"))?.[0] ?? "",
        `processes_max: ${processes}`,
      );
      flags.push(...(await governor.amend(bytesOf(text), "a little more")).flags);
      expect(await adopting(text)).toBe("refused");
      await later(3 * DAY);
      expect(await adopting(text)).toBe("adopted");
      expect(await governor.confirm()).toMatchObject({ outcome: "confirmed" });
    }
    expect(flags.join("\n")).toContain(
      "steps: resources.processes_max is loosened again, 3 times in 30 days",
    );
    const { genesis, charter } = await governor.specStatus();
    expect([genesis.total, charter?.total]).toEqual([3, 3]);
    expect(genesis.fields).toMatchObject([{ from: "256", to: "1100", weight: 3 }]);
  });

  it("rollback: an older, looser spec is a loosening, and its old signature counts for nothing", async () => {
    const older = readFileSync(homePaths(made.home).spec, "utf8");
    const signature = signed(older, operator(), 5);
    expect(await adopting(spec("processes_max: 256", "processes_max: 64"))).toBe("adopted");
    expect(await governor.adopt({ ...bytesOf(older), signatures: [signature] })).toMatchObject({
      outcome: "refused",
    });
    expect(await governor.amend({ ...bytesOf(older), signatures: [signature] }, "as before")).toMatchObject({
      outcome: "proposed",
    });
    await governor.withdraw();
    const again = await governor.amend({ ...bytesOf(older), signatures: [signature] }, "as before");
    expect(again).toMatchObject({ outcome: "refused", refused: expect.stringContaining("used before") });
  });

  it("a two-field trade, one tighter and one looser, is a loosening", async () => {
    const trade = spec(...LOOSER, spec("time_max: 10 m", "time_max: 1 m"));
    expect([await adopting(trade), await runsMore()]).toEqual(["refused", false]);
  });

  it("a change of who and how slowly is a loosening: signer, quorum, cooling-off, trial", async () => {
    const own = signerOf(operator());
    const words = [
      "{ cooling_off: 2 d }",
      "{ cooling_off: 3 d, trial: 31 d }",
      `{ cooling_off: 3 d, signers: ["${own}"] }`,
      "{ cooling_off: 3 d, founding: 14 d }",
    ];
    for (const word of words)
      expect([word, await adopting(spec("{ cooling_off: 3 d }", word))]).toEqual([word, "refused"]);
    expect(await adopting(spec("{ cooling_off: 3 d }", "{ cooling_off: 4 d }"))).toBe("adopted");
  });

  it("edited in place: nothing runs, before and after a governor's start", async () => {
    writeFileSync(homePaths(made.home).spec, spec(...LOOSER));
    await expect(governor.check(taskOf(made, ["true"]))).rejects.toMatchObject({ code: "WRIT_SPEC_EDITED" });
    await governor.close();
    await endGovernor(made.home);
    governor = await made.open();
    await expect(governor.check(taskOf(made, ["true"]))).rejects.toMatchObject({ code: "WRIT_SPEC_EDITED" });
  });

  it("unsigned, by a stranger, of the future, expired: not even what is tighter is adopted", async () => {
    const tighter = spec("processes_max: 256", "processes_max: 64");
    const files = [
      [],
      [signed(tighter, makeMinisignKey())],
      [signed(tighter, operator(), -3600)],
      [signed(tighter, operator(), 31 * 86_400)],
      [signed("other", operator())],
    ];
    for (const signatures of files) {
      const { outcome, refused } = await governor.adopt({ ...bytesOf(tighter), signatures });
      expect([outcome, refused]).toEqual(["refused", "it has no signature that counts: limit is one"]);
    }
    expect(
      await governor.adopt({ ...bytesOf(tighter), signatures: [signed(tighter, operator())] }),
    ).toMatchObject({ outcome: "adopted" });
  });

  it("a spec of a newer language, half of one, and none: an error, and the last one stays in force", async () => {
    for (const text of [
      spec("writ: 1", "writ: 2"),
      readFileSync(homePaths(made.home).spec, "utf8").slice(0, 300),
      "",
    ])
      await expect(governor.amend(bytesOf(text), "new")).rejects.toMatchObject({ code: "WRIT_SPEC_INVALID" });
    expect((await run(governor, taskOf(made, ["true"]))).observation?.exit_code).toBe(0);
  });

  it("a tightening in between ends the proposal: what comes into force is what was compared", async () => {
    const looser = spec(...LOOSER);
    await governor.amend(bytesOf(looser), "more");
    expect(await adopting(spec("time_max: 10 m", "time_max: 9 m"))).toBe("adopted");
    await later(3 * DAY);
    expect([await adopting(looser), await runsMore()]).toEqual(["refused", false]);
  });

  it("while tasks run, a change of the spec moves none of them, and the next is judged by it", async () => {
    const script = "touch out/begun; until test -e open; do sleep 0.1; done; echo done";
    const needs = { processes: 200, writes: [`${made.work}/out`] };
    const running = run(governor, taskOf(made, ["sh", "-c", script], needs));
    await vi.waitUntil(() => existsSync(`${made.work}/out/begun`), { timeout: 60_000 });
    expect(await adopting(spec("processes_max: 256", "processes_max: 64"))).toBe("adopted");
    const next = await governor.check(taskOf(made, ["true"], { processes: 200 }));
    expect(next.decision.outcome).toBe("refuse");
    writeFileSync(`${made.work}/open`, "");
    expect((await running).stdout).toBe("done\n");
  });

  it("a clock set forward, by the machine's or a namespace's, shortens nothing", async () => {
    const looser = spec(...LOOSER);
    writeFileSync(`${made.work}/looser.yaml`, looser);
    await governor.amend(bytesOf(looser), "more");
    await governor.close();
    await endGovernor(made.home, "SIGTERM");
    const own = process.geteuid?.() === 0 ? [] : ["--user", "--map-root-user"];
    const unshare = ["unshare", ...own, "--time", "--boottime", String((4 * DAY) / 1000), "--fork"];
    if (spawnSync(unshare[0] ?? "", [...unshare.slice(1), "true"]).status !== 0) {
      console.log("skipped: no time namespace can be made here");
      governor = await made.open();
      return;
    }
    const place = {
      root: made.work,
      home: made.home,
      work: made.work,
      env: { PATH: process.env["PATH"] ?? "", HOME: made.work, WRIT_HOME: made.home },
    };
    const ended = await start(
      place,
      [...unshare, process.execPath, WRIT, "spec", "adopt", `${made.work}/looser.yaml`],
      {},
    ).ended;
    expect([ended.code, ended.stderr]).toEqual([
      2,
      expect.stringContaining("cools off for 3 d more of ledger time"),
    ]);
    await endGovernor(made.home, "SIGTERM");
    governor = await made.open();
    expect([await adopting(looser), await runsMore()]).toEqual(["refused", false]);
  });

  it("no task sees the key that signs", async () => {
    const key = homePaths(made.home).operator_key;
    const { stdout } = await run(
      governor,
      taskOf(made, ["sh", "-c", `cat ${key} ${made.home}/keys/* 2>/dev/null; echo end`]),
    );
    expect(stdout).toBe("end\n");
    const reading = await governor.check(taskOf(made, ["true"], { reads: [key] }));
    expect(reading.decision.outcome).toBe("refuse");
  });
});

describe("P9: founding", PATIENCE, () => {
  it("a loosening takes ten minutes, a closed period is never reopened, and its end makes the charter", async () => {
    await home("{ founding: 14 d, cooling_off: 3 d }");
    const looser = spec(...LOOSER);
    expect(await governor.amend(bytesOf(looser), "forgot it")).toMatchObject({ founding: true });
    expect([await adopting(looser), await runsMore()]).toEqual(["refused", false]);
    await later(600_000);
    expect([await adopting(looser), await runsMore()]).toEqual(["adopted", true]);
    expect((await governor.specStatus()).open).toBeNull();

    // One is ready to be adopted when the period is closed.
    const more = spec("processes_max: 512", "processes_max: 900");
    await governor.amend(bytesOf(more), "and this");
    await later(600_000);
    expect(await governor.closeFounding()).toEqual({ closed: true });
    expect(await adopting(more)).toBe("refused");
    expect(await governor.closeFounding()).toEqual({ closed: false });
    const { charter, genesis, founding_left_ms } = await governor.specStatus();
    expect([charter?.total, genesis.total, founding_left_ms]).toEqual([0, 2, null]);
    await governor.withdraw();
    expect(await governor.amend(bytesOf(more), "and this")).toMatchObject({ founding: false });
  });

  it("it ends by itself, after the days that genesis says", async () => {
    await home("{ founding: 1 d, cooling_off: 3 d }");
    await later(DAY);
    expect(await governor.amend(bytesOf(spec(...LOOSER)), "late")).toMatchObject({ founding: false });
  });
});

describe("P9: a quorum", PATIENCE, () => {
  it("one key twice is one key, and two are two", async () => {
    const [one, two] = [makeMinisignKey(), makeMinisignKey()];
    await home(`{ cooling_off: 1 d, quorum: 2, signers: ["${signerOf(one)}", "${signerOf(two)}"] }`);
    const looser = spec(...LOOSER);
    const twice = [signed(looser, one), signed(looser, one, 1)];
    expect(await governor.amend({ ...bytesOf(looser), signatures: twice }, "by one")).toMatchObject({
      state: "proposed",
      signatures: 1,
    });
    expect(
      await governor.amend({ ...bytesOf(looser), signatures: [signed(looser, one, 100)] }, "by one again"),
    ).toMatchObject({ state: "proposed", signatures: 1 });
    await later(DAY);
    expect([await adopting(looser), await runsMore()]).toEqual(["refused", false]);
    expect(
      await governor.amend({ ...bytesOf(looser), signatures: [signed(looser, two)] }, "by two"),
    ).toMatchObject({ state: "cooling", signatures: 2 });
    expect([await adopting(looser), await runsMore()]).toEqual(["adopted", true]);
  });
});

describe("P9: a changed build", PATIENCE, () => {
  it("that would admit what was refused decides nothing until it is confirmed as a loosening", async () => {
    await home("{ cooling_off: 1 d }");
    const { sequence } = await governor.check(taskOf(made, ["true"]));
    // The accepted build refused what this one admits: its record is made with the home's key.
    await later(1000, async (ledger) => {
      const { core, payload } = await ledger.read(sequence ?? -1);
      const judged = payload as { readonly decision: object };
      const decision = { ...judged.decision, outcome: "refuse", grants: null };
      const refusal = { ...judged, decision } as unknown as JsonObject;
      await ledger.append({ kind: "software", core: { version: "0", build: "stricter" } });
      await ledger.append({
        kind: "check",
        core: { ...core, outcome: "refuse", grants: null },
        payload: refusal,
      });
    });
    const asked = taskOf(made, ["true"]);
    await expect(governor.check(asked)).rejects.toMatchObject({ code: "WRIT_BUILD_WAITS" });
    await expect(run(governor, asked)).rejects.toMatchObject({ code: "WRIT_BUILD_WAITS" });
    expect(await governor.confirm()).toMatchObject({
      outcome: "refused",
      refused: expect.stringContaining("cools off for 1 d"),
    });
    await later(DAY);
    await expect(governor.check(asked)).rejects.toMatchObject({ code: "WRIT_BUILD_WAITS" });
    expect(await governor.confirm([])).toMatchObject({ outcome: "refused" });
    expect(await governor.confirm()).toMatchObject({ outcome: "confirmed" });
    expect((await run(governor, asked)).observation?.exit_code).toBe(0);
  });

  it("that admits no more than the one before is accepted at its first start", async () => {
    await home("{}");
    await governor.check(taskOf(made, ["true"], { processes: 500 }));
    await governor.close();
    await endGovernor(made.home, "SIGTERM");
    governor = await made.open({ build: "another-build" });
    expect((await run(governor, taskOf(made, ["true"]))).observation?.exit_code).toBe(0);
  });
});
