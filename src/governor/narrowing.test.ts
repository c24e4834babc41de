// Halting a node and taking it offline, with everything real: what runs ends, nothing else starts, and a restart lifts nothing.
import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openUpstream, type Upstream } from "../../test/enforce/upstream.ts";
import { type MinisignKey, makeMinisignKey } from "./amend/minisign-key.ts";
import { openSecretKey, signedBy } from "./amend/operator-key.ts";
import type { SignatureFile } from "./amend/signatures.ts";
import { governorPids, type MadeHome, makeHome, run, taskOf } from "./fixtures/made-home.ts";
import type { Outcome, TaskInput } from "./governor.ts";
import { homePaths } from "./home.ts";
import { tailHome } from "./tail-home.ts";

let upstream: Upstream;
let made: MadeHome;
beforeEach(async () => {
  upstream = await openUpstream();
  made = await makeHome({ endpoints: upstream.endpoints() });
});
afterEach(async () => {
  upstream.close();
  await made.end();
});

test("a halted node ends what runs, runs nothing more after a restart either, and keeps its queue", async () => {
  const governor = await made.open();
  const sleeping = run(governor, lasting("sleep 60"));
  await untilStarted();
  expect(await governor.narrow("halted")).toMatchObject({ step: "halted", ended: 1 });
  expect((await sleeping).observation).toMatchObject({ cause: "halted", exit_code: null });
  expect(await governor.status()).toMatchObject({ running: 0, narrowed: { step: "halted" } });
  for (const pid of governorPids(made.home)) process.kill(pid, "SIGKILL");

  expect(deferredFor(await run(governor, taskOf(made, ["true"]), { wait: false }))).toEqual(["node_halted"]);
  const again = await governor.narrow("halted");
  expect(again.ended).toBe(0);
  const kinds = (await tailHome(made.home, 50)).records.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "narrowed")).toHaveLength(1);

  const terms = { priority: null, deadline: null, retries_max: null, after: [] };
  const { jobs } = await governor.submit(taskOf(made, ["true"]), terms);
  const finish = AbortSignal.timeout(500);
  await governor.serve({ untilEmpty: false, finish });
  const left = (await governor.jobs(false)).jobs.find(({ id }) => id === jobs[0]?.id);
  expect(left).toMatchObject({ state: "deferred", cause: "node_halted" });
  expect((await made.verify()).ok).toBe(true);
});

test("an offline node ends what may call out, lets nothing leave, and goes on with what stays on it", async () => {
  const governor = await made.open();
  const url = `https://${upstream.host}:${upstream.port}/v1/thing`;
  const needs = { calls: [{ to: url, method: "GET", calls_max: 3, bytes_out_max: "64 KiB" }] };
  const calling = run(governor, lasting("sleep 60", needs));
  await untilStarted();
  expect(await governor.narrow("offline")).toMatchObject({ step: "offline", ended: 1 });
  expect((await calling).observation).toMatchObject({ cause: "offline" });
  expect(deferredFor(await run(governor, taskOf(made, ["true"], needs), { wait: false }))).toEqual([
    "node_offline",
  ]);
  expect(upstream.seen()).toHaveLength(0);
  const staying = run(governor, lasting("sleep 2; echo done"));
  await untilStarted();
  expect((await governor.narrow("offline")).ended).toBe(0);
  expect(await staying).toMatchObject({ stdout: "done\n", observation: { exit_code: 0 } });
  // Narrower still, and what is narrower tells.
  await governor.narrow("halted");
  expect((await governor.status()).narrowed?.step).toBe("halted");
});

test("only a signature of this narrowing by a signer of the spec lifts it, and only once", async () => {
  const governor = await made.open();
  expect(await governor.lift("halted")).toMatchObject({ outcome: "refused" });
  await governor.narrow("halted");
  await governor.narrow("offline");
  const first = await governor.liftStatement("halted");
  const sign = (key: MinisignKey, text: string | null): readonly SignatureFile[] => [
    signedBy(key, Buffer.from(text ?? ""), "lift.minisig"),
  ];
  const own = await openSecretKey(homePaths(made.home).operator_key, () => Promise.resolve(""));
  const other = makeMinisignKey();
  const refused = { outcome: "refused", record: null };
  expect(await governor.lift("halted", [])).toMatchObject(refused);
  expect(await governor.lift("halted", sign(other, first))).toMatchObject(refused);
  expect(await governor.lift("halted", sign(own, await governor.liftStatement("offline")))).toMatchObject(
    refused,
  );
  expect(await governor.lift("halted", [{ name: "x", text: "no signature" }])).toMatchObject(refused);
  expect((await governor.status()).narrowed?.step).toBe("halted");

  const signatures = sign(own, first);
  expect(await governor.lift("halted", signatures)).toMatchObject({ outcome: "lifted" });
  expect((await governor.status()).narrowed?.step).toBe("offline");
  expect((await run(governor, taskOf(made, ["true"]))).observation).toMatchObject({ exit_code: 0 });
  await governor.narrow("halted");
  expect(await governor.lift("halted", signatures)).toMatchObject(refused);

  // A restart knows what was lifted and what was not.
  for (const pid of governorPids(made.home)) process.kill(pid, "SIGKILL");
  expect(await governor.lift("halted")).toMatchObject({ outcome: "lifted" });
  for (const pid of governorPids(made.home)) process.kill(pid, "SIGKILL");
  expect((await governor.status()).narrowed?.step).toBe("offline");
  expect((await made.verify()).ok).toBe(true);
});

function deferredFor({ decision }: Outcome): readonly (string | null)[] {
  expect(decision.outcome).toBe("defer");
  return decision.findings.filter(({ passes }) => !passes).map(({ cause }) => cause);
}

/** A task that says when it has started. */
function lasting(then: string, needs: Record<string, unknown> = {}): TaskInput {
  return taskOf(made, ["sh", "-c", `touch out/started; ${then}`], { writes: ["out"], ...needs });
}

async function untilStarted(): Promise<void> {
  const marker = `${made.work}/out/started`;
  while (!existsSync(marker)) await sleep(20);
  rmSync(marker);
}
