// A real gate worker between a real client and a real upstream that answers with what a careless server sends: the answer is
// passed or refused, and the worker goes on.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTls, type Server } from "node:tls";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { EgressEvent } from "../execution.ts";
import { createLeaves } from "./certificates/leaves.ts";
import { createRoot } from "./certificates/root.ts";
import { curl } from "./connection/fixtures/clients.ts";
import { call } from "./connection/fixtures/served-task.ts";
import { type Gate, startGate } from "./gate.ts";
import type { WorkerDeath } from "./gate-worker.ts";

const HOST = "api.example.com";
/** Raw answers, by path. */
const ANSWERS: Readonly<Record<string, string>> = {
  "/twice": "X-Content-Type-Options: nosniff\r\nx-content-type-options: nosniff\r\nETag: a\r\nETag: a\r\n",
  "/languages": "Content-Language: de\r\nContent-Language: en\r\n",
  "/etags": "ETag: one\r\nETag: two\r\n",
  "/locations": "Location: /a\r\nLocation: /b\r\n",
  "/plain": "",
};

const theirs = createRoot();
const root = createRoot();
const folder = mkdtempSync(join(tmpdir(), "writ-gate-answers-"));
const rootFile = join(folder, "root.pem");
writeFileSync(rootFile, root.certificate);

let upstream: Server;
let gate: Gate;
let port: number;
let proxy: number;
let deaths: WorkerDeath[];
let events: EgressEvent[];
const sockets = new Set<Socket>();

beforeEach(async () => {
  const pair = createLeaves(theirs.issue([HOST])).pair(HOST);
  upstream = createTls({ ...pair, ALPNProtocols: ["http/1.1"] }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (head: Buffer) => {
      const path = head.toString("latin1").split(" ")[1] ?? "";
      const status = path === "/status" ? "999 Odd" : "200 OK";
      socket.write(`HTTP/1.1 ${status}\r\n${ANSWERS[path] ?? ""}Content-Length: 2\r\n\r\nok`);
    });
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  port = (upstream.address() as AddressInfo).port;
  [deaths, events] = [[], []];
  gate = startGate({ onDeath: (death) => void deaths.push(death), replyWithin: 1500 });
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  proxy = (listener.address() as AddressInfo).port;
  const owner = {
    id: "a",
    principal: "p",
    task: "a",
    onEvent: (event: EgressEvent) => void events.push(event),
  };
  await gate.grantNetwork(owner, [{ kind: "proxy", port: proxy, handle: listener }], {
    calls: [call({ host: HOST, port, address: "127.0.0.1", ca: theirs.certificate })],
    opaque: [],
    secrets: [],
    protected: [],
    documents: [],
    enrolled: null,
    detectors: null,
    authority: root.issue([HOST]),
  });
});
afterEach(async () => {
  await gate.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((resolve) => upstream.close(resolve));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ask(path: string, version = "--http2"): Promise<string> {
  const { stdout } = await curl(
    "-i",
    version,
    "--cacert",
    rootFile,
    "--proxy",
    `http://127.0.0.1:${proxy}`,
    "--suppress-connect-headers",
    `https://${HOST}:${port}${path}`,
  );
  return stdout.toLowerCase();
}

test("an answer that repeats a field over HTTP/2 has it once, and one that contradicts itself is a lie", async () => {
  const worker = gate.pid("p");
  const twice = await ask("/twice");
  expect(twice).toMatch(/^http\/2 200/);
  expect(twice.match(/^x-content-type-options: nosniff\r$/gm)).toHaveLength(1);
  expect(twice.match(/^etag: a\r$/gm)).toHaveLength(1);
  expect(await ask("/languages")).toMatch(/^http\/2 200[^]*\r\ncontent-language: de, en\r\n/);
  for (const path of ["/etags", "/locations", "/status"]) {
    const answer = await ask(path);
    expect(answer).toMatch(/^http\/2 502/);
    expect(answer).toContain('"cause":"upstream_lied"');
    expect(answer).not.toContain("location:");
  }
  expect(await ask("/plain")).toMatch(/^http\/2 200/);
  await gate.revoke("a");
  expect(events.map(({ decision, cause }) => [decision, cause])).toEqual([
    ["allow", null],
    ["allow", null],
    ...Array.from({ length: 3 }, () => ["error", "upstream_lied"]),
    ["allow", null],
  ]);
  expect(deaths).toEqual([]);
  expect(gate.pid("p")).toBe(worker);
});

test("over HTTP/1.1 such an answer passes as it came", async () => {
  const answer = await ask("/locations", "--http1.1");
  expect(answer).toMatch(/^http\/1\.1 200[^]*\r\nlocation: \/a\r\nlocation: \/b\r\n/);
  expect(deaths).toEqual([]);
});

test("a worker that ends no grant is ended, and its task is told before the grant is forgotten", async () => {
  // Stopped, it answers nothing: the gate waits its bound for the reply.
  process.kill(workerOf(gate.pid("p") ?? 0), "SIGSTOP");
  const counts = await gate.revoke("a");
  expect(counts).toMatchObject({ complete: false, used: { calls: [], opaque: [] } });
  expect(events).toMatchObject([{ decision: "error", cause: "gate_died" }]);
  expect(deaths).toMatchObject([{ principal: "p", grants: ["a"] }]);
  expect(gate.pid("p")).toBeNull();
});

/** The worker itself: the last descendant of its sandbox's process. */
function workerOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return children === "" ? pid : workerOf(Number(children.split(" ")[0]));
}
