// A real worker that is handed what it cannot serve, or what nobody asked it to: it says so, and keeps no socket of it.
import type { ChildProcess } from "node:child_process";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FAULT_STATUS } from "./exit-on-fault.ts";
import type { FromWorker, ToWorker } from "./gate-messages.ts";
import type { TaskPolicy } from "./policy.ts";
import { startWorker, workerEnd } from "./start-worker.ts";

const POLICY: TaskPolicy = {
  calls: [],
  opaque: [],
  secrets: [],
  protected: [],
  documents: [],
  enrolled: null,
  detectors: null,
  authority: null,
};
const BROKEN: TaskPolicy = { ...POLICY, authority: { certificate: "none", key: "none" } };

let worker: ChildProcess;
beforeEach(async () => {
  worker = await startWorker({ offline: false, keeps: false });
});
afterEach(async () => {
  worker.kill("SIGKILL");
  await workerEnd(worker);
});

async function listening(): Promise<Server> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Hands `server` over and closes our copy; resolves with the worker's answer and whether anybody still listens. */
async function hand(
  server: Server,
  ...before: readonly ToWorker[]
): Promise<{ readonly said: FromWorker; readonly isOpen: boolean }> {
  const { port } = server.address() as AddressInfo;
  const answer = once(worker, "message") as Promise<[FromWorker]>;
  for (const message of before) worker.send(message);
  const listener: ToWorker = { type: "listener", id: "a", purpose: { kind: "proxy", port } };
  await new Promise((resolve) => worker.send(listener, server, { keepOpen: true }, resolve));
  const [said] = await answer;
  await new Promise((resolve) => server.close(resolve));
  return { said, isOpen: await accepts(port) };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

test("a grant that cannot be served keeps none of its listeners", async () => {
  const network: ToWorker = { type: "network", id: "a", policy: BROKEN, listeners: 1 };
  const { said, isOpen } = await hand(await listening(), network);
  expect(said).toMatchObject({ type: "failed", id: "a" });
  expect(isOpen).toBe(false);
});

test("a listener for no grant is closed", async () => {
  const { said, isOpen } = await hand(await listening());
  expect(said).toMatchObject({ type: "failed", id: "a" });
  expect(isOpen).toBe(false);
});

test("a grant that can be served is, after both", async () => {
  await hand(await listening());
  await hand(await listening(), { type: "network", id: "a", policy: BROKEN, listeners: 1 });
  const network: ToWorker = { type: "network", id: "a", policy: POLICY, listeners: 1 };
  const { said, isOpen } = await hand(await listening(), network);
  expect(said).toEqual({ type: "granted", id: "a" });
  expect(isOpen).toBe(true);
});

test("a fault that nothing caught ends a worker, and is told without what it says", async () => {
  const module = new URL("exit-on-fault.ts", import.meta.url).href;
  for (const fault of [
    'Promise.reject(new Error("sk-secret"))',
    'setImmediate(() => { throw "sk-secret"; })',
  ]) {
    const script = `const { exitOnFault } = await import("${module}"); exitOnFault(); ${fault}; setInterval(() => 0, 1000);`;
    const ended = await new Promise<{ readonly code: unknown; readonly said: string }>((resolve) => {
      execFile(process.execPath, ["--input-type=module", "--eval", script], (error, stdout, stderr) =>
        resolve({ code: error?.code, said: stdout + stderr }),
      );
    });
    expect(ended.code).toBe(FAULT_STATUS);
    expect(ended.said).toMatch(/^gate worker: a fault of its own.*\n$/);
    expect(ended.said).not.toContain("sk-secret");
  }
});
