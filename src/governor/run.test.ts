// A whole run, with real processes: home, governor, decision, writ, confined execution, settlement, verified ledger.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { governorPids, type MadeHome, makeHome, run, script, taskOf } from "./fixtures/made-home.ts";
import { tailHome } from "./tail-home.ts";

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

test("P1 a run's records stand in the order of its promises: decision, writ, settlement", async () => {
  made = await makeHome();
  const governor = await made.open();
  const { sequence } = await run(governor, taskOf(made, ["true"]));
  const { records } = await tailHome(made.home, 100);
  const own = records.slice(sequence ?? -1);
  expect(own.map(({ kind }) => kind)).toEqual(["decision", "writ", "settlement"]);
  expect(own.map(({ core }) => core["decision"])).toEqual([undefined, sequence, sequence]);
  expect(own[1]?.core).toMatchObject({ fence: 1, token_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test("standard input reaches the task whole, however large, and its end ends it", async () => {
  made = await makeHome();
  const governor = await made.open();
  const pieces = Array.from({ length: 30 }, (_, index) => Buffer.alloc(100_001, 65 + (index % 26)));
  async function* input(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  const ran = await run(governor, taskOf(made, ["sha256sum"]), { stdin: input() });
  const expected = createHash("sha256").update(Buffer.concat(pieces)).digest("hex");
  expect(ran.stdout.split(" ")[0]).toBe(expected);
});

test("input that the task does not read is not taken without bound", async () => {
  made = await makeHome();
  const governor = await made.open();
  let pulled = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      pulled += 65_536;
      yield Buffer.alloc(65_536);
    }
  }
  const ran = await run(governor, taskOf(made, ["sleep", "1"]), { stdin: endless() });
  expect(ran.observation?.exit_code).toBe(0);
  // The credit, and buffers between the task and the client; without a bound it would be gigabytes in this second.
  expect(pulled).toBeLessThan(16 * 1024 * 1024);
});

test("input that breaks off cancels the task, which must not act on half of it", async () => {
  made = await makeHome();
  const governor = await made.open();
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("half");
    throw new Error("gone");
  }
  const ran = await run(governor, taskOf(made, ["cat"]), { stdin: input() });
  expect(ran.observation?.cause).toBe("cancelled");
});

test("a run that was cancelled while it waited ran nothing, and leaves the line", async () => {
  made = await makeHome();
  const governor = await made.open();
  const sleeper = new AbortController();
  const first = run(governor, taskOf(made, ["sleep", "60"], { cpu: 1 }), { signal: sleeper.signal });
  while ((await governor.status()).running === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const leaver = new AbortController();
  const second = run(governor, taskOf(made, ["true"], { cpu: 1 }), {
    signal: leaver.signal,
    decided: () => leaver.abort(),
  });
  expect(await second).toMatchObject({ observation: null, decision: { outcome: "defer" } });
  expect((await governor.status()).waiting).toBe(0);
  sleeper.abort();
  expect((await first).observation?.cause).toBe("cancelled");
});

test("a model need is served by a provider that runs under a writ, and every request is recorded", async () => {
  const port = await freePort();
  made = await makeHome({
    endpoints: "[]",
    providers: `[ { name: stand-in, kind: openai, url: "http://127.0.0.1:${port}", serves: [chat], latency: 200 ms } ]`,
  });
  const governor = await made.open();
  const server = `${made.work}/server.mjs`;
  writeFileSync(server, SERVER);
  const ends = new AbortController();
  const needs = { provider: "stand-in", cpu: 0.5 };
  const serving = run(governor, taskOf(made, ["node", server], needs), { signal: ends.signal });
  while ((await governor.status()).running === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const client = `${made.work}/client.mjs`;
  writeFileSync(client, CLIENT);
  const input = taskOf(made, ["node", client], {
    models: [{ capability: "chat", context: 100, calls_max: 2 }],
    cpu: 0.5,
  });
  await vi.waitUntil(async () => (await governor.check(input)).decision.outcome === "admit", {
    timeout: 50_000,
    interval: 200,
  });
  const asked = await run(governor, input);
  expect(asked.decision.placements, JSON.stringify(asked.decision.findings)).toMatchObject([
    { target: "provider", name: "stand-in", control: "node" },
  ]);
  expect(asked.stdout).toBe("hello from stand-in\n");
  expect(asked.observation).toMatchObject({ exit_code: 0, model_requests: 1 });
  const { records } = await tailHome(made.home, 1000);
  const egress = records.filter(({ kind }) => kind === "egress");
  expect(egress.map(({ core }) => core)).toMatchObject([
    { decision: "allow", provider: "stand-in", method: "POST", decision_sequence: asked.sequence },
  ]);
  ends.abort();
  expect((await serving).observation?.cause).toBe("cancelled");
  // It may come back, and there is nowhere else to ask.
  const { decision: after } = await governor.check(input);
  expect([after.outcome, after.placements]).toEqual(["defer", []]);
  const { home } = made;
  for (const pid of governorPids(home)) process.kill(pid, "SIGTERM");
  await vi.waitUntil(() => governorPids(home).length === 0, { timeout: 30_000, interval: 20 });
  expect(await made.verify()).toMatchObject({ ok: true, closed: true });
});

const SERVER = `import { createServer } from "node:http";
createServer((request, response) => {
  const models = { object: "list", data: [{ id: "small", object: "model", max_model_len: 1000 }] };
  const chat = { choices: [{ message: { role: "assistant", content: "hello from stand-in" } }] };
  response.setHeader("content-type", "application/json");
  request.resume().on("end", () => response.end(JSON.stringify(request.method === "GET" ? models : chat)));
}).listen({ fd: 3 });`;

const CLIENT = `const body = JSON.stringify({ model: process.env.WRIT_MODEL, messages: [{ role: "user", content: "hi" }] });
const headers = { "content-type": "application/json" };
const answer = await fetch(process.env.OPENAI_BASE_URL + "/chat/completions", { method: "POST", headers, body });
console.log((await answer.json()).choices[0].message.content);`;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

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

test("an ordinary user's home does the same, as that user", (context) => {
  if (process.getuid?.() !== 0) return context.skip("every other test here runs as an ordinary user already");
  const file = new URL("./fixtures/ordinary-user.ts", import.meta.url).pathname;
  const readable = spawnSync("setpriv", [...AS_USER, "test", "-r", file, "-a", "-x", process.execPath]);
  if (readable.status !== 0) return context.skip("this clone cannot be read by another user");
  // The system's own temporary folder may be closed to other users.
  const TMPDIR = mkdtempSync(join(tmpdir(), "writ-user-"));
  chmodSync(TMPDIR, 0o1777);
  const env = { ...process.env, TMPDIR };
  const ran = spawnSync("setpriv", [...AS_USER, process.execPath, file], { encoding: "utf8", env });
  rmSync(TMPDIR, { recursive: true });
  expect(ran.stderr).toBe("");
  expect(JSON.parse(ran.stdout)).toMatchObject({
    outcome: "admit",
    observation: { cause: "exited", exit_code: 0 },
    stdout: "12345\nx\n",
    isolation: "namespaces",
    ok: true,
  });
});

/** A uid that no account has. */
const AS_USER = ["--reuid", "12345", "--regid", "12345", "--clear-groups"];
