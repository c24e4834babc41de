// Bad moments: many clients at once, clients and governors that are killed. One governor serves a home, a task never
// outlives its client, nothing recorded is lost, and the ledger verifies after every death.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { governorPids } from "../../src/governor/fixtures/made-home.ts";
import type { Governor } from "../../src/governor/governor.ts";
import { openGovernor } from "../../src/governor/open-governor.ts";
import { depth, seed } from "../depth.ts";
import { packageBuild } from "../package-place.ts";
import {
  begin,
  endGovernor,
  endPlace,
  hintOf,
  makeHomePlace,
  type Place,
  shell,
  signalTo,
  until,
  writ,
} from "./cli-process.ts";
import { oneBigTaskSpec } from "./every-field-spec.ts";

let place: Place;
let governor: Governor;
beforeAll(async () => {
  place = await makeHomePlace(oneBigTaskSpec);
  governor = await openGovernor({ home: place.home, build: packageBuild() });
});
afterAll(async () => {
  await governor.close();
  await endPlace(place);
});

describe("clients at once", { timeout: 300_000 }, () => {
  it.each([2, 20])("%i on a home without a governor are served by one", async (count) => {
    await endGovernor(place.home);
    const runs = await Promise.all(
      Array.from({ length: count }, () => writ(place, ["status", "--format", "json"])),
    );
    const pids = runs.map(({ stdout }) => (JSON.parse(stdout) as { readonly pid: number }).pid);
    expect(pids).toHaveLength(count);
    // Those that came second for the lock may still be on their way out.
    await until("the others to be gone", () => governorPids(place.home).length === 1);
    expect([...new Set(pids)]).toEqual(governorPids(place.home));
  });
});

describe("a client that is killed", { timeout: 300_000 }, () => {
  it("takes its task with it, and that is recorded", async () => {
    const run = begin(place, ["run", "--", "sh", "-c", "echo started; exec sleep 86.25"]);
    await until("the task to start", () => run.said() === "started\n");
    await until("it to sleep", () => tasksWith("86.25").length > 0);
    run.child.kill("SIGKILL");
    await until("the task to be gone", () => tasksWith("86.25").length === 0);
    await expectLast("client_gone");
  });

  it("while it waits, leaves the queue", async () => {
    const first = begin(place, [
      "run",
      "--memory",
      "200 MiB",
      "--",
      "sh",
      "-c",
      "echo started; exec sleep 86.25",
    ]);
    await until("the first to start", () => first.said() === "started\n");
    const second = begin(place, [
      "run",
      "--memory",
      "200 MiB",
      "--write",
      "out",
      "--",
      "sh",
      "-c",
      "echo ran > out/marker",
    ]);
    await untilWaiting(1);
    second.child.kill("SIGKILL");
    await untilWaiting(0);
    first.child.kill("SIGTERM");
    expect((await first.ended).code).toBe(143);
    expect(marked()).toBe(false);
  });
});

describe("a governor that is killed", { timeout: depth(300_000, 3_600_000) }, () => {
  it("takes its tasks with it, and every client is told", async () => {
    const running = begin(place, [
      "run",
      "--memory",
      "200 MiB",
      "--",
      "sh",
      "-c",
      "echo started; exec sleep 86.25",
    ]);
    await until("the task to start", () => running.said() === "started\n");
    const waiting = begin(place, [
      "run",
      "--memory",
      "200 MiB",
      "--write",
      "out",
      "--",
      "sh",
      "-c",
      "echo ran > out/marker",
    ]);
    await untilWaiting(1);
    await endGovernor(place.home);
    for (const { ended } of [running, waiting]) {
      const { code, stdout, stderr } = await ended;
      const last = stderr.replaceAll(/^writ: note: .*\n/gm, "");
      expect([code, last]).toEqual([125, expect.stringContaining("the governor ended before it answered")]);
      expect(
        (await shell(place, hintOf({ code, stdout, stderr: last }).replace(/^writ/, `"$WRIT"`))).code,
      ).toBe(0);
    }
    await until("the task to be gone", () => tasksWith("86.25").length === 0);
    expect(marked()).toBe(false);
    // The next governor settles what was open, before it decides anything.
    expect((await writ(place, ["check", "--", "true"])).code).toBe(0);
    expect((await writ(place, ["ledger", "tail"])).stdout).toMatch(/recovery {6}of #\d+: /);
    expect((await writ(place, ["ledger", "verify"])).code).toBe(0);
  });

  it(`at any of ${depth(3, 100)} moments, loses no record and runs no task twice`, async () => {
    let before = await records();
    for (let turn = 0; turn < depth(3, 100); turn += 1) {
      writeFileSync(`${place.work}/out/lines`, "");
      chmodSync(`${place.work}/out/lines`, 0o666);
      const run = begin(place, ["run", "--write", "out/lines", "--", "sh", "-c", "echo ran >> out/lines"]);
      await sleep(((seed + turn * 7919) % 13) * 60);
      for (const pid of governorPids(place.home)) signalTo(pid, "SIGKILL");
      const { code, stderr } = await run.ended;
      expect([0, 125]).toContain(code);
      if (code === 125) expect(stderr).toMatch(/^writ: error: .*\nwrit: hint: .*\n$/);
      const lines = readFileSync(`${place.work}/out/lines`, "utf8");
      expect(code === 0 ? ["ran\n"] : ["ran\n", ""]).toContain(lines);
      expect((await writ(place, ["ledger", "verify"])).code).toBe(0);
      const after = await records();
      expect(after.slice(0, before.length)).toEqual(before);
      before = after;
    }
    expect((await writ(place, ["run", "--", "true"])).code).toBe(0);
  });
});

/** The words of every record so far, oldest first. */
async function records(): Promise<readonly string[]> {
  const { stdout } = await writ(place, ["ledger", "tail", "--count", "10000"]);
  return stdout.split("\n").filter((line) => line.startsWith("#"));
}

async function expectLast(cause: string): Promise<void> {
  let last = "";
  for (let turn = 0; turn < 100 && !last.includes(cause); turn += 1) {
    // What the witnesses of its spec are asked comes in its own time.
    last = (await records()).filter((line) => !line.includes("witness_failed")).at(-1) ?? "";
  }
  expect(last).toContain(`: ${cause}`);
}

/** Waits until the governor says that so many tasks wait. */
async function untilWaiting(count: number): Promise<void> {
  for (let turn = 0; turn < 300; turn += 1) {
    if ((await governor.status()).waiting === count) return;
    await sleep(20);
  }
  throw new Error(`waited in vain for ${count} waiting`);
}

function marked(): boolean {
  return readdirSync(`${place.work}/out`).includes("marker");
}

/** Host processes whose command line has the word. */
function tasksWith(word: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandLine(pid).includes("sleep") && commandLine(pid).includes(word) && !isClient(pid));
}

function isClient(pid: number): boolean {
  return commandLine(pid).some((part) => part.endsWith("writ.js"));
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
