// Many clients, dying clients, dying governors: real processes on one home.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { JsonObject } from "../stdx/json.ts";
import { BUILD, governorPids, type MadeHome, makeHome, run, script, taskOf } from "./fixtures/made-home.ts";
import { tailHome } from "./tail-home.ts";

const CLIENT = new URL("./fixtures/client.ts", import.meta.url).pathname;
const children = new Set<ChildProcess>();
let made: MadeHome | null = null;
let long: string | null = null;
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  await made?.end();
  made = null;
  if (long !== null) rmSync(long, { recursive: true });
  long = null;
});

test.each([2, 20])("%i clients at once are all served by one governor", async (count) => {
  made = await makeHome();
  const answers = await Promise.all(Array.from({ length: count }, () => answerOf(client("status"))));
  const pids = new Set(answers.map(({ pid }) => pid));
  expect(answers.map(({ error }) => error)).toEqual(answers.map(() => undefined));
  expect(pids.size).toBe(1);
  const { home } = made;
  await until(() => governorPids(home).length === 1);
  expect(governorPids(home)).toEqual([...pids]);
});

test("two clients at once on one home both run their task", async () => {
  made = await makeHome();
  const program = script(made, "hello.sh", "echo hello");
  const answers = await Promise.all([answerOf(client("run", program)), answerOf(client("run", program))]);
  expect(answers.map(({ observation }) => observation?.exit_code)).toEqual([0, 0]);
  expect((await made.verify()).ok).toBe(true);
});

test("a client killed while its task runs ends its task", async () => {
  made = await makeHome();
  const governor = await made.open();
  const program = script(made, "sleeper.sh", "echo started; exec sleep 300");
  const started = client("run", program);
  await once(started.stdout ?? started, "data");
  expect((await governor.status()).running).toBe(1);
  started.kill("SIGKILL");
  await until(async () => (await governor.status()).running === 0);
  expect(sleepers(program)).toEqual([]);
  const settled = await settlements(made);
  expect(settled).toMatchObject([{ observation: { cause: "client_gone" } }]);
});

test("a governor killed while clients wait: they know at once, its tasks are dead, the next one settles in full", async () => {
  made = await makeHome();
  const program = script(made, "sleeper.sh", "echo started; exec sleep 300");
  const first = client("run", program);
  await once(first.stdout ?? first, "data");
  const second = client("run", program);
  const governor = await made.open();
  await until(async () => (await governor.status()).waiting === 1);
  const [pid = 0] = governorPids(made.home);
  process.kill(pid, "SIGKILL");
  const answers = await Promise.all([answerOf(first), answerOf(second)]);
  expect(answers.map(({ error }) => error)).toEqual(["WRIT_GOVERNOR_LOST", "WRIT_GOVERNOR_LOST"]);
  await until(() => sleepers(program).length === 0);
  expect(await governor.status()).toMatchObject({ running: 0, waiting: 0 });
  const records = await recordsOf(made);
  expect(records.filter(({ kind }) => kind === "recovery")).toHaveLength(1);
  expect((await made.verify()).ok).toBe(true);
});

test("SIGTERM ends the tasks, settles them and closes the ledger", async () => {
  made = await makeHome();
  const started = client("run", script(made, "sleeper.sh", "echo started; exec sleep 300"));
  await once(started.stdout ?? started, "data");
  const [pid = 0] = governorPids(made.home);
  process.kill(pid, "SIGTERM");
  expect(await answerOf(started)).toMatchObject({ observation: { cause: "governor_stops" } });
  await until(() => !existsSync(`/proc/${pid}`));
  expect(await made.verify()).toMatchObject({ ok: true, closed: true });
});

test("a governor ends when it was idle, and the next request starts another", async () => {
  made = await makeHome();
  const governor = await made.open({ idle_ms: 100 });
  const { pid } = await governor.status();
  await until(() => !existsSync(`/proc/${pid}`));
  expect((await governor.status()).pid).not.toBe(pid);
});

test("a governor of another build makes room when it is idle, and says so while it is busy", async () => {
  made = await makeHome();
  const older = await made.open({ build: "older" });
  const running = new AbortController();
  const program = script(made, "sleeper.sh", "echo started; exec sleep 300");
  const ran = run(older, taskOf(made, [program]), { signal: running.signal });
  await until(async () => (await older.status()).running === 1);
  const newer = await made.open({ wait_ms: 700 });
  await expect(newer.status()).rejects.toMatchObject({ code: "WRIT_GOVERNOR_VERSION" });
  running.abort();
  expect((await ran).observation?.cause).toBe("cancelled");
  const patient = await made.open();
  expect((await patient.status()).running).toBe(0);
});

test("a home whose socket path is far over 107 bytes is served all the same", async () => {
  made = await makeHome({}, longFolder());
  const governor = await made.open();
  expect((await run(governor, taskOf(made, ["true"]))).observation?.exit_code).toBe(0);
});

interface Answer {
  readonly pid?: number;
  readonly error?: string;
  readonly observation?: { readonly exit_code: number | null; readonly cause: string } | null;
}

function client(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [CLIENT, made?.home ?? "", BUILD, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  return child;
}

async function answerOf(child: ChildProcess): Promise<Answer> {
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  await once(child, "close");
  children.delete(child);
  return JSON.parse(text.trim().split("\n").at(-1) ?? "null") as Answer;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Processes that run `program`, seen from outside every sandbox. */
function sleepers(program: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => workingFolder(pid)?.endsWith(program.slice(0, program.lastIndexOf("/"))) === true);
}

function workingFolder(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

async function recordsOf(
  of: MadeHome,
): Promise<readonly { readonly kind: string; readonly core: JsonObject }[]> {
  return (await tailHome(of.home, 10_000)).records;
}

async function settlements(of: MadeHome): Promise<readonly JsonObject[]> {
  return (await recordsOf(of)).filter(({ kind }) => kind === "settlement").map(({ core }) => core);
}

/** A folder so deep that a socket below it has no address of its own. */
function longFolder(): string {
  const folder = join(mkdtempSync(join(tmpdir(), "writ-long-")), "d".repeat(100), "e".repeat(60));
  mkdirSync(folder, { recursive: true });
  const top = dirname(dirname(folder));
  chmodSync(top, 0o755);
  long = top;
  return folder;
}
