// P1: the executor starts nothing without a verified, unused writ for exactly this task.

import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Bench,
  claimsOf,
  grantsOf,
  openBench,
  signed,
  taskOf,
} from "../../test/enforce/confined-run.ts";
import { TASK_UID } from "../../test/enforce/confined-runner.ts";
import type { TaskStreams } from "./execution.ts";
import { openExecutor } from "./executor.ts";
import type { WritClaims } from "./writ/claims.ts";

const base = mkdtempSync("/var/tmp/writ-executor-");
const streams: TaskStreams = { stdout: () => undefined, stderr: () => undefined, egress: () => undefined };
const asked = { command: ["sh", "-c", "echo x > /tmp/x"], directory: "/tmp" };
const task = taskOf(asked);
const isRoot = process.geteuid?.() === 0;
let bench: Bench;

beforeAll(async () => {
  mkdirSync(`${base}/run`);
  bench = await openBench(`${base}/run`, isRoot ? TASK_UID : null);
});
afterAll(async () => {
  await bench.close();
  rmSync(base, { recursive: true, force: true });
});

const claims = (fence: number, more: Partial<WritClaims> = {}): WritClaims => ({
  ...claimsOf(task, grantsOf(asked), fence),
  ...more,
});
const start = (token: string): Promise<string> =>
  bench.executor.start(token, task, streams).then(
    async (execution) => (await execution.ended).cause,
    (cause: { readonly code?: string }) => cause.code ?? "?",
  );

test("P1 a writ starts its task once; replayed, or with a lower fence, it starts nothing", async () => {
  const token = signed(claims(5), bench.privateKey);
  expect(await start(token)).toBe("exited");
  expect(await start(token)).toBe("WRIT_WRIT_INVALID");
  expect(await start(signed(claims(4), bench.privateKey))).toBe("WRIT_WRIT_INVALID");
  expect(await start(signed(claims(5, { jti: "another" }), bench.privateKey))).toBe("WRIT_WRIT_INVALID");
  expect(await start(signed(claims(6), bench.privateKey))).toBe("exited");
});

test("P1 one writ given many times at once starts one task", async () => {
  const token = signed(claims(10), bench.privateKey);
  const results = await Promise.all(Array.from({ length: 20 }, () => start(token)));
  expect(results.filter((result) => result === "exited").length).toBe(1);
  expect(results.filter((result) => result === "WRIT_WRIT_INVALID").length).toBe(19);
});

test("P1 a forged writ spends nothing and starts nothing", async () => {
  const forger = generateKeyPairSync("ed25519").privateKey;
  expect(await start(signed(claims(99), forger))).toBe("WRIT_WRIT_INVALID");
  expect(await start("")).toBe("WRIT_WRIT_INVALID");
  expect(await start(signed(claims(11, { node: "elsewhere" }), bench.privateKey))).toBe("WRIT_WRIT_INVALID");
  expect(await start(signed(claims(11), bench.privateKey))).toBe("exited");
});

test("P1 a writ whose grant changed is spent and starts nothing", async () => {
  const grants = grantsOf(asked);
  const stale = { ...grants, executable: { ...grants.executable, inode: "1" } };
  expect(await start(signed(claims(20, { grants: stale }), bench.privateKey))).toBe("WRIT_GRANT_CHANGED");
  expect(await start(signed(claims(20), bench.privateKey))).toBe("WRIT_WRIT_INVALID");
});

test("what a task held is given back when it ended, and when it never started", async () => {
  expect(await start(signed(claims(30), bench.privateKey))).toBe("exited");
  const bad = {
    ...grantsOf(asked),
    reads: [{ path: "/proc", kind: "directory", device: "1", inode: "1" } as const],
  };
  expect(await start(signed(claims(31, { grants: bad }), bench.privateKey))).toBe("WRIT_LAUNCH_FAILED");
  for (const fence of [30, 31]) expect(existsSync(`${base}/run/tasks/task-${fence}`)).toBe(false);
});

test("openExecutor never takes uid 0 for its tasks", async () => {
  const place = { publicKey: bench.publicKey, node: "n", boot: "b", instance: "i", bootClock: () => 0 };
  const unused = {} as Parameters<typeof openExecutor>[0]["limits"] &
    Parameters<typeof openExecutor>[0]["gate"];
  const rest = { ...place, runFolder: `${base}/never`, limits: unused, gate: unused };
  await expect(openExecutor({ ...rest, taskUid: 0 })).rejects.toThrow("never 0");
  if (isRoot) await expect(openExecutor({ ...rest, taskUid: null })).rejects.toThrow("unprivileged");
  else await expect(openExecutor({ ...rest, taskUid: 1 })).rejects.toThrow("only root");
  expect(existsSync(`${base}/never`)).toBe(false);
});
