// Models through the gate end to end: a real worker, real sockets, and a real provider process that remembers what reached it.
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Answer, GateBench, head, PRINCIPAL, until } from "../../../../test/enforce/gate-bench.ts";
import { innermost } from "../../../../test/enforce/processes-with.ts";

let bench: GateBench;
let id = 0;
beforeAll(async () => {
  bench = await GateBench.start();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  bench.events = [];
  await bench.seen();
  await bench.grant(`g${++id}`);
});

describe("startGate: what passes", () => {
  it("forwards an inference request and streams its answer", async () => {
    const answer = await bench.post("/api/generate", { model: "stand-in", prompt: "stream" });
    expect(answer.status).toBe(200);
    expect(answer.body).toBe('{"response":"one"}\n{"response":"two"}\n{"response":"three"}\n');
    const counts = await bench.revoke(`g${id}`);
    expect(counts).toMatchObject({ requests: 1, unforwarded: 0, complete: true });
    expect(bench.events).toMatchObject([
      {
        decision: "allow",
        provider: "local",
        method: "POST",
        path: "/api/generate",
        cause: null,
        status: 200,
      },
    ]);
    expect(counts.bytes_out).toBe(bench.events[0]?.bytes_out);
    expect(counts.bytes_out).toBeGreaterThan(JSON.stringify({ model: "stand-in", prompt: "stream" }).length);
    expect(counts.bytes_in).toBeGreaterThan(answer.body.length);
  });

  it("forwards the body byte for byte and none of the task's headers", async () => {
    const body = '{ "prompt":"h\\u00e9",\n "model":"stand-in:latest" }';
    await bench.post("/api/chat", body, { authorization: "Bearer x", cookie: "a=b", "x-task": "words" });
    const seen = await bench.seen();
    expect(seen.map((one) => one.body)).toEqual([body]);
    const names = (seen[0]?.headers ?? []).filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    expect(names.sort()).toEqual(["accept", "connection", "content-length", "content-type", "host"]);
  });

  it("answers model listings from the grant, without asking the provider", async () => {
    expect(JSON.parse((await bench.get("/v1/models")).body)).toMatchObject({ data: [{ id: "stand-in" }] });
    expect(JSON.parse((await bench.get("/api/tags")).body)).toMatchObject({ models: [{ name: "stand-in" }] });
    expect(await bench.seen()).toEqual([]);
    expect(await bench.revoke(`g${id}`)).toMatchObject({ requests: 0, unforwarded: 2, bytes_out: 0 });
    expect(bench.events.map((event) => event.decision)).toEqual(["allow", "allow"]);
  });

  it("uses a connection of its own for each request and strips hop-by-hop headers", async () => {
    const first = await bench.post("/api/chat", { model: "stand-in", prompt: "hop" });
    await bench.post("/api/chat", { model: "stand-in", prompt: "x" });
    expect(first.headers["x-kept"]).toBe("1");
    expect(first.headers["x-secret"]).toBeUndefined();
    expect(new Set((await bench.seen()).map((one) => one.connection)).size).toBe(2);
  });

  it("passes a redirect on and follows none", async () => {
    const answer = await bench.post("/api/chat", { model: "stand-in", prompt: "redirect" });
    expect(answer.status).toBe(302);
    expect(await bench.seen()).toHaveLength(1);
  });
});

