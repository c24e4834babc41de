// Gate workers as processes: one a principal, ended with the gate, when idle, and with whoever started it.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { homedir, tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../../test/enforce/gate-bench.ts";
import { innermost } from "../../../test/enforce/processes-with.ts";
import type { EgressEvent } from "../execution.ts";
import { type Gate, keepGateCompiled, probeGate, startGate } from "./gate.ts";
import type { GrantOwner, HandedListener, WorkerDeath } from "./gate-worker.ts";
import type { TaskPolicy } from "./policy.ts";

const POLICY: TaskPolicy = {
  calls: [
    {
      scheme: "https",
      host: "api.example.com",
      port: 443,
      methods: ["GET"],
      path: "/",
      requests_max: 3,
      bytes_out_max: 1000,
      bytes_in_max: null,
      content_types: null,
      address: null,
      ca: null,
      inspected: true,
      meter: null,
    },
  ],
  opaque: [],
  secrets: [],
  protected: [],
  documents: [],
  enrolled: null,
  detectors: null,
  authority: null,
};

let gate: Gate;
let deaths: WorkerDeath[];
let events: EgressEvent[];
beforeEach(() => {
  deaths = [];
  events = [];
  gate = startGate({ onDeath: (death) => void deaths.push(death) });
});
afterEach(() => gate.close());

function owner(id: string, principal = "p", task = id): GrantOwner {
  return { id, principal, task, onEvent: (event) => void events.push(event) };
}

async function listening(): Promise<Server & { readonly port: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return Object.assign(server, { port: typeof address === "object" && address !== null ? address.port : 0 });
}

async function proxy(): Promise<HandedListener> {
  const handle = await listening();
  return { kind: "proxy", port: handle.port, handle };
}

function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => (said += chunk.toString("latin1")));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(said));
  });
}

