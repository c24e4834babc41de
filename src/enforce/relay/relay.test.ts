// The relay end to end: a real relay process, real sockets, and a real provider process that remembers what reached it.
import { connect, createServer } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { head, RelayBench, until } from "../../../test/enforce/relay-bench.ts";

let bench: RelayBench;
let id = 0;
beforeAll(async () => {
  bench = await RelayBench.start();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  bench.events = [];
  await bench.seen();
  await bench.grant(`g${++id}`);
});

describe("startRelay: what passes", () => {
  it("forwards an inference request and streams its answer", async () => {
    const answer = await bench.post("/api/generate", { model: "stand-in", prompt: "stream" });
    expect(answer.status).toBe(200);
    expect(answer.body).toBe('{"response":"one"}\n{"response":"two"}\n{"response":"three"}\n');
    const counts = await bench.relay.revoke(`g${id}`);
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
    expect(await bench.relay.revoke(`g${id}`)).toMatchObject({ requests: 0, unforwarded: 2, bytes_out: 0 });
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

describe("startRelay: counts", () => {
  it("grants exactly requests_max to fifty requests at once", async () => {
    const counted = await bench.grant("n", [bench.model({ requests_max: 7 })]);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => bench.post("/api/chat", { model: "stand-in" }, {}, counted)),
    );
    const passed = answers.filter((answer) => answer.status === 200).length;
    const causes = answers.filter((a) => a.status === 403).map((a) => JSON.parse(a.body).cause as string);
    expect(passed).toBe(7);
    expect(new Set([...causes, "concurrent_over_limit", "requests_over_limit"]).size).toBe(2);
    expect(await bench.seen()).toHaveLength(7);
    expect(await bench.relay.revoke("n")).toMatchObject({ requests: 7, unforwarded: 43 });
  });

  it("counts models of one grant apart, and two needs of one model together", async () => {
    const many = await bench.grant("m", [
      bench.model(),
      bench.model({ model: "b", requests_max: 1 }),
      bench.model({ model: "b", requests_max: 1 }),
    ]);
    const ask = async (name: string): Promise<number> =>
      (await bench.post("/api/chat", { model: name }, {}, many)).status;
    expect([await ask("b"), await ask("b"), await ask("b"), await ask("stand-in")]).toEqual([
      200, 200, 403, 200,
    ]);
  });

  it("ends a grant that is asked a thousand times for what it refuses", async () => {
    const line = "GET /api/pull HTTP/1.1\r\nHost: a\r\n\r\n";
    await bench.talk(line.repeat(1200));
    await expect(bench.get("/v1/models")).rejects.toThrow();
    expect(await bench.relay.revoke(`g${id}`)).toMatchObject({ requests: 0, unforwarded: 1000, complete: true });
    expect(bench.events.at(-1)).toMatchObject({ cause: "unforwarded_over_limit" });
  });
});

describe("startRelay: what breaks", () => {
  it("answers 502 and keeps the count when the provider is gone", async () => {
    provider.kill("SIGKILL");
    await new Promise((resolve) => provider.once("exit", resolve));
    const answer = await bench.post("/api/chat", { model: "stand-in" });
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body)).toMatchObject({ cause: "provider_unreachable", retryable: true });
    expect(await bench.relay.revoke(`g${id}`)).toMatchObject({ requests: 1, complete: true });
    expect(bench.events).toMatchObject([{ decision: "error", cause: "provider_unreachable", status: null }]);
  });

  it("cuts the task's answer when the provider breaks off", async () => {
    await expect(bench.post("/api/chat", { model: "stand-in", prompt: "break" })).rejects.toThrow();
    await bench.relay.revoke(`g${id}`);
    expect(bench.events).toMatchObject([{ decision: "error", cause: "provider_failed", status: 200 }]);
  });

  it("drops the provider's connection when the task goes away", async () => {
    const body = '{"model":"stand-in","prompt":"hang"}';
    const socket = connect(port, "127.0.0.1");
    socket.write(`${head("Host: a", `Content-Length: ${body.length}`)}${body}`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.destroy();
    await until(() => bench.events.length > 0);
    expect(bench.events).toMatchObject([{ decision: "error", cause: "client_closed" }]);
  });

  it("ends requests under way when the grant is revoked, and counts them", async () => {
    const hanging = bench.post("/api/chat", { model: "stand-in", prompt: "silent" });
    const settled = expect(hanging).rejects.toThrow();
    while ((await bench.seen()).length === 0) await pause();
    const counts = await bench.relay.revoke(`g${id}`);
    await settled;
    expect(counts).toMatchObject({ requests: 1, complete: true });
    expect(counts.bytes_out).toBeGreaterThan(0);
    await expect(bench.get("/v1/models")).rejects.toThrow();
  });

  it("reports its death with the grants that lost their model, and starts again for the next grant", async () => {
    const pid = relayPid();
    process.kill(pid, "SIGKILL");
    await until(() => deaths.length > 0);
    expect(deaths).toMatchObject([{ signal: "SIGKILL", grants: [`g${id}`] }]);
    await expect(bench.get("/v1/models")).rejects.toThrow();
    expect(await bench.relay.revoke(`g${id}`)).toMatchObject({ complete: false });
    const again = await bench.grant("g2", [bench.model()]);
    expect(relayPid()).not.toBe(pid);
    expect((await bench.post("/api/chat", { model: "stand-in" }, {}, again)).status).toBe(200);
  });

  it("refuses a grant whose listener does not listen, and one after close", async () => {
    const idle = createServer();
    await expect(relay.grant("x", idle, [bench.model()], () => undefined)).rejects.toMatchObject({
      code: "WRIT_LAUNCH_FAILED",
    });
    await relay.close();
    await relay.close();
    await expect(bench.grant("y", [bench.model()])).rejects.toMatchObject({ code: "WRIT_LAUNCH_FAILED" });
    expect(await bench.relay.revoke("never granted")).toMatchObject({ requests: 0 });
  });
});