describe("startGate: counts", () => {
  it("grants exactly requests_max to fifty requests at once", async () => {
    await bench.grant("n", [bench.model({ requests_max: 7 })]);
    const ask = (): Promise<Answer> => bench.post("/api/chat", { model: "stand-in" });
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    const causes = answers.filter((answer) => answer.status === 403).map((answer) => causeOf(answer));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(7);
    expect(causes).toHaveLength(43);
    expect(causes.filter((cause) => !/^(?:concurrent|requests)_over_limit$/.test(cause))).toEqual([]);
    expect(await bench.seen()).toHaveLength(7);
    expect(await bench.revoke("n")).toMatchObject({ requests: 7, unforwarded: 43 });
  });

  it("lets sixteen requests run at once, and a seventeenth when one ended", async () => {
    const hanging = Array.from({ length: 16 }, () =>
      bench.post("/api/chat", { model: "stand-in", prompt: "silent" }),
    );
    const settled = Promise.allSettled(hanging);
    let reached = 0;
    await until(async () => (reached += (await bench.seen()).length) === 16);
    const over = await bench.post("/api/chat", { model: "stand-in" });
    expect(JSON.parse(over.body)).toMatchObject({
      cause: "concurrent_over_limit",
      limit: 16,
      retryable: true,
    });
    await bench.revoke(`g${id}`);
    expect((await settled).every((one) => one.status === "rejected")).toBe(true);
  });

  it("counts models of one grant apart, and two needs of one model together", async () => {
    const b = bench.model({ model: "b", requests_max: 1 });
    await bench.grant("m", [bench.model(), b, b]);
    const statuses: number[] = [];
    for (const name of ["b", "b", "b", "stand-in"]) {
      statuses.push((await bench.post("/api/chat", { model: name })).status);
    }
    expect(statuses).toEqual([200, 200, 403, 200]);
  });

  it("keeps two grants apart", async () => {
    await bench.grant("one", [bench.model({ requests_max: 1 })]);
    const one = bench.port;
    await bench.grant("two", [bench.model({ model: "b", requests_max: 1 })]);
    const two = bench.port;
    bench.port = one;
    expect((await bench.post("/api/chat", { model: "b" })).status).toBe(403);
    expect((await bench.post("/api/chat", { model: "stand-in" })).status).toBe(200);
    await bench.revoke("one");
    bench.port = two;
    expect((await bench.post("/api/chat", { model: "b" })).status).toBe(200);
  });

  it("ends a grant that is asked a thousand times for what it refuses", async () => {
    await bench.talk("GET /api/pull HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1200));
    await expect(bench.get("/v1/models")).rejects.toThrow();
    expect(await bench.revoke(`g${id}`)).toMatchObject({
      requests: 0,
      unforwarded: 1000,
      complete: true,
    });
    expect(bench.events.at(-1)).toMatchObject({ cause: "unforwarded_over_limit" });
  });
});

describe("startGate: what breaks", () => {
  it("cuts the task's answer when the provider breaks off", async () => {
    await expect(bench.post("/api/chat", { model: "stand-in", prompt: "break" })).rejects.toThrow();
    await bench.revoke(`g${id}`);
    expect(bench.events).toMatchObject([{ decision: "error", cause: "provider_failed", status: 200 }]);
  });

  it("drops the provider's connection when the task goes away", async () => {
    const body = '{"model":"stand-in","prompt":"hang"}';
    const socket = connect(bench.port, "127.0.0.1");
    socket.write(`${head("Host: a", `Content-Length: ${body.length}`)}${body}`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.destroy();
    await until(() => bench.events.length > 0);
    expect(bench.events).toMatchObject([{ decision: "error", cause: "client_closed" }]);
  });

  it("tells of a task that goes away in the middle of its request", async () => {
    const socket = connect(bench.port, "127.0.0.1", () => {
      socket.write(`${head("Host: a", "Content-Length: 1000")}{"model":`, () => socket.destroy());
    });
    await until(() => bench.events.length > 0);
    expect(bench.events).toMatchObject([{ decision: "error", cause: "client_closed", status: null }]);
    expect(await bench.seen()).toEqual([]);
  });

  it("ends requests under way when the grant is revoked, and counts them", async () => {
    const hanging = Promise.allSettled([bench.post("/api/chat", { model: "stand-in", prompt: "silent" })]);
    await until(async () => (await bench.seen()).length > 0);
    const counts = await bench.revoke(`g${id}`);
    expect((await hanging)[0]?.status).toBe("rejected");
    expect(counts).toMatchObject({ requests: 1, complete: true });
    expect(counts.bytes_out).toBeGreaterThan(0);
    await expect(bench.get("/v1/models")).rejects.toThrow();
  });

  it("ends a grant whose connections hang in the middle of a request", async () => {
    const socket = connect(bench.port, "127.0.0.1", () => socket.write("POST /api/chat HTTP/1.1\r\nHost:"));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => socket.destroy());
    expect(await bench.revoke(`g${id}`)).toMatchObject({ requests: 0, complete: true });
    await closed;
  });

  it("answers 502 and keeps the count when the provider is gone", async () => {
    const own = await GateBench.start();
    await own.grant("g");
    await own.killProvider();
    const answer = await own.post("/api/chat", { model: "stand-in" });
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body)).toMatchObject({ cause: "provider_unreachable", retryable: true });
    expect(await own.revoke("g")).toMatchObject({ requests: 1, complete: true });
    expect(own.events).toMatchObject([{ decision: "error", cause: "provider_unreachable", status: null }]);
    await own.stop();
  });

  it("reports its death with the grants that lost their model, and starts again for the next grant", async () => {
    const own = await GateBench.start();
    await own.grant("g");
    const pid = own.pid();
    expect(pid).not.toBeNull();
    process.kill(pid ?? 0, "SIGKILL");
    await until(() => own.deaths.length > 0);
    expect(own.deaths).toEqual([{ principal: PRINCIPAL, code: null, signal: "SIGKILL", grants: ["g"] }]);
    expect(own.events).toMatchObject([
      { decision: "error", cause: "gate_died", provider: "local", bytes_out: 0 },
    ]);
    expect(own.pid()).toBeNull();
    await expect(own.get("/v1/models")).rejects.toThrow();
    expect(await own.revoke("g")).toMatchObject({ complete: false });
    await own.grant("g2");
    expect((await own.post("/api/chat", { model: "stand-in" })).status).toBe(200);
    expect(own.pid()).not.toBe(pid);
    await own.stop();
  });

  it("refuses a grant whose listener does not listen, and one after close", async () => {
    const own = await GateBench.start();
    const idle = own.gate.grantModels(
      { id: "x", principal: PRINCIPAL, task: "x", onEvent: () => undefined },
      createServer(),
      [own.model()],
    );
    await expect(idle).rejects.toMatchObject({ code: "WRIT_LAUNCH_FAILED" });
    await own.stop();
    await own.gate.close();
    await expect(own.grant("y")).rejects.toMatchObject({ code: "WRIT_LAUNCH_FAILED" });
    expect(await own.revoke("never granted")).toMatchObject({ requests: 0, complete: true });
    expect(own.deaths).toEqual([]);
  });

  it("runs its process without root, without this environment and without files of this one", async () => {
    const pid = innermost(bench.pid() ?? 0);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const uids = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)/m.exec(status)?.slice(1) ?? [];
    const expected = process.getuid?.() === 0 ? "65534" : String(process.getuid?.());
    expect(uids).toEqual([expected, expected, expected, expected]);
    expect(/^CapEff:\s+0+$/m.test(status)).toBe(true);
  });
});

function causeOf(answer: Answer): string {
  return (JSON.parse(answer.body) as { readonly cause: string }).cause;
}