const gone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe("startGate", () => {
  test("serves each principal from a worker of its own, and its tasks from the same one", async () => {
    await gate.grantNetwork(owner("a", "one"), [await proxy()], POLICY);
    const first = gate.pid("one");
    await gate.grantNetwork(owner("b", "one"), [await proxy()], POLICY);
    await gate.grantNetwork(owner("c", "two"), [await proxy()], POLICY);
    expect(gate.pid("one")).toBe(first);
    expect(gate.pid("two")).not.toBe(first);
    expect(gate.pid("three")).toBeNull();
  });

  test("tells a grant's decisions before its end, with what was used", async () => {
    const listener = await proxy();
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    await gate.grantNetwork(owner("a"), [listener, { kind: "dns_udp", port: 53, handle: socket }], POLICY);
    const said = await talk(listener.port, "CONNECT evil.example.net:443 HTTP/1.1\r\n\r\n");
    expect(said).toMatch(/^HTTP\/1\.1 403 /u);
    const counts = await gate.revoke("a");
    expect(events).toMatchObject([
      { decision: "refuse", via: "connect", host: "evil.example.net", port: 443 },
    ]);
    expect(counts).toMatchObject({ complete: true, bytes_out: 0, used: { opaque: [] } });
    expect(counts.used.calls).toEqual([{ requests: 0, bytes_out: 0, bytes_in: 0, tokens: 0, money: 0 }]);
    expect(await talk(listener.port, "x")).toBe("");
    expect(await gate.revoke("a")).toMatchObject({ requests: 0, complete: true });
  });

  test("a worker's death costs its own tasks their network, each told once, and no other's", async () => {
    const listeners = await Promise.all([proxy(), proxy(), proxy()]);
    const [a, b, c] = listeners;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three listeners");
    await gate.grantNetwork(owner("a1", "one", "a"), [a], POLICY);
    await gate.grantNetwork(owner("a2", "one", "a"), [b], POLICY);
    await gate.grantNetwork(owner("c", "two"), [c], POLICY);
    process.kill(gate.pid("one") ?? 0, "SIGKILL");
    await until(() => deaths.length > 0);
    expect(deaths).toEqual([{ principal: "one", code: null, signal: "SIGKILL", grants: ["a1", "a2"] }]);
    expect(events).toMatchObject([{ decision: "error", cause: "gate_died", provider: null }]);
    expect(await gate.revoke("a1")).toMatchObject({ complete: false });
    expect(await gate.revoke("a2")).toMatchObject({ complete: false });
    expect(await talk(a.port, "CONNECT x HTTP/1.1\r\n\r\n")).toBe("");
    expect(await talk(c.port, "CONNECT x.example.net:1 HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 403 /u);
    expect(await gate.revoke("c")).toMatchObject({ complete: true });
  });

  test("ends an idle worker, and starts another for the next grant", async () => {
    const own = startGate({ onDeath: (death) => void deaths.push(death), idleAfter: 1 });
    await own.grantNetwork(owner("a"), [await proxy()], POLICY);
    const pid = own.pid("p") ?? 0;
    expect(gone(pid)).toBe(false);
    await own.revoke("a");
    await until(() => gone(pid));
    expect(own.pid("p")).toBeNull();
    await own.grantNetwork(owner("b"), [await proxy()], POLICY);
    expect(own.pid("p")).not.toBe(pid);
    expect(deaths).toEqual([]);
    await own.close();
  });

  test("warms a worker for a grant to come, and ends it when none comes", async () => {
    const own = startGate({ onDeath: (death) => void deaths.push(death), idleAfter: 50 });
    own.warm("p");
    own.warm("p");
    await until(() => own.pid("p") !== null);
    const pid = own.pid("p") ?? 0;
    await until(() => gone(pid));
    expect(deaths).toEqual([]);
    await own.close();
    own.warm("p");
    expect(own.pid("p")).toBeNull();
  });

  test("refuses a grant whose handle is of another kind, and goes on", async () => {
    const wrong: HandedListener = { ...(await proxy()), kind: "dns_udp" };
    await expect(gate.grantNetwork(owner("a"), [wrong], POLICY)).rejects.toMatchObject({
      code: "WRIT_LAUNCH_FAILED",
      message: expect.stringContaining("datagram socket"),
    });
    await gate.grantNetwork(owner("b"), [await proxy()], POLICY);
    expect(await gate.revoke("b")).toMatchObject({ complete: true });
    await gate.close();
    await expect(gate.grantNetwork(owner("c"), [await proxy()], POLICY)).rejects.toMatchObject({
      code: "WRIT_LAUNCH_FAILED",
    });
  });

  test("its workers see no home, key or process of anybody, and can write nowhere", async () => {
    const own = mkdtempSync(`${tmpdir()}/writ-gate-`);
    await gate.grantNetwork(owner("a"), [await proxy()], POLICY);
    const root = `/proc/${innermost(gate.pid("p") ?? 0)}/root`;
    expect(existsSync(`${root}${own}`)).toBe(false);
    expect(existsSync(`${root}/etc/shadow`)).toBe(false);
    expect(
      readdirSync(`${root}${homedir()}`, { recursive: true }).filter(
        (name) => !String(name).startsWith(".cache"),
      ),
    ).toEqual([]);
    expect(readdirSync(`${root}/proc`).filter((name) => /^[0-9]+$/u.test(name))).toEqual(["1", "2"]);
    const mounts = readFileSync(`${root}/proc/1/mounts`, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "));
    const writable = mounts.filter(([, , , options = ""]) => options.startsWith("rw")).map(([, at]) => at);
    expect(writable.filter((at) => !/^\/(?:dev|proc)(?:\/|$)/u.test(at ?? ""))).toEqual([]);
    rmSync(own, { recursive: true });
  });

  test("its workers hold no environment, are not root, are bounded and leave no core file", async () => {
    await gate.grantNetwork(owner("a"), [await proxy()], POLICY);
    const pid = innermost(gate.pid("p") ?? 0);
    // Node's own variables for the channel are deleted by the child as it starts.
    const environment = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").filter(Boolean);
    expect(environment.filter((line) => !/^NODE_(?:CHANNEL|COMPILE_CACHE=)/u.test(line))).toEqual(["PWD=/"]);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    expect(status).toMatch(/^CapEff:\s+0+$/mu);
    const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
    expect(limits).toMatch(/^Max data size +2147483648 +2147483648/mu);
    expect(limits).toMatch(/^Max core file size +0 +0/mu);
    expect(status).toMatch(process.getuid?.() === 0 ? /^Uid:\s+65534\s+65534/mu : /^Uid:\s+[1-9]/mu);
  });
});

test.each([
  ["probeGate", probeGate],
  ["keepGateCompiled", keepGateCompiled],
])("%s starts a process in a worker's sandbox and leaves none", async (_name, probe) => {
  expect(await probe()).toBe(true);
});
